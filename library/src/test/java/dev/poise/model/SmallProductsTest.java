package dev.poise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Products in plain Java equal sums in float64, however many rows, inputs and outputs there are.
final class SmallProductsTest {

    private static final int OUT = 1030; // more than are worked on together

    private final SplittableRandom random = new SplittableRandom(11);

    /// A row: what enters a map and what leaves it.
    private record Row(double[] x, double[] y) {}

    @ParameterizedTest
    @CsvSource({"1, 4", "2, 5", "3, 6", "4, 7", "5, 8", "8, 1", "9, 2", "10, 3", "11, 9"})
    void mapsEveryRowAsItWouldAlone(int rows, int in) {
        float[] weight = floats(in * OUT);
        float[] bias = floats(OUT);
        SmallDecoder.Map map = SmallDecoder.Map.of(weight, bias, in, OUT);
        List<Row> together = Stream.generate(() -> new Row(doubles(in), new double[OUT]))
                .limit(rows)
                .toList();
        SmallProducts products = new SmallProducts(12);
        products.multiply(together, Row::x, map, Row::y);
        for (Row row : together) {
            double[] expected = new double[OUT];
            for (int o = 0; o < OUT; o++) {
                expected[o] = bias[o];
                for (int i = 0; i < in; i++) {
                    expected[o] += weight[i * OUT + o] * row.x[i];
                }
            }
            assertThat(row.y).containsExactly(expected, within(2e-6));
            Row alone = new Row(row.x, new double[OUT]);
            products.multiply(List.of(alone), Row::x, map, Row::y);
            assertThat(alone.y).containsExactly(row.y);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 3, 1", "1, 7, 40", "1, 4, 1030", "2, 1, 5", "2, 3, 1030", "2, 8, 2100"})
    void scoresEveryPosition(int heads, int width, int count) {
        int capacity = count + 3;
        int skipped = 2;
        int[] keys =
                random.ints((long) (skipped + width) * capacity, -1000, 1000).toArray();
        float[] queries = floats(heads * width);
        float[] scores = new float[heads * capacity];
        new SmallProducts(4).scores(heads, queries, width, keys, skipped * capacity, capacity, count, scores);
        for (int head = 0; head < heads; head++) {
            for (int t = 0; t < count; t++) {
                double expected = 0;
                for (int i = 0; i < width; i++) {
                    expected += (double) queries[head * width + i] * keys[(skipped + i) * capacity + t];
                }
                assertThat((double) scores[head * capacity + t]).isCloseTo(expected, within(1e-3));
            }
        }
    }

    private float[] floats(int count) {
        float[] values = new float[count];
        IntStream.range(0, count).forEach(i -> values[i] = (float) random.nextDouble(-1, 1));
        return values;
    }

    private double[] doubles(int count) {
        return random.doubles(count, -1, 1).toArray();
    }
}

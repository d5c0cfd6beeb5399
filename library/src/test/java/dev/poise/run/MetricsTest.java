package dev.poise.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MetricsTest {

    @TempDir
    private Path directory;

    private Path file = Path.of("");

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("metrics.jsonl");
    }

    @Test
    void writesOneObjectALineWithTheStepFirst() throws IOException {
        try (Metrics metrics = Metrics.create(file)) {
            metrics.append(line(10, "loss", 0.6931, "rewards/margins", 1e-7, "num_tokens", 123456789012L));
            metrics.append(line(10, "eval_loss", 0.5f, "note", "a \"b\"\n", "best", true));
            assertThat(file).as("flushed line by line").hasContent("""
                            {"step":10,"loss":0.6931,"rewards/margins":1.0E-7,"num_tokens":123456789012}
                            {"step":10,"eval_loss":0.5,"note":"a \\"b\\"\\n","best":true}
                            """);
        }
    }

    @Test
    void readsWhatItWrote() throws IOException {
        List<MetricLine> lines =
                List.of(line(10, "loss", 0.1 + 0.2, "num_tokens", 12L), line(20, "note", "x", "best", false));
        write(lines);
        assertThat(Metrics.read(file)).isEqualTo(lines);
    }

    @Test
    void valuesThatAreNotFiniteStayValidJsonAndReadBack() throws IOException {
        MetricLine line = line(
                1, "loss", Double.NaN, "grad_norm", Double.POSITIVE_INFINITY, "logps/chosen", Double.NEGATIVE_INFINITY);
        write(List.of(line));
        assertThat(file)
                .hasContent("{\"step\":1,\"loss\":\"NaN\",\"grad_norm\":\"Infinity\","
                        + "\"logps/chosen\":\"-Infinity\"}\n");
        assertThat(Metrics.read(file)).containsExactly(line);
        assertThat(Metrics.read(file).getFirst().number("loss")).hasValue(Double.NaN);
    }

    @Test
    void aFloatThatIsNotFiniteIsWrittenAsTextToo() throws IOException {
        write(List.of(line(1, "loss", Float.NaN)));
        assertThat(file).hasContent("{\"step\":1,\"loss\":\"NaN\"}\n");
    }

    @Test
    void aCutLastLineIsNotRead() throws IOException {
        write(List.of(line(10, "loss", 0.5)));
        Files.writeString(file, "{\"step\":20,\"lo", StandardOpenOption.APPEND);
        assertThat(Metrics.read(file)).containsExactly(line(10, "loss", 0.5));
    }

    @Test
    void aLineThatIsNoMetricLineIsRefusedWithItsPlace() throws IOException {
        for (String bad : List.of("{\"step\":20,\"lo", "[1]", "{\"loss\":1}", "", "{\"step\":1.5}")) {
            Files.writeString(file, "{\"step\":10}\n" + bad + "\n{\"step\":30}\n");
            String message = file + ":2 must be a JSON object with a whole step, got " + RecipeText.quoted(bad);
            assertThatThrownBy(() -> Metrics.read(file))
                    .as(bad)
                    .isInstanceOf(IOException.class)
                    .hasMessage(message);
            assertThatThrownBy(() -> Metrics.resume(file, 30))
                    .as(bad)
                    .isInstanceOf(IOException.class)
                    .hasMessage(message);
        }
    }

    @Test
    void trap21_aResumedRunsFileEqualsTheUninterruptedOnes() throws IOException {
        List<MetricLine> all = List.of(
                line(10, "loss", 0.69), line(10, "eval_loss", 0.7), line(20, "loss", 0.61), line(30, "loss", 0.55));
        write(all);
        String uninterrupted = Files.readString(file);

        // Killed after step 30's line and within the next one, with the last checkpoint at step 10.
        Files.writeString(file, "{\"step\":40,\"lo", StandardOpenOption.APPEND);
        try (Metrics metrics = Metrics.resume(file, 10)) {
            assertThat(Metrics.read(file)).isEqualTo(all.subList(0, 2));
            metrics.append(all.get(2));
            metrics.append(all.get(3));
        }
        assertThat(file).hasContent(uninterrupted);
    }

    @Test
    void resumingAtTheLastStepDropsNothingButACutLine() throws IOException {
        write(List.of(line(10, "loss", 0.69), line(20, "loss", 0.61)));
        String whole = Files.readString(file);
        Files.writeString(file, "{\"glob", StandardOpenOption.APPEND);
        Metrics.resume(file, 20).close();
        assertThat(Files.readString(file)).isEqualTo(whole);
    }

    @Test
    void resumingWithoutAFileStartsOne() throws IOException {
        try (Metrics metrics = Metrics.resume(file, 10)) {
            metrics.append(line(20, "loss", 0.61));
        }
        assertThat(Metrics.read(file)).containsExactly(line(20, "loss", 0.61));
    }

    @Test
    void creatingForgetsWhatWasThere() throws IOException {
        write(List.of(line(10, "loss", 0.69), line(20, "loss", 0.61)));
        write(List.of(line(0, "eval_loss", 0.7)));
        assertThat(Metrics.read(file)).containsExactly(line(0, "eval_loss", 0.7));
    }

    @Test
    void linesHoldNumbersTextsAndTruthValuesOnly() {
        assertThat(line(1, "loss", 2L).number("loss")).isEqualTo(OptionalDouble.of(2));
        assertThat(line(1, "loss", "2").number("loss")).isEmpty();
        assertThat(line(1, "loss", 2L).number("epoch")).isEmpty();
        assertThatThrownBy(() -> line(1, "loss", List.of(1)))
                .hasMessage("metric loss must be a number, text or truth value, got [1]");
        assertThatThrownBy(() -> line(1, "step", 1)).hasMessage("metric step must be given as the line's step");
    }

    private void write(List<MetricLine> lines) throws IOException {
        try (Metrics metrics = Metrics.create(file)) {
            for (MetricLine line : lines) {
                metrics.append(line);
            }
        }
    }

    private static MetricLine line(long step, Object... namesAndValues) {
        SequencedMap<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return new MetricLine(step, values);
    }
}

package dev.poise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class GrowingRowsTest {

    private static final int CAPACITY = 24;

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    /// Rows of different lengths grow past windows and past the length that changes frequencies; one leaves, another
    /// takes a place; at every length each has the logits of a prompt that holds the same.
    @ParameterizedTest
    @EnumSource(Family.class)
    void aRowHasTheLogitsOfAPromptThatHoldsTheSame(Family family) {
        SplittableRandom random = new SplittableRandom(8);
        List<int[]> texts = new ArrayList<>();
        for (int length : new int[] {3, 12, 1, 9}) {
            texts.add(random.ints(length, 0, TinyDecoders.VOCABULARY).toArray());
        }
        try (PointerScope scope = new PointerScope();
                Decoder decoder = TinyDecoders.decoder(family, Precision.FLOAT64, false);
                GrowingRows rows = new GrowingRows(decoder, texts, CAPACITY)) {
            for (int step = 0; step < 12; step++) {
                if (step == 3) {
                    rows.keep(new int[] {3, 0, 2});
                    texts = new ArrayList<>(List.of(texts.get(3), texts.get(0), texts.get(2)));
                }
                int[] tokens =
                        random.ints(texts.size(), 0, TinyDecoders.VOCABULARY).toArray();
                boolean replaced = step == 6;
                rows.append(tokens, replaced ? new int[] {1} : new int[0]);
                for (int row = 0; row < texts.size(); row++) {
                    texts.set(row, with(texts.get(row), tokens[row]));
                }
                if (replaced) {
                    texts.set(1, random.ints(10, 0, TinyDecoders.VOCABULARY).toArray());
                    rows.enter(new int[] {1}, List.of(texts.get(1)));
                }
                double[] logits = Tensors.toDoubles(rows.logits());
                for (int row = 0; row < texts.size(); row++) {
                    assertThat(Arrays.copyOfRange(
                                    logits, row * TinyDecoders.VOCABULARY, (row + 1) * TinyDecoders.VOCABULARY))
                            .as("row %d in step %d", row, step)
                            .containsExactly(asPrompt(decoder, texts.get(row)), within(1e-10));
                }
            }
        }
    }

    private static double[] asPrompt(Decoder decoder, int[] text) {
        try (GrowingRows alone = new GrowingRows(decoder, List.of(text), text.length)) {
            return Tensors.toDoubles(alone.logits());
        }
    }

    private static int[] with(int[] text, int token) {
        int[] longer = Arrays.copyOf(text, text.length + 1);
        longer[text.length] = token;
        return longer;
    }
}

package dev.poise.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class WeightsExceptionTest {

    private static final Path MODEL = Path.of("model");

    @Test
    void listsEveryKindOfMismatchInOneLine() {
        assertThat(WeightsException.mismatch(
                        MODEL, List.of("a", "b"), List.of("c"), List.of("d must be [2, 3], got [3, 2]")))
                .hasMessage("model: weights must be exactly those asked for, got 2 missing: a, b; 1 unexpected: c;"
                        + " 1 mis-shaped: d must be [2, 3], got [3, 2]");
    }

    @Test
    void listsTwentyKeysAndCountsTheRest() {
        List<String> keys = IntStream.range(0, 23).mapToObj(i -> "k" + i).toList();
        assertThat(WeightsException.mismatch(MODEL, List.of(), keys, List.of()).getMessage())
                .startsWith("model: weights must be exactly those asked for, got 23 unexpected: k0, k1,")
                .endsWith(", k18, k19 and 3 more");
    }

    @Test
    void listsExactlyTwentyKeysWithoutARest() {
        List<String> keys = IntStream.range(0, 20).mapToObj(i -> "k" + i).toList();
        assertThat(WeightsException.mismatch(MODEL, keys, List.of(), List.of()).getMessage())
                .endsWith(", k18, k19");
    }

    @Test
    void showsForeignTextOnOneLineAndShort() {
        assertThat(WeightsException.shown("a\nb\u001b[31m")).isEqualTo("a?b?[31m");
        assertThat(WeightsException.shown("x".repeat(300))).isEqualTo("x".repeat(200) + "...");
    }
}

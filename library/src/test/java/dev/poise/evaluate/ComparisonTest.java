package dev.poise.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class ComparisonTest {

    private static final Comparison.Answers A =
            new Comparison.Answers(new double[] {3, 1, 4, 2}, new int[] {5, 7, 9, 11}, 3);
    private static final Comparison.Answers B =
            new Comparison.Answers(new double[] {1, 1, 2, 5}, new int[] {2, 4, 4, 6}, 1);

    @Test
    void countsFromTheSideOfTheFirst() {
        assertThat(Comparison.of(A, B).winRate()).isEqualTo(new WinRate(2, 1, 1));
        assertThat(Comparison.of(B, A).winRate()).isEqualTo(new WinRate(1, 2, 1));
    }

    @Test
    void subtractsTheSecondPromptByPrompt() {
        Estimate difference = Comparison.of(A, B).rewardDifference();

        // 2, 0, 2, -3
        assertThat(difference.value()).isEqualTo(0.25);
        assertThat(difference.n()).isEqualTo(4);
    }

    @Test
    void sumsUpEachSide() {
        Comparison comparison = Comparison.of(A, B);

        assertThat(comparison.a().reward().value()).isEqualTo(2.5);
        assertThat(comparison.a().length().value()).isEqualTo(8);
        assertThat(comparison.a().finished().value()).isEqualTo(0.75);
        assertThat(comparison.b().reward().value()).isEqualTo(2.25);
        assertThat(comparison.b().length().value()).isEqualTo(4);
        assertThat(comparison.b().finished().value()).isEqualTo(0.25);
    }

    @Test
    void refusesLengthsThatAreNotOneAnAnswer() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Comparison.Answers(new double[] {1, 2, 3}, new int[] {4, 5}, 1))
                .withMessage("tokens must be one length an answer, got 2 for 3");
    }
}

package dev.poise.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.poise.bandit.MethodGrammar;
import dev.poise.bandit.Problem;
import dev.poise.bandit.Setting.Source;
import dev.poise.experiment.SequenceBandit.Point;
import dev.poise.torch.Torch;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Few rounds: the whole study is the command's.
final class SequenceBanditTest {

    @BeforeAll
    static void start() {
        Torch.start(0);
    }

    private static List<Point> run(String problem, String method, Source source, int rounds, long seed)
            throws IOException {
        return SequenceBandit.of(
                new SequenceBandit.Setting(
                        Problem.of(problem), MethodGrammar.parse(method), source, 10, 10, rounds, 10, 1e-3, rounds),
                seed);
    }

    /// E_π_data[r] is 0.039 and 0.377: the decoder starts there, close to π_data.
    @Test
    void theFirstPolicyIsThatOfTheData() throws IOException {
        Point hard = run("R1", "best-of-n", Source.ONLINE, 1, 1).getFirst();
        assertThat(hard.reward().value()).isCloseTo(0.039, within(0.015));
        assertThat(hard.toData()).isBetween(-0.02, 0.05);
        assertThat(hard.queries()).isZero();
        Point easy = run("R2", "best-of-n", Source.ONLINE, 1, 1).getFirst();
        assertThat(easy.reward().value()).isCloseTo(0.377, within(0.03));
    }

    /// The reference's figure at round 10, two or three seeds: best-of-n 0.91.
    @Test
    void onPolicyBestOfNFindsAPeakThatTheDataHardlyHas() throws IOException {
        Point last = run("R1", "best-of-n", Source.ONLINE, 20, 2).getLast();
        assertThat(last.reward().value()).isGreaterThan(0.9);
        assertThat(last.queries()).isEqualTo(2000);
    }

    @Test
    void offlineItDoesNot() throws IOException {
        Point last = run("R1", "best-of-n", Source.OFFLINE, 10, 2).getLast();
        assertThat(last.reward().value()).isLessThan(0.5);
        assertThat(last.queries()).isEqualTo(100);
    }

    @Test
    void theSameSeedGivesTheSameNumbers() throws IOException {
        assertThat(run("R2", "dpo", Source.ONLINE, 2, 7)).isEqualTo(run("R2", "dpo", Source.ONLINE, 2, 7));
    }

    @Test
    void refusesProblemsWithoutTokens() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run("C1", "dpo", Source.ONLINE, 1, 1))
                .withMessageContaining("must have a hundred actions");
    }
}

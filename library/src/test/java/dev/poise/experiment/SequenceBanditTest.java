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
        try (SequenceBandit.Start start = SequenceBandit.Start.of(seed)) {
            return start.train(new SequenceBandit.Setting(
                    Problem.of(problem), MethodGrammar.parse(method), source, 10, 10, rounds, 10, 1e-3, rounds));
        }
    }

    /// E_π_data(r) is 0.039, where the decoder starts, close to π_data. The reference's figure at round 10, from two or
    /// three seeds, is 0.91.
    @Test
    void onPolicyBestOfNFindsAPeakThatTheDataHardlyHas() throws IOException {
        List<Point> points = run("R1", "best-of-n", Source.ONLINE, 12, 2);
        Point first = points.getFirst();
        assertThat(first.reward().value()).isCloseTo(0.039, within(0.015));
        assertThat(first.toData()).isBetween(-0.02, 0.05);
        assertThat(first.queries()).isZero();
        assertThat(points.getLast().reward().value()).isGreaterThan(0.8);
        assertThat(points.getLast().queries()).isEqualTo(1200);
    }

    @Test
    void offlineItDoesNotAndTheSameSeedGivesTheSameNumbers() throws IOException {
        List<Point> points = run("R1", "best-of-n", Source.OFFLINE, 3, 2);
        assertThat(points.getLast().reward().value()).isLessThan(0.3);
        assertThat(points.getLast().queries()).isEqualTo(100);
        assertThat(run("R1", "best-of-n", Source.OFFLINE, 3, 2)).isEqualTo(points);
    }

    @Test
    void refusesProblemsWithoutTokens() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run("C1", "dpo", Source.ONLINE, 1, 1))
                .withMessageContaining("must have a hundred actions");
    }
}

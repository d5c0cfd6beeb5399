package dev.poise.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.bandit.Setting.Anchor;
import dev.poise.bandit.Setting.Source;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class BanditRunTest {

    private static Setting setting(
            String problem, String method, Source source, int states, int rounds, int inner, double rate) {
        return new Setting(
                Problem.of(problem),
                MethodGrammar.parse(method),
                source,
                states,
                10,
                rounds,
                inner,
                0,
                rate,
                Anchor.INITIAL,
                Double.POSITIVE_INFINITY,
                Math.max(1, rounds / 4));
    }

    private static double reward(Setting setting, int seeds) {
        return LongStream.rangeClosed(1, seeds)
                .mapToDouble(seed -> BanditRun.of(setting, seed).getLast().reward())
                .average()
                .orElseThrow();
    }

    private static double offline(String problem, String method, int states, double rate) {
        return reward(setting(problem, method, Source.OFFLINE, states, 20, 10, rate), 1);
    }

    // ---- the study, in small: one seed each ----

    @Test
    void offlineOnlyANegativeGradientReachesAPeakWhereTheReferenceIsThin() {
        double dpo = offline("R1", "dpo:beta=1:threshold=0.2", 100, .003);
        double ipo = offline("R1", "ipo:threshold=0.2", 100, .003);
        double best = offline("R1", "best-of-n", 100, .001);
        double preferred = offline("R1", "pref-ft", 100, .003);
        assertThat(dpo).isGreaterThan(.65);
        assertThat(ipo).isGreaterThan(.65);
        assertThat(best).isBetween(.15, .5);
        assertThat(preferred).isBetween(.039, .12);
    }

    @Test
    void offlineEverythingReachesAPeakWhereTheReferenceIsThick() {
        assertThat(offline("R2", "dpo:beta=0.1:threshold=0.2", 100, .003)).isGreaterThan(.9);
        assertThat(offline("R2", "ipo:threshold=0.2", 100, .003)).isGreaterThan(.9);
        assertThat(offline("R2", "best-of-n", 100, .001)).isGreaterThan(.9);
    }

    @Test
    void onPolicyEverythingReachesItAndReuseIsWhatMakesItFast() {
        for (String method : List.of("best-of-n", "dpo:beta=0.05", "ppo", "rwr:beta=0.1", "rloo", "grpo", "rest")) {
            assertThat(reward(setting("R1", method, Source.ONLINE, 10, 30, 15, .003), 1))
                    .as(method)
                    .isGreaterThan(.9);
        }
        assertThat(reward(setting("R1", "best-of-n", Source.ONLINE, 10, 30, 1, .003), 1))
                .isLessThan(.5);
    }

    @Test
    void tenNumbersNearTheReferenceAreLearntToo() {
        Setting setting = setting("C3", "best-of-n", Source.ONLINE, 10, 20, 5, .003);
        List<Point> points = BanditRun.of(setting, 1);
        assertThat(points.getFirst().toData()).isLessThan(1e-2);
        assertThat(points.getLast().reward())
                .isGreaterThan(20 * points.getFirst().reward());
    }

    // ---- what is measured ----

    @Test
    void startsAtTheData() {
        Point start = BanditRun.of(setting("R2", "dpo", Source.OFFLINE, 100, 1, 1, 1e-4), 3)
                .getFirst();
        assertThat(start.round()).isZero();
        assertThat(start.toData()).isBetween(0.0, 1e-3);
        assertThat(start.fromData()).isBetween(0.0, 1e-3);
        assertThat(start.reward()).isCloseTo(.3772, within(5e-3));
        assertThat(start.entropy()).isCloseTo(4.1173, within(2e-2));
        assertThat(start.margin()).isCloseTo(0, within(1e-12));
        assertThat(start.steps()).isZero();
    }

    @Test
    void measuresMoveAsTheyShould() {
        List<Point> online = BanditRun.of(setting("R2", "dpo", Source.ONLINE, 5, 4, 3, .003), 3);
        assertThat(online.stream().map(Point::queries)).containsExactly(50L, 50L, 100L, 150L, 200L);
        assertThat(online.stream().map(Point::steps)).containsExactly(0, 3, 6, 9, 12);
        List<Point> offline = BanditRun.of(setting("R2", "dpo", Source.OFFLINE, 5, 4, 3, .003), 3);
        assertThat(offline.stream().map(Point::queries)).containsOnly(50L);
        Point last = offline.getLast();
        assertThat(last.margin()).isPositive().isCloseTo(last.better() - last.worse(), within(1e-12));
        assertThat(last.better()).isGreaterThan(last.worse());
        assertThat(last.staleness()).isPositive();
        assertThat(last.gradientNorm()).isPositive();
        assertThat(last.reward()).isGreaterThan(offline.getFirst().reward());
        // The first round is the same: both take it from the data.
        assertThat(online.get(1).reward()).isEqualTo(offline.get(1).reward());
        assertThat(online.get(2).reward()).isNotEqualTo(offline.get(2).reward());
    }

    @Test
    void anotherReferenceAnotherMinibatchAnotherClipAnotherRun() {
        Setting plain = setting("R2", "ipo", Source.ONLINE, 10, 4, 3, .003);
        double reward = BanditRun.of(plain, 1).getLast().reward();
        Setting previous = with(plain, 0, Anchor.PREVIOUS, Double.POSITIVE_INFINITY);
        assertThat(BanditRun.of(previous, 1).getLast().reward()).isNotEqualTo(reward);
        // Ten states by four are three steps each time.
        Setting small = with(
                setting("R2", "best-of-n", Source.ONLINE, 10, 4, 3, .003), 4, Anchor.INITIAL, Double.POSITIVE_INFINITY);
        assertThat(BanditRun.of(small, 1).getLast().steps()).isEqualTo(4 * 3 * 3);
        Setting clipped = with(plain, 0, Anchor.INITIAL, 1e-9);
        assertThat(BanditRun.of(clipped, 1).getLast().reward()).isNotEqualTo(reward);
        // All states in one minibatch are no minibatch.
        Setting whole = with(plain, 10, Anchor.INITIAL, Double.POSITIVE_INFINITY);
        assertThat(BanditRun.of(whole, 1).getLast().reward()).isEqualTo(reward);
    }

    private static Setting with(Setting setting, int minibatch, Anchor anchor, double clipNorm) {
        return new Setting(
                setting.problem(),
                setting.method(),
                setting.source(),
                setting.states(),
                setting.samples(),
                setting.rounds(),
                setting.inner(),
                minibatch,
                setting.learningRate(),
                anchor,
                clipNorm,
                setting.evaluateEvery());
    }

    @Test
    void aPreviousReferenceIsThatOfTheRoundsStart() {
        Setting setting = with(
                setting("R2", "dpo", Source.OFFLINE, 10, 8, 1, .003), 0, Anchor.PREVIOUS, Double.POSITIVE_INFINITY);
        List<Point> points = BanditRun.of(setting, 1);
        Setting fixed = with(setting, 0, Anchor.INITIAL, Double.POSITIVE_INFINITY);
        // One step a round: against the round's own start the margin stays that of one step.
        assertThat(points.getLast().margin())
                .isPositive()
                .isLessThan(BanditRun.of(fixed, 1).getLast().margin() / 2);
    }

    @Test
    void aPenaltyHoldsThePolicyNearItsReference() {
        double free = toData("ppo");
        double held = toData("ppo:kl=1:kl-by=score");
        double shaped = toData("ppo:kl=0.3");
        assertThat(held).isLessThan(free / 2);
        assertThat(shaped).isLessThan(free / 2);
    }

    private static double toData(String method) {
        return BanditRun.of(setting("R2", method, Source.ONLINE, 10, 20, 5, .003), 1)
                .getLast()
                .toData();
    }

    // ---- seeds, threads, refusals ----

    @Test
    void aSeedMakesTheSameNumbersOnAnyNumberOfThreads() {
        Setting dpo = setting("R1", "dpo", Source.ONLINE, 5, 4, 3, .003);
        Setting ppo = setting("C2", "ppo", Source.ONLINE, 5, 4, 3, .003);
        Sweep sweep = new Sweep(List.of(dpo, ppo, dpo), 3);
        assertThat(sweep.size()).isEqualTo(6);
        List<Outcome> one = sweep.run(1, _ -> {});
        List<Outcome> several = sweep.run(3, _ -> {});
        assertThat(several.stream().map(BanditRunTest::numbers))
                .containsExactlyElementsOf(
                        one.stream().map(BanditRunTest::numbers).toList());
        assertThat(one).hasSize(2);
        assertThat(numbers(new Outcome(dpo, List.of(BanditRun.of(dpo, 2)))))
                .isEqualTo(
                        numbers(new Outcome(dpo, List.of(one.getFirst().runs().get(1)))));
        double[] rewards = one.getFirst().rewards(4);
        assertThat(rewards[0]).isNotEqualTo(rewards[1]);
    }

    /// Every number of an outcome to the last bit; what is not a number equals itself.
    private static List<Double> numbers(Outcome outcome) {
        return outcome.runs().stream()
                .flatMap(List::stream)
                .flatMapToDouble(point -> DoubleStream.concat(
                        DoubleStream.of(
                                point.round(),
                                point.steps(),
                                (double) point.queries(),
                                point.reward(),
                                point.toData(),
                                point.fromData(),
                                point.entropy(),
                                point.margin(),
                                point.better(),
                                point.worse(),
                                point.staleness(),
                                point.loss(),
                                point.gradientNorm()),
                        DoubleStream.of(point.histogram())))
                .boxed()
                .toList();
    }

    @Test
    void aFailedRunEndsTheSweep() {
        Setting wild = setting("R1", "rwr:beta=1e-5", Source.ONLINE, 5, 1, 1, .003);
        assertThatThrownBy(() -> new Sweep(List.of(wild), 2).run(1, _ -> {}))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("loss must be finite");
    }

    @Test
    void refusesSettingsThatMakeNoSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> setting("R1", "dpo", Source.ONLINE, 5, 4, -1, .003))
                .withMessage("inner must be at least 1, got -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> setting("R1", "dpo", Source.ONLINE, 0, 4, 1, .003))
                .withMessage("states must be at least 1, got 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> setting("R1", "dpo", Source.ONLINE, 5, 4, 1, 0))
                .withMessageContaining("learning-rate must be positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sweep(List.of(setting("R1", "dpo", Source.ONLINE, 5, 4, 1, .1)), 1))
                .withMessageContaining("seeds must be at least 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sweep(List.of(), 2))
                .withMessageContaining("at least one setting");
    }
}

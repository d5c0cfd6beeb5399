package dev.poise.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What holds for every objective, on seeded random batches.
final class ObjectiveLawsTest {

    private static final int PAIRS = 7;

    static Stream<Objective> differentiable() {
        return Stream.concat(Catalogue.separable(), Catalogue.coupled());
    }

    static Stream<Objective> separable() {
        return Catalogue.separable();
    }

    static Stream<Objective> all() {
        return Catalogue.all();
    }

    @ParameterizedTest
    @MethodSource("differentiable")
    void derivativesMatchCentralDifferences(Objective objective) {
        for (long seed = 0; seed < 20; seed++) {
            Batch batch = batch(objective, seed);
            Totals totals = totals(batch);
            Evaluation evaluation = objective.evaluate(batch, totals);
            check(objective, batch, batch.good().logProbs(), evaluation.byGood(), "good, seed " + seed);
            check(objective, batch, batch.bad().logProbs(), evaluation.byBad(), "bad, seed " + seed);
            if (evaluation.byPrompts().length > 0) {
                check(objective, batch, batch.prompts().logProbs(), evaluation.byPrompts(), "prompts, seed " + seed);
            }
            checkSpread(objective, batch, evaluation);
            checkTokens(objective, batch, batch.good(), evaluation.byGoodTokens(), "good tokens, seed " + seed);
            checkTokens(objective, batch, batch.bad(), evaluation.byBadTokens(), "bad tokens, seed " + seed);
        }
    }

    private static void checkSpread(Objective objective, Batch batch, Evaluation evaluation) {
        if (objective.needs().contains(Need.SPREAD)) {
            TokenValues tokens = batch.good().byToken();
            assertThat(evaluation.byGoodEntropy()).isNegative();
            assertThat(evaluation.byGoodMass()).isNegative();
            for (int i = 0; i < PAIRS; i++) {
                double[] entropies = tokens.topEntropies()[i];
                double[] masses = tokens.topMasses()[i];
                assertThat(evaluation.byGoodEntropy())
                        .isCloseTo(slope(objective, batch, entropies, entropies.length - 1), within(1e-9));
                assertThat(evaluation.byGoodMass()).isCloseTo(slope(objective, batch, masses, 0), within(1e-9));
            }
        }
    }

    private static void checkTokens(
            Objective objective, Batch batch, Examples examples, double[][] derivatives, String what) {
        // WPO's weights are constants of the tokens: moving those would be no derivative.
        if (!(objective instanceof Wpo)) {
            for (int i = 0; i < derivatives.length; i++) {
                check(objective, batch, examples.byToken().logProbs()[i], derivatives[i], what);
            }
        }
    }

    private static void check(Objective objective, Batch batch, double[] column, double[] derivatives, String what) {
        assertThat(derivatives).as(what).hasSameSizeAs(column);
        for (int i = 0; i < column.length; i++) {
            double slope = slope(objective, batch, column, i);
            assertThat(derivatives[i]).as("%s, %s", what, i).isCloseTo(slope, within(1e-7 + 1e-6 * Math.abs(slope)));
        }
    }

    @ParameterizedTest
    @MethodSource("separable")
    void trap09_splittingABatchWithTheStepsTotalsEqualsTheWhole(Objective objective) {
        Batch batch = batch(objective, 11);
        Totals totals = totals(batch);
        Evaluation whole = objective.evaluate(batch, totals);
        Evaluation head = objective.evaluate(part(batch, 0, 2), totals);
        Evaluation tail = objective.evaluate(part(batch, 2, PAIRS), totals);
        assertThat(head.loss() + tail.loss()).isCloseTo(whole.loss(), within(1e-12 * (1 + Math.abs(whole.loss()))));
        assertThat(concat(head.byGood(), tail.byGood())).containsExactly(whole.byGood());
        assertThat(concat(head.byBad(), tail.byBad())).containsExactly(whole.byBad());
        assertThat(concat(head.byPrompts(), tail.byPrompts())).containsExactly(whole.byPrompts());
        assertThat(Stream.of(head.byBadTokens(), tail.byBadTokens()).flatMap(Stream::of))
                .containsExactly(whole.byBadTokens());
    }

    @ParameterizedTest
    @MethodSource("all")
    void partsJoinToTheBatchTheyWereCutFrom(Objective objective) {
        Batch batch = batch(objective, 16);
        Batch joined = Batch.join(List.of(part(batch, 0, 3), part(batch, 3, PAIRS)));
        Batch again = new Batch(joined.good(), joined.bad(), joined.prompts(), batch.mismatched());
        assertThat(objective.evaluate(again, totals(batch)).loss())
                .isEqualTo(objective.evaluate(batch, totals(batch)).loss());
    }

    @ParameterizedTest
    @MethodSource("separable")
    void scalingTheDenominatorsScalesLossAndDerivatives(Objective objective) {
        Batch batch = batch(objective, 12);
        Totals totals = totals(batch);
        Evaluation once = objective.evaluate(batch, totals);
        Evaluation eighth = objective.evaluate(
                batch, new Totals(8 * totals.examples(), 8 * totals.tokens(), 8 * totals.promptTokens()));
        assertThat(eighth.loss()).isCloseTo(once.loss() / 8, within(1e-12 * (1 + Math.abs(once.loss()))));
        assertThat(eighth.byGood()[3])
                .isCloseTo(once.byGood()[3] / 8, within(1e-15 + 1e-14 * Math.abs(once.byGood()[3])));
    }

    /// The implicit reward is a difference: what policy and reference share does not count.
    @ParameterizedTest
    @MethodSource("all")
    void shiftingPolicyAndReferenceAlikeChangesNothingWhereOnlyRatiosAreRead(Objective objective) {
        boolean ratios = objective instanceof MarginObjective
                || objective instanceof Kto
                || objective instanceof BcoUnpaired
                || objective instanceof Aot
                || objective instanceof ApoZero
                || objective instanceof Nca;
        if (ratios && objective.needsReference()) {
            Batch batch = batch(objective, 13);
            Batch shifted = new Batch(
                    shifted(batch.good(), -2.75), shifted(batch.bad(), 4.5), batch.prompts(), batch.mismatched());
            Batch aot = new Batch(shifted(batch.good(), 4.5), shifted(batch.bad(), 4.5));
            assertThat(objective
                            .evaluate(objective instanceof Aot ? aot : shifted, totals(batch))
                            .loss())
                    .isCloseTo(objective.evaluate(batch, totals(batch)).loss(), within(1e-9));
        }
    }

    /// As training starts, policy = reference: no objective rewards the bad example, and all but one reward the
    /// good.
    @ParameterizedTest
    @MethodSource("all")
    void theFirstStepRewardsTheGoodAndPenalisesTheBad(Objective objective) {
        Batch batch = batch(objective, 14);
        Batch start = new Batch(
                atReference(batch.good()), atReference(batch.bad()), batch.prompts(), atReference(batch.mismatched()));
        Evaluation evaluation = objective.evaluate(start, totals(batch));
        boolean unforced = objective instanceof ApoDown // lowers both
                || objective instanceof Discopop // not convex: turns around 0
                || objective instanceof Aot // ranks other examples
                || objective instanceof LengthDesensitised
                || objective instanceof Wpo
                || !objective.needsReference();
        if (unforced) {
            return;
        }
        assertThat(Arrays.stream(evaluation.byGood())).as("-w+").allMatch(slope -> slope < 0);
        assertThat(Arrays.stream(evaluation.byBad())).as("w-").allMatch(slope -> slope >= 0);
    }

    /// Saturation: every objective stays finite where log-ratios are 10⁵ nats apart or answers are certain.
    @ParameterizedTest
    @MethodSource("all")
    void trap15_extremeLogProbabilitiesGiveFiniteLossesAndWeights(Objective objective) {
        for (double good : new double[] {-1e5, -1e-30, 0}) {
            for (double bad : new double[] {-1e5, -1e-30, 0}) {
                Batch batch = batch(objective, 17);
                fill(batch.good(), good);
                fill(batch.bad(), bad);
                Evaluation evaluation = objective.evaluate(batch, totals(batch));
                assertThat(evaluation.loss()).as("loss at %s, %s", good, bad).isFinite();
                assertThat(Arrays.stream(evaluation.byGood()))
                        .as("-w+ at %s, %s", good, bad)
                        .allMatch(Double::isFinite);
                assertThat(Arrays.stream(evaluation.byBad()))
                        .as("w- at %s, %s", good, bad)
                        .allMatch(Double::isFinite);
                assertThat(Stream.of(evaluation.byBadTokens()).flatMapToDouble(Arrays::stream))
                        .as("w- of tokens at %s, %s", good, bad)
                        .allMatch(Double::isFinite);
            }
        }
    }

    private static void fill(Examples examples, double logProb) {
        Arrays.fill(examples.logProbs(), logProb);
        for (double[] row : examples.byToken().logProbs()) {
            Arrays.fill(row, logProb / row.length);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void evaluatingLeavesItsInputsAlone(Objective objective) {
        Batch batch = batch(objective, 15);
        objective.evaluate(batch, totals(batch));
        Batch fresh = batch(objective, 15);
        assertThat(batch.good().logProbs()).containsExactly(fresh.good().logProbs());
        assertThat(batch.bad().logProbs()).containsExactly(fresh.bad().logProbs());
        assertThat(batch.bad().byToken().logProbs())
                .isDeepEqualTo(fresh.bad().byToken().logProbs());
    }

    private static double slope(Objective objective, Batch batch, double[] column, int i) {
        double step = 1e-5;
        double kept = column[i];
        column[i] = kept + step;
        double above = objective.evaluate(batch, totals(batch)).loss();
        column[i] = kept - step;
        double below = objective.evaluate(batch, totals(batch)).loss();
        column[i] = kept;
        return (above - below) / (2 * step);
    }

    /// Examples of everything; of labelled ones more good than bad.
    private static Batch batch(Objective objective, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int bad = objective.needs().contains(Need.LABELS) ? PAIRS - 2 : PAIRS;
        return new Batch(
                examples(PAIRS, random), examples(bad, random), examples(PAIRS, random), examples(PAIRS + bad, random));
    }

    private static Examples examples(int count, SplittableRandom random) {
        int[] tokens = random.ints(count, 1, 9).toArray();
        double[][] logProbs = rows(tokens, random);
        double[][] reference = rows(tokens, random);
        return new Examples(
                sums(logProbs),
                sums(reference),
                tokens,
                new TokenValues(
                        logProbs,
                        reference,
                        rows(tokens, random),
                        magnitudes(tokens, random, 2),
                        magnitudes(tokens, random, 0.9)),
                rollouts(tokens, random));
    }

    /// Advantages of either sign, and policies near and far.
    private static Rollouts rollouts(int[] tokens, SplittableRandom random) {
        return new Rollouts(
                IntStream.of(tokens)
                        .mapToObj(length -> random.doubles(length, -1.5, 2).toArray())
                        .toArray(double[][]::new),
                rows(tokens, random),
                random.doubles(tokens.length, -0.5, 0.5).toArray());
    }

    private static double[][] rows(int[] tokens, SplittableRandom random) {
        return IntStream.of(tokens)
                .mapToObj(length -> random.doubles(length, -2, -0.05).toArray())
                .toArray(double[][]::new);
    }

    private static double[][] magnitudes(int[] tokens, SplittableRandom random, double largest) {
        return IntStream.of(tokens)
                .mapToObj(length -> random.doubles(length, 0.1, largest).toArray())
                .toArray(double[][]::new);
    }

    private static double[] sums(double[][] rows) {
        return Stream.of(rows).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
    }

    private static Totals totals(Batch batch) {
        return new Totals(
                batch.good().size(),
                Arrays.stream(batch.good().tokens()).sum(),
                Arrays.stream(batch.prompts().tokens()).sum());
    }

    private static Batch part(Batch batch, int from, int to) {
        int bad = batch.bad().size();
        return new Batch(
                part(batch.good(), from, to),
                part(batch.bad(), Math.min(from, bad), Math.min(to, bad)),
                part(batch.prompts(), from, to),
                batch.mismatched());
    }

    private static Examples part(Examples examples, int from, int to) {
        TokenValues tokens = examples.byToken();
        return new Examples(
                Arrays.copyOfRange(examples.logProbs(), from, to),
                Arrays.copyOfRange(examples.reference(), from, to),
                Arrays.copyOfRange(examples.tokens(), from, to),
                new TokenValues(
                        Arrays.copyOfRange(tokens.logProbs(), from, to),
                        Arrays.copyOfRange(tokens.referenceLogProbs(), from, to),
                        Arrays.copyOfRange(tokens.logCollisions(), from, to),
                        Arrays.copyOfRange(tokens.topEntropies(), from, to),
                        Arrays.copyOfRange(tokens.topMasses(), from, to)),
                new Rollouts(
                        Arrays.copyOfRange(examples.rollouts().advantages(), from, to),
                        Arrays.copyOfRange(examples.rollouts().logProbs(), from, to),
                        Arrays.copyOfRange(examples.rollouts().ratioBaselines(), from, to)));
    }

    private static Examples shifted(Examples examples, double shift) {
        return new Examples(
                Arrays.stream(examples.logProbs()).map(value -> value + shift).toArray(),
                Arrays.stream(examples.reference()).map(value -> value + shift).toArray(),
                examples.tokens());
    }

    private static Examples atReference(Examples examples) {
        return new Examples(
                examples.reference().clone(),
                examples.reference(),
                examples.tokens(),
                examples.byToken(),
                examples.rollouts());
    }

    private static double[] concat(double[] first, double[] second) {
        return Stream.of(first, second).flatMapToDouble(Arrays::stream).toArray();
    }
}

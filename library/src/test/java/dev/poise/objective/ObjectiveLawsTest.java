package dev.poise.objective;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.objective.Ipo.Normalise;
import dev.poise.objective.Mixture.Term;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What holds for every objective, on seeded random batches.
final class ObjectiveLawsTest {

    private static final int PAIRS = 7;

    static Stream<Objective> objectives() {
        return Stream.of(
                new Mle(),
                new Dpo(0.1, 0),
                new Dpo(0.7, 0.15),
                new Ipo(0.2, Normalise.TOKENS),
                new Ipo(0.05, Normalise.NONE),
                new Hinge(0.15, true),
                new Hinge(0.3, false),
                new Mixture(List.of(new Term(new Dpo(0.3, 0), 1.5), new Term(new Mle(), 0.5))));
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void derivativesMatchCentralDifferences(Objective objective) {
        for (long seed = 0; seed < 50; seed++) {
            Batch batch = batch(seed);
            Totals totals = totals(batch);
            Evaluation evaluation = objective.evaluate(batch, totals);
            for (int i = 0; i < PAIRS; i++) {
                assertThat(evaluation.byGood()[i])
                        .as("seed %s, good %s", seed, i)
                        .isCloseTo(slope(objective, batch, batch.good().logProbs(), i), within(1e-7));
                assertThat(evaluation.byBad()[i])
                        .as("seed %s, bad %s", seed, i)
                        .isCloseTo(slope(objective, batch, batch.bad().logProbs(), i), within(1e-7));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void trap09_splittingABatchWithTheStepsTotalsEqualsTheWhole(Objective objective) {
        Batch batch = batch(11);
        Totals totals = totals(batch);
        Evaluation whole = objective.evaluate(batch, totals);
        Evaluation head = objective.evaluate(part(batch, 0, 2), totals);
        Evaluation tail = objective.evaluate(part(batch, 2, PAIRS), totals);
        assertThat(head.loss() + tail.loss()).isCloseTo(whole.loss(), within(1e-12));
        assertThat(concat(head.byGood(), tail.byGood())).containsExactly(whole.byGood());
        assertThat(concat(head.byBad(), tail.byBad())).containsExactly(whole.byBad());
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void scalingTheDenominatorsScalesLossAndDerivatives(Objective objective) {
        Batch batch = batch(12);
        Totals totals = totals(batch);
        Evaluation once = objective.evaluate(batch, totals);
        Evaluation eighth = objective.evaluate(batch, new Totals(8 * totals.examples(), 8 * totals.tokens()));
        assertThat(eighth.loss()).isCloseTo(once.loss() / 8, within(1e-12));
        assertThat(eighth.byGood()[3]).isCloseTo(once.byGood()[3] / 8, within(1e-15));
    }

    /// The implicit reward is a difference: what policy and reference share does not count.
    @ParameterizedTest
    @MethodSource("objectives")
    void shiftingPolicyAndReferenceAlikeChangesNothingWhereTheReferenceIsRead(Objective objective) {
        if (objective instanceof PairwiseObjective && objective.needsReference()) {
            Batch batch = batch(13);
            Batch shifted = new Batch(shifted(batch.good(), -2.75), shifted(batch.bad(), 4.5));
            assertThat(objective.evaluate(shifted, totals(batch)).loss())
                    .isCloseTo(objective.evaluate(batch, totals(batch)).loss(), within(1e-9));
        }
    }

    /// As training starts, policy = reference: every objective rewards the good example and never rewards the bad.
    @ParameterizedTest
    @MethodSource("objectives")
    void theFirstStepRewardsTheGoodAndPenalisesTheBad(Objective objective) {
        Batch batch = batch(14);
        Batch start = new Batch(atReference(batch.good()), atReference(batch.bad()));
        Evaluation evaluation = objective.evaluate(start, totals(batch));
        if (objective.needsReference()) {
            assertThat(Arrays.stream(evaluation.byGood())).as("-w+").allMatch(slope -> slope < 0);
            assertThat(Arrays.stream(evaluation.byBad())).as("w-").allMatch(slope -> slope > 0);
        }
        assertThat(Arrays.stream(evaluation.byGood())).as("-w+").allMatch(slope -> slope <= 0);
        assertThat(Arrays.stream(evaluation.byBad())).as("w-").allMatch(slope -> slope >= 0);
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void evaluatingLeavesItsInputsAlone(Objective objective) {
        Batch batch = batch(15);
        objective.evaluate(batch, totals(batch));
        assertThat(batch.good().logProbs()).containsExactly(batch(15).good().logProbs());
        assertThat(batch.bad().logProbs()).containsExactly(batch(15).bad().logProbs());
    }

    private static double slope(Objective objective, Batch batch, double[] column, int i) {
        double step = 1e-4;
        double kept = column[i];
        column[i] = kept + step;
        double above = objective.evaluate(batch, totals(batch)).loss();
        column[i] = kept - step;
        double below = objective.evaluate(batch, totals(batch)).loss();
        column[i] = kept;
        return (above - below) / (2 * step);
    }

    private static Batch batch(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return new Batch(examples(random), examples(random));
    }

    private static Examples examples(SplittableRandom random) {
        int[] tokens = random.ints(PAIRS, 1, 20).toArray();
        double[] logProbs = random.doubles(PAIRS, -30, -1).toArray();
        double[] reference = random.doubles(PAIRS, -30, -1).toArray();
        return new Examples(logProbs, reference, tokens);
    }

    private static Totals totals(Batch batch) {
        return new Totals(
                batch.good().size(), Arrays.stream(batch.good().tokens()).sum());
    }

    private static Batch part(Batch batch, int from, int to) {
        return new Batch(part(batch.good(), from, to), part(batch.bad(), from, to));
    }

    private static Examples part(Examples examples, int from, int to) {
        return new Examples(
                Arrays.copyOfRange(examples.logProbs(), from, to),
                Arrays.copyOfRange(reference(examples), from, to),
                Arrays.copyOfRange(examples.tokens(), from, to));
    }

    private static Examples shifted(Examples examples, double shift) {
        return new Examples(
                Arrays.stream(examples.logProbs()).map(value -> value + shift).toArray(),
                Arrays.stream(reference(examples)).map(value -> value + shift).toArray(),
                examples.tokens());
    }

    private static Examples atReference(Examples examples) {
        return new Examples(reference(examples).clone(), reference(examples), examples.tokens());
    }

    private static double[] reference(Examples examples) {
        return requireNonNull(examples.referenceLogProbs());
    }

    private static double[] concat(double[] first, double[] second) {
        return Stream.of(first, second).flatMapToDouble(Arrays::stream).toArray();
    }
}

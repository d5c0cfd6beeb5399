package dev.poise.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.objective.Ipo.Form;
import dev.poise.objective.Mixture.Term;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Losses and weights to the digits that were computed apart from this code: TRL's own loss code on the four pairs
/// of [Golden], and scalar formulas on one pair.
final class GoldenObjectivesTest {

    private static final Margin MEANS = Margin.of(true, Normalise.TOKENS);

    private static final Examples ONE_GOOD = new Examples(new double[] {-12}, new double[] {-11.5}, new int[] {8});
    private static final Examples ONE_BAD = new Examples(new double[] {-10}, new double[] {-10.4}, new int[] {6});
    private static final Batch ONE_PAIR = new Batch(ONE_GOOD, ONE_BAD);
    private static final Totals OF_ONE = new Totals(1, 8);

    static Stream<Arguments> lossesOfTrl() {
        return Stream.of(
                Arguments.of(new Dpo(0.1, 0), 0.6911832738),
                Arguments.of(new Hinge(0.1, true), 0.98125),
                Arguments.of(new Ipo(0.1, Normalise.TOKENS), 25.0821131838),
                // TRL holds ε in float32: eight digits.
                Arguments.of(new Exo(0.1, (double) 0.1f, Margin.OF_REWARDS), 0.50806643),
                Arguments.of(new Nca(0.1), 1.3875633576),
                Arguments.of(new Robust(0.1, 0.1, Margin.OF_REWARDS), 0.6888395238),
                Arguments.of(new Bco(0.1), 1.3820873057),
                Arguments.of(new Sppo(0.1), 52.2656250000),
                Arguments.of(new Aot(0.1, 0, Aot.Sorted.MARGINS), 0.6908710502),
                Arguments.of(new Aot(0.1, 0.1, Aot.Sorted.MARGINS), 0.6927460502),
                Arguments.of(new Aot(0.1, 0, Aot.Sorted.REWARDS), 0.6841821980),
                Arguments.of(new Aot(0.1, 0.1, Aot.Sorted.REWARDS), 0.6860571980),
                Arguments.of(new ApoZero(0.1), 0.9953640701),
                Arguments.of(new ApoDown(0.1), 0.9906654719),
                Arguments.of(new Discopop(0.1, 0.05, Margin.OF_REWARDS), 0.8027636426),
                Arguments.of(new Dpo(0.1, 0, MEANS), 0.6933223643),
                Arguments.of(
                        new Dpo(0.1, 0, new Margin(true, new Divergence.ForwardKl(), Normalise.NONE)), 0.7223399519),
                Arguments.of(
                        new Dpo(0.1, 0, new Margin(true, new Divergence.JensenShannon(), Normalise.NONE)),
                        0.6961988469),
                // TRL computes this one in float32: six digits.
                Arguments.of(new Dpo(0.1, 0, new Margin(true, new Divergence.Alpha(0.5), Normalise.NONE)), 0.704188));
    }

    @ParameterizedTest
    @MethodSource("lossesOfTrl")
    void lossMatchesTrlsOnTheGoldenPairs(Objective objective, double expected) {
        double digits = objective instanceof Exo ? 5e-8 : expected == 0.704188 ? 1e-6 : 1e-9;
        assertThat(Golden.loss(objective)).isCloseTo(expected, within(digits));
    }

    /// What forgetting the reference, swapping the labels or adding the reference would give is another loss.
    @ParameterizedTest
    @MethodSource("lossesOfTrl")
    void theUsualMistakesGiveOtherLosses(Objective objective, double expected) {
        for (Batch mistaken : List.of(Golden.withoutReference(), Golden.swapped(), Golden.referenceAdded())) {
            assertThat(objective.evaluate(mistaken, Golden.TOTALS).loss()).isNotCloseTo(expected, within(1e-4));
        }
    }

    @Test
    void alignmentWithoutSortingWouldBeDpo() {
        assertThat(Golden.loss(new Aot(0.1, 0, Aot.Sorted.MARGINS)))
                .isNotCloseTo(Golden.loss(new Dpo(0.1, 0)), within(1e-4));
    }

    static Stream<Arguments> pointsOfOnePair() {
        Objective dpo = new Dpo(0.1, 0);
        Objective hinge = new Slic(1, Normalise.TOKENS);
        Objective exMate = new ExMate(0.05, Normalise.TOKENS);
        return Stream.of(
                Arguments.of(new Unlikelihood(0.5), 12.000022700480, 1, 2.270099550484e-05),
                Arguments.of(new Mate(0.05), 1.416666666667, 0.125, 8.333333333333e-03),
                Arguments.of(new ExMate(0.05, Normalise.NONE), 12.000002269996, 1, 2.269996488124e-06),
                Arguments.of(exMate, 1.509443780142, 0.125, 1.573963356980e-03),
                Arguments.of(new BatchExMate(0.05), 1.509443780142, 0.125, 1.573963356980e-03),
                Arguments.of(dpo, 0.739159339026, 5.224848247918e-02, 5.224848247918e-02),
                Arguments.of(new Ipo(0.1, Form.SCALED, Margin.OF_REWARDS), 0.3481, 0.118, 0.118),
                Arguments.of(new Ipo(0.1, Normalise.NONE), 34.81, 11.8, 11.8),
                Arguments.of(hinge, 0.833333333333, 0.125, 1.666666666667e-01),
                Arguments.of(new Anchor(), 1.359333137871, 9.289600107656e-02, 0),
                Arguments.of(sum(hinge, 0.5, new Anchor()), 1.512999902269, 1.714480005383e-01, 1.666666666667e-01),
                Arguments.of(
                        sum(dpo, 0.2, new Mle(Mle.Mean.SEQUENCE_SUMS)),
                        3.139159339026,
                        0.2522484824792,
                        5.224848247918e-02),
                Arguments.of(
                        sum(dpo, 0.2, new Mle(Mle.Mean.SEQUENCE_MEANS)),
                        1.039159339026,
                        7.724848247918e-02,
                        5.224848247918e-02),
                Arguments.of(sum(dpo, 0.2, new Mle()), 1.039159339026, 7.724848247918e-02, 5.224848247918e-02),
                Arguments.of(sum(dpo, 0.2, exMate), 1.041048095054, 7.724848247918e-02, 5.256327515058e-02),
                Arguments.of(new Dpop(0.1, 5), 0.877528111455, 3.505143137612e-01, 5.841905229354e-02),
                Arguments.of(new Dpo(0.1, 0.1), 0.730159339026, 4.224848247918e-02, 4.224848247918e-02));
    }

    @ParameterizedTest
    @MethodSource("pointsOfOnePair")
    void lossAndBothWeightsMatchTheScalarFormulas(Objective objective, double loss, double good, double bad) {
        Evaluation evaluation = objective.evaluate(ONE_PAIR, OF_ONE);
        assertThat(evaluation.loss()).isCloseTo(loss, within(6e-13 * Math.max(1, loss)));
        assertThat(-evaluation.byGood()[0]).as("w+").isCloseTo(good, within(6e-13 * Math.max(1, good)));
        assertThat(evaluation.byBad()[0]).as("w-").isCloseTo(bad, within(6e-13 * Math.max(1, bad)));
    }

    private static Objective sum(Objective first, double weight, Objective second) {
        return new Mixture(List.of(new Term(first, 1), new Term(second, weight)));
    }

    /// w⁺ = 1, α = c = 1: unlikelihood's w⁻ explodes where ExMATE's stays below 1.
    @Test
    void penaltiesOverTheBadExamplesProbability() {
        for (double[] row : new double[][] {{0.3, 0.428571428571, 0.3}, {0.5, 1, 0.5}, {0.9, 9, 0.9}}) {
            PairwiseObjective.Pair pair = new PairwiseObjective.Pair(-3, Math.log(row[0]), 0, 0, 4, 5);
            assertThat(new Unlikelihood(1).of(pair).byBad()).isCloseTo(row[1], within(1e-11));
            assertThat(new ExMate(1, Normalise.NONE).of(pair).byBad()).isCloseTo(row[2], within(1e-12));
        }
    }

    /// Logits (−.2, .1, .7, 0, .9) at the first diverging token, the bad example's token being the fifth of them:
    /// w⁻ is α p/(1 − p).
    @Test
    void unlikelihoodOfTokensWeighsEveryTokenByItsOdds() {
        double p = 0.332502;
        double[][] good = {{-1.5}};
        double[][] bad = {{Math.log(p), -0.4}};
        Batch batch = new Batch(
                new Examples(new double[] {-1.5}, new double[1], new int[] {1}, values(good)),
                new Examples(new double[] {Math.log(p) - 0.4}, new double[1], new int[] {2}, values(bad)));
        Evaluation evaluation = new TokenUnlikelihood(1).evaluate(batch, new Totals(1, 1));
        double q = Math.exp(-0.4);
        assertThat(evaluation.loss()).isCloseTo(1.5 - Math.log(1 - p) - Math.log(1 - q), within(1e-12));
        assertThat(evaluation.byGood()).containsExactly(-1);
        assertThat(evaluation.byBad()).containsExactly(0);
        assertThat(evaluation.byBadTokens()[0]).containsExactly(new double[] {p / (1 - p), q / (1 - q)}, within(1e-12));
    }

    /// Two pairs whose answers differ in length: the shorter one's tokens count whole, the excess a quarter.
    @Test
    void lengthDesensitisedDiscountsTheLongerAnswersExcess() {
        double[][] good = {{-1, -2, -4}};
        double[][] bad = {{-0.5, -3}};
        double[][] referenceGood = {{-1.5, -2, -8}};
        double[][] referenceBad = {{-0.25, -3.5}};
        Batch batch = new Batch(
                new Examples(new double[] {-7}, new double[] {-11.5}, new int[] {3}, values(good, referenceGood)),
                new Examples(new double[] {-3.5}, new double[] {-3.75}, new int[] {2}, values(bad, referenceBad)));
        Evaluation evaluation = new LengthDesensitised(new Dpo(0.5, 0), 0.25).evaluate(batch, new Totals(1, 3));
        double margin = (-1 - 2 - 0.25 * 4 + 1.5 + 2 + 0.25 * 8) - (-3.5 + 3.75);
        double weight = 0.5 / (1 + Math.exp(0.5 * margin));
        assertThat(evaluation.loss()).isCloseTo(Math.log1p(Math.exp(-0.5 * margin)), within(1e-15));
        assertThat(evaluation.byGoodTokens()[0])
                .containsExactly(new double[] {-weight, -weight, -weight / 4}, within(1e-15));
        assertThat(evaluation.byBadTokens()[0]).containsExactly(new double[] {weight, weight}, within(1e-15));
    }

    /// ω(y) = exp(mean(log p − log Σp²)): here e^0.5 for the good example and e^−0.25 for the bad.
    @Test
    void weightedByHowMuchTheAnswersAreThePolicysOwn() {
        TokenValues good = new TokenValues(new double[][] {{-1, -2}}, new double[0][], new double[][] {{-1.25, -2.75}});
        TokenValues bad = new TokenValues(new double[][] {{-3}}, new double[0][], new double[][] {{-2.75}});
        Batch batch = new Batch(
                new Examples(new double[] {-3}, new double[] {-4}, new int[] {2}, good),
                new Examples(new double[] {-3}, new double[] {-2.5}, new int[] {1}, bad));
        Dpo dpo = new Dpo(0.5, 0);
        Evaluation plain = dpo.evaluate(batch, new Totals(1, 2));
        Evaluation weighted = new Wpo(dpo).evaluate(batch, new Totals(1, 2));
        double factor = Math.exp(0.25);
        assertThat(weighted.loss()).isCloseTo(factor * plain.loss(), within(1e-15));
        assertThat(weighted.byGood()[0]).isCloseTo(factor * plain.byGood()[0], within(1e-15));
        assertThat(weighted.byBad()[0]).isCloseTo(factor * plain.byBad()[0], within(1e-15));
    }

    /// Good rewards 0.1·(2, −1), bad 0.1·(3); mismatched log-ratios (1, −3, 4.5): κ = 2.5/3.
    @Test
    void ktoMeasuresFromTheDivergenceOfMismatchedCompletions() {
        Batch batch = labelled(1, -3, 4.5);
        double kappa = 2.5 / 3;
        double expected = (1.3 * sigmoid(-0.1 * (2 - kappa))
                        + 1.3 * sigmoid(-0.1 * (-1 - kappa))
                        + 0.7 * sigmoid(-0.1 * (kappa - 3)))
                / 3;
        Kto kto = new Kto(0.1, 1.3, 0.7, Kto.Indifference.MISMATCHED);
        Evaluation evaluation = kto.evaluate(batch, new Totals(3, 8));
        assertThat(evaluation.loss()).isCloseTo(expected, within(1e-15));
        double slope = sigmoid(0.1 * (3 - kappa)) * sigmoid(-0.1 * (3 - kappa));
        assertThat(evaluation.byBad()[0]).isCloseTo(0.7 * 0.1 * slope / 3, within(1e-15));
        // Below 0 the estimate is none.
        assertThat(kto.evaluate(labelled(1, -3, 0.5), new Totals(3, 8)).loss())
                .isEqualTo(new Kto(0.1, 1.3, 0.7, Kto.Indifference.NONE)
                        .evaluate(batch, new Totals(3, 8))
                        .loss());
    }

    /// Rewards 0.1·(2, −1, 3) have the mean 0.4/3.
    @Test
    void unpairedClassificationComparesWithTheStepsMeanReward() {
        Batch batch = labelled();
        double delta = 0.4 / 3;
        double expected = (softplus(delta - 0.2) + softplus(delta + 0.1) + softplus(0.3 - delta)) / 3;
        BcoUnpaired bco = new BcoUnpaired(0.1, 1, 1, BcoUnpaired.Shift.STEP_MEAN);
        Evaluation evaluation = bco.evaluate(batch, new Totals(3, 8));
        assertThat(evaluation.loss()).isCloseTo(expected, within(1e-15));
        assertThat(evaluation.byGood()[1]).isCloseTo(-0.1 * sigmoid(delta + 0.1) / 3, within(1e-16));
        assertThat(evaluation.byBad()[0]).isCloseTo(0.1 * sigmoid(0.3 - delta) / 3, within(1e-16));
    }

    private static Batch labelled(double... mismatchedRatios) {
        double[] zeros = new double[mismatchedRatios.length];
        return new Batch(
                new Examples(new double[] {-5, -9}, new double[] {-7, -8}, new int[] {3, 5}),
                new Examples(new double[] {-4}, new double[] {-7}, new int[] {2}),
                Examples.NONE,
                new Examples(mismatchedRatios, zeros, new int[mismatchedRatios.length]));
    }

    /// ln 2 − weights ±1/2 at equal scores; a margin of 1 asks for more; centring pulls the sum to 0.
    @Test
    void rewardModelsLossIsBradleyTerryWithMarginAndCentring() {
        assertThat(new BradleyTerry(0).of(2, 2, 0)).isEqualTo(new BradleyTerry.ScoreLoss(Math.log(2), -0.5, 0.5));
        BradleyTerry.ScoreLoss term = new BradleyTerry(0.01).of(1.5, 0.75, 0.5);
        assertThat(term.loss()).isCloseTo(softplus(-0.25) + 0.01 * 2.25 * 2.25, within(1e-15));
        assertThat(term.byGood()).isCloseTo(-sigmoid(-0.25) + 0.02 * 2.25, within(1e-15));
        assertThat(term.byBad()).isCloseTo(sigmoid(-0.25) + 0.02 * 2.25, within(1e-15));
        assertThat(new BradleyTerry(0.01).of(-1e5, 1e5, 0)).isEqualTo(new BradleyTerry.ScoreLoss(2e5, -1, 1));
    }

    /// IPO's weights turn negative beyond the target and are not clipped; those of NCA and SPPO have levels too.
    @Test
    void weightsThatTurnNegativeAreShown() {
        PairwiseObjective.Pair learnt = new PairwiseObjective.Pair(-5, -30, -20, -12, 6, 7);
        assertThat(-new Ipo(0.1, Normalise.NONE).of(learnt).byGood()).isEqualTo(-56);
        assertThat(new Ipo(0.1, Normalise.NONE).of(learnt).byBad()).isEqualTo(-56);
        assertThat(-new Sppo(0.1).of(learnt).byGood()).isEqualTo(-20);
        assertThat(-new Nca(0.1).of(learnt).byGood()).isNegative();
    }

    /// 1 − f⁻ at f⁻ = 1: the loss goes on along its tangent, and the weight keeps its sign.
    @Test
    void unlikelihoodOfACertainAnswerIsFiniteAndStillPenalises() {
        PairwiseObjective.PairLoss certain = new Unlikelihood(1).of(new PairwiseObjective.Pair(-3, 0, 0, 0, 4, 5));
        assertThat(certain.loss()).isCloseTo(3 + 1 + 20 * Math.log(10), within(1e-9));
        assertThat(certain.byBad()).isCloseTo(1e20, within(1e7));
        assertThat(Complement.OF_TOKEN.log(0)).isCloseTo(-(5 * Math.log(10) + 1), within(1e-4));
        assertThat(Complement.OF_TOKEN.slope(0)).isCloseTo(-99_999, within(1e-4));
    }

    private static TokenValues values(double[][] logProbs) {
        return values(logProbs, new double[0][]);
    }

    private static TokenValues values(double[][] logProbs, double[][] reference) {
        return new TokenValues(logProbs, reference, new double[0][]);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double softplus(double x) {
        return Math.log1p(Math.exp(x));
    }
}

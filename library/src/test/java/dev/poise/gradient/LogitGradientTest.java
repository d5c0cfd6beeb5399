package dev.poise.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.gradient.Weights.Answer;
import dev.poise.gradient.Weights.Answers;
import dev.poise.objective.Dpo;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Three positions over five tokens, worked out by hand (numpy): the answers share the first token, part at the
/// second, and end alike behind different contexts.
final class LogitGradientTest {

    private static final double[] SHARED = {.5, 1, -.3, .2, -.8};
    private static final double[] PARTING = {-.2, .1, .7, 0, .9};
    private static final double[] GOOD_END = {.3, -.5, .2, 1.2, -.1};
    private static final double[] BAD_END = {.1, .4, -.6, .8, .3};

    /// log π(y⁺) and log π(y⁻) of tokens 1, 2, 3 and 1, 4, 3.
    private static final double GOOD = -3.016724074533;

    private static final double BAD = -3.120140735286;

    private static final Weights LIKELIHOOD = new Weights(1, 0);

    private static Weights dpo() {
        return Weights.alone(
                new Dpo(0.1, 0), new Answers(new Answer(GOOD, GOOD - .3, 3), new Answer(BAD, BAD + .2, 3)));
    }

    @Test
    void theFixturesSumsAreThoseOfItsLogits() {
        assertThat(logProb(SHARED, 1) + logProb(PARTING, 2) + logProb(GOOD_END, 3))
                .isCloseTo(GOOD, within(1e-11));
        assertThat(logProb(SHARED, 1) + logProb(PARTING, 4) + logProb(BAD_END, 3))
                .isCloseTo(BAD, within(1e-11));
    }

    @Test
    void dpoLeavesSharedTokensAndAllButTheTwoThatPart() {
        Weights weights = dpo();
        assertThat(weights.good()).isCloseTo(.048750260, within(1e-9));
        assertThat(weights.bad()).isEqualTo(weights.good());

        assertThat(LogitGradient.shared(SHARED, 1, weights)).containsExactly(new double[5], within(1e-17));
        is(LogitGradient.parting(PARTING, 2, 4, weights), 0, 0, -.048750, 0, .048750);
        is(LogitGradient.ofGood(GOOD_END, 3, weights), .008889, .003994, .008043, -.026886, .005959);
        is(LogitGradient.ofBad(BAD_END, 3, weights), -.008016, -.010821, -.003981, .032608, -.009791);
    }

    @Test
    void likelihoodRaisesTheGoodTokenOverAllOthers() {
        is(LogitGradient.parting(PARTING, 2, 4, LIKELIHOOD), .110680, .149403, -.727770, .135185, .332502);
    }

    /// ExMATE in sums with c = 0.05, w⁻ = c e^(log π(y⁻)).
    @Test
    void exMateStillRewardsSharedTokens() {
        Weights weights = new Weights(1, .05 * Math.exp(BAD));
        assertThat(weights.bad()).isCloseTo(.002207548, within(1e-9));
        is(LogitGradient.shared(SHARED, 1, weights), .242689, -.597666, .109047, .179789, .066141);
    }

    /// w⁻ = α p/(1 − p) at the parting token alone, α = 1; and of sequences, α f⁻/(1 − f⁻), α = 0.5.
    @Test
    void unlikelihoodSpreadsMassOverTheOthers() {
        double bad = Math.exp(logProb(PARTING, 4));
        is(
                LogitGradient.parting(PARTING, 2, 4, new Weights(1, bad / (1 - bad))),
                .055547,
                .074980,
                -.863377,
                .067845,
                .665004);
        double sequence = Math.exp(BAD);
        assertThat(.5 * sequence / (1 - sequence)).isCloseTo(.023095150, within(1e-9));
    }

    /// Against central differences of the loss of both cases together, at distinct weights.
    @Test
    void isTheDerivativeOfTheLoss() {
        Weights weights = new Weights(.7, .4);
        double[] byLogits = LogitGradient.parting(PARTING, 2, 4, weights);
        for (int v = 0; v < 5; v++) {
            double[] up = PARTING.clone();
            double[] down = PARTING.clone();
            up[v] += 1e-5;
            down[v] -= 1e-5;
            double difference = (loss(up, weights) - loss(down, weights)) / 2e-5;
            assertThat(byLogits[v]).isCloseTo(difference, within(1e-9));
        }
    }

    private static double loss(double[] logits, Weights weights) {
        return -weights.good() * logProb(logits, 2) + weights.bad() * logProb(logits, 4);
    }

    /// Pushing a rare token down raises the most likely one, pushing a likely one down spreads (squeezing): logits
    /// after one step of size 0.5.
    @Test
    void massGoesWhereItWasWhenARareTokenIsPushedDown() {
        double[] logits = {2, 1, 0, -1, -2};
        is(after(logits, 0), .5720, .2837, .0969, .0347, .0126);
        is(after(logits, 3), .6948, .2090, .0714, .0155, .0093);

        double[] byLogits = LogitGradient.ofBad(logits, 3, new Weights(0, 1));
        double[] shift = LogitGradient.massShift(logits, byLogits);
        assertThat(Arrays.stream(shift).sum()).isCloseTo(0, within(1e-15));
        double[] small = LogitGradient.softmax(moved(logits, byLogits, 1e-7));
        double[] before = LogitGradient.softmax(logits);
        for (int v = 0; v < 5; v++) {
            assertThat(shift[v]).isCloseTo((small[v] - before[v]) / 1e-7, within(1e-6));
        }
        assertThat(LogitGradient.largest(shift, 2, List.of())).containsExactly(0, 4);
        assertThat(LogitGradient.largest(shift, 9, List.of(0, 3))).containsExactly(4, 2, 1);
    }

    private static double[] after(double[] logits, int pushedDown) {
        return LogitGradient.softmax(moved(logits, LogitGradient.ofBad(logits, pushedDown, new Weights(0, 1)), .5));
    }

    private static double[] moved(double[] logits, double[] byLogits, double rate) {
        double[] moved = logits.clone();
        Arrays.setAll(moved, v -> logits[v] - rate * byLogits[v]);
        return moved;
    }

    private static void is(double[] actual, double... expected) {
        // The expected numbers are given to six digits, squeezing's to four.
        double digits = expected[0] > .5 ? 6e-5 : 6e-7;
        assertThat(actual).containsExactly(expected, within(digits));
    }

    private static double logProb(double[] logits, int token) {
        return Math.log(LogitGradient.softmax(logits)[token]);
    }
}

package dev.poise.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.advise.Survey.Parting;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

final class KlStepTest {

    private static final double[] P = {.3, .3, .1, .3};
    private static final double[] Q = {.2, .1, .6, .1};

    private static double[] softmax(double[] logits) {
        double sum = Arrays.stream(logits).map(Math::exp).sum();
        return Arrays.stream(logits).map(logit -> Math.exp(logit) / sum).toArray();
    }

    private static double kl(double[] p, double[] q) {
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            sum += p[i] * Math.log(p[i] / q[i]);
        }
        return sum;
    }

    /// A real step of gradient descent on the logits, by central differences.
    private static double[] stepped(double[] p, double rate, ToDoubleFunction<double[]> loss) {
        double[] logits = Arrays.stream(p).map(Math::log).toArray();
        double[] next = logits.clone();
        for (int i = 0; i < logits.length; i++) {
            double[] up = logits.clone();
            double[] down = logits.clone();
            up[i] += 1e-6;
            down[i] -= 1e-6;
            next[i] -= rate * (loss.applyAsDouble(softmax(up)) - loss.applyAsDouble(softmax(down))) / 2e-6;
        }
        return softmax(next);
    }

    @Test
    void oneStepOfEitherDivergence() {
        // The paper's toy distributions at rate 1; worked out apart from this code.
        assertThat(KlStep.forward(P, Q, 1)).containsExactly(new double[] {.2927, .2648, .1778, .2648}, within(1e-4));
        assertThat(KlStep.reverse(P, Q, 1)).containsExactly(new double[] {.3307, .2686, .1320, .2686}, within(1e-4));
    }

    @Test
    void theClosedFormsAreStepsOnTheDivergences() {
        assertThat(KlStep.forward(P, Q, .7)).containsExactly(stepped(P, .7, p -> kl(Q, p)), within(1e-8));
        assertThat(KlStep.reverse(P, Q, .7)).containsExactly(stepped(P, .7, p -> kl(p, Q)), within(1e-8));
    }

    @Test
    void marginsNeedOnlyTheTwoProbabilities() {
        SplittableRandom random = new SplittableRandom(6);
        for (int draw = 0; draw < 200; draw++) {
            double[] p = softmax(random.doubles(7, -3, 3).toArray());
            double[] q = KlStep.target(p, 2, 5);
            assertThat(q[2] / q[5]).isCloseTo(p[2] / p[5] * Math.exp(2 * KlStep.TILT), within(1e-9 * q[2] / q[5]));
            Parting at =
                    new Parting(p[2], p[5], Arrays.stream(p).map(x -> x * x).sum());
            assertThat(KlStep.forwardMargin(at)).isCloseTo(grown(p, KlStep.forward(p, q, 1)), within(1e-10));
            assertThat(KlStep.reverseMargin(at)).isCloseTo(grown(p, KlStep.reverse(p, q, 1)), within(1e-10));
        }
    }

    private static double grown(double[] before, double[] after) {
        return Math.log(after[2] / after[5]) - Math.log(before[2] / before[5]);
    }

    @Test
    void aPushHelpsWhereTheTwoTokensHoldTheMass() {
        // (.05, .60, .20, .15): pushing .60 down lifts .05; (.05, .10, .70, .15): pushing .10 down lifts .70 instead.
        assertThat(KlStep.pushHelps(new Parting(.05, .60, .0025 + .36 + .04 + .0225)))
                .isTrue();
        assertThat(KlStep.pushHelps(new Parting(.05, .10, .0025 + .01 + .49 + .0225)))
                .isFalse();
        // And it is what a real step does: log p of the chosen token with and without the push, to first order.
        SplittableRandom random = new SplittableRandom(8);
        for (int draw = 0; draw < 200; draw++) {
            double[] p = softmax(random.doubles(5, -3, 3).toArray());
            double collision = Arrays.stream(p).map(x -> x * x).sum();
            double[] pushed = stepped(p, 1e-4, now -> Math.log(now[1]));
            boolean lifted = Math.log(pushed[0]) >= Math.log(p[0]);
            assertThat(KlStep.pushHelps(new Parting(p[0], p[1], collision)))
                    .as(Arrays.toString(p))
                    .isEqualTo(lifted);
        }
    }
}

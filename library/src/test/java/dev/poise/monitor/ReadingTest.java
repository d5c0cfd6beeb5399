package dev.poise.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.evaluate.Interval;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

final class ReadingTest {

    private static final double[][] NONE = new double[0][];
    private static final Scored NOBODY = new Scored(NONE, NONE, NONE, NONE, null);

    private static final Scored CHOSEN = new Scored(
            new double[][] {{-1, -2}, {-0.5}, {-3, -1, -2}},
            new double[][] {{0.1, 0.2}, {0.3}, {0.4, 0.5, 0.6}},
            new double[][] {{1, 2}, {0.5}, {1.5, 2.5, 0.25}},
            new double[][] {{0.9, 0.8}, {1}, {0.5, 0.7, 0.95}},
            new double[] {-2.5, -0.7, -6});

    private static final Scored REJECTED =
            new Scored(new double[][] {{-4}, {-1, -1}, {-2, -3}}, NONE, NONE, NONE, new double[] {-3.1, -2.5, -4});

    /// All by hand: changes are −0.5/2, 0.2/1 and 0/3 on one side, −0.9/1, 0.5/2 and −1/2 on the other.
    @Test
    void heldOutNumbersByHand() {
        SequencedMap<String, Double> read = HeldOut.reading(CHOSEN, REJECTED, true, 0.5);
        assertThat(read.get("monitor/logps/chosen")).isCloseTo((-3 - 0.5 - 6) / 3.0, within(1e-15));
        assertThat(read.get("monitor/logps_mean/chosen")).isCloseTo((-1.5 - 0.5 - 2) / 3.0, within(1e-15));
        assertThat(read.get("monitor/logps/rejected")).isCloseTo((-4 - 2 - 5) / 3.0, within(1e-15));
        assertThat(read.get("monitor/logps_mean/rejected")).isCloseTo((-4 - 1 - 2.5) / 3.0, within(1e-15));
        assertThat(read.get("monitor/logps_mean/margin")).isCloseTo((-4 + 7.5) / 3.0, within(1e-15));
        assertThat(read.get("monitor/change/chosen")).isCloseTo((-0.25 + 0.2 + 0) / 3, within(1e-15));
        assertThat(read.get("monitor/change/rejected")).isCloseTo((-0.9 + 0.25 - 0.5) / 3, within(1e-15));
        assertThat(read.get("monitor/displaced")).isCloseTo(1.0 / 3, within(1e-15));
        // Margins: −0.5 + 0.9 = 0.4, 0.2 − 0.5 = −0.3, 0 + 1 = 1.
        assertThat(read.get("monitor/margin")).isCloseTo(1.1 / 3, within(1e-15));
        assertThat(read.get("monitor/accuracy")).isCloseTo(2.0 / 3, within(1e-15));
        assertThat(read.get("monitor/accuracy_low"))
                .isEqualTo(Interval.wilson(2, 3).low());
        assertThat(read.get("monitor/accuracy_high"))
                .isEqualTo(Interval.wilson(2, 3).high());
        double left = 2 / (1 + Math.exp(0.2)) + 2 / (1 + Math.exp(-0.15)) + 2 / (1 + Math.exp(0.5));
        assertThat(read.get("monitor/weight_left")).isCloseTo(left / 3, within(1e-15));
        assertThat(read.get("monitor/entropy")).isCloseTo(2.1 / 6, within(1e-15));
        assertThat(read.get("monitor/entropy_top")).isCloseTo(7.75 / 6, within(1e-15));
        assertThat(read.get("monitor/mass_top")).isCloseTo(4.85 / 6, within(1e-15));
    }

    /// H_raw of the ten largest of softmax(3, 2.5, …, −4), from its mass and its renormalised entropy.
    @Test
    void rawEntropyEqualsItsGolden() {
        assertThat(Scored.raw(.993811714727, 2.398942379757)).isCloseTo(2.392997167362, within(1e-11));
        assertThat(Scored.raw(0, 0)).isZero();
        assertThat(Scored.raw(1, 1.25)).isEqualTo(1.25);
        Scored one = new Scored(NONE, NONE, new double[][] {{2, 1}, {3}}, new double[][] {{0.5, 1}, {0.25}}, null);
        // 0.5 · 2 + 0.5, 1 · 1, 0.25 · 3 + 0.25 · 2
        assertThat(one.meanRawTopEntropy()).isCloseTo((1.5 + 1 + 1.25) / 3, within(1e-15));
    }

    @Test
    void onePairAndNoReferenceLeaveOutWhatTheyCannotSay() {
        Scored good = new Scored(
                new double[][] {{-1}}, new double[][] {{1}}, new double[][] {{1}}, new double[][] {{1}}, null);
        SequencedMap<String, Double> demonstrations = HeldOut.reading(good, NOBODY, false, 1);
        assertThat(demonstrations)
                .containsOnlyKeys(
                        "monitor/logps/chosen",
                        "monitor/logps_mean/chosen",
                        "monitor/entropy_top",
                        "monitor/entropy_top_raw",
                        "monitor/mass_top",
                        "monitor/entropy");
        SequencedMap<String, Double> pair =
                HeldOut.reading(good.against(new double[] {-2}), good.against(new double[] {-3}), true, 1);
        assertThat(pair.get("monitor/accuracy")).isZero(); // Δ = 1 − 2
        assertThat(pair.get("monitor/accuracy_high")).isBetween(0.7, 0.9);
        assertThat(pair.get("monitor/displaced")).isZero();
        assertThat(HeldOut.reading(NOBODY, good, false, 1))
                .containsOnlyKeys("monitor/logps/rejected", "monitor/logps_mean/rejected");
    }

    /// Rounding of another layout is no displacement.
    @Test
    void aHairBelowTheReferenceIsNotDisplaced() {
        assertThat(HeldOut.reading(CHOSEN.against(new double[] {-2.999, -0.4995, -5.998}), NOBODY, false, 1)
                        .get("monitor/displaced"))
                .isZero();
        assertThat(HeldOut.reading(CHOSEN.against(new double[] {-2.997, -0.5, -5.996}), NOBODY, false, 1)
                        .get("monitor/displaced"))
                .isCloseTo(2.0 / 3, within(1e-15));
    }

    @Test
    void ownAnswersByHand() {
        List<Own.Answer> answers = List.of(
                new Own.Answer(new int[] {7, 7, 7, 7, 7, 7}, "a b c d e f", false),
                new Own.Answer(new int[] {1, 2, 0}, "a b.", true));
        List<int[]> first = List.of(new int[] {7, 7, 7, 1}, new int[] {1, 2, 0});
        Scored scored = new Scored(
                new double[][] {{-1, -1, -1, -1, -1, -1}, {-0.5, -0.25, -2}},
                new double[][] {{1, 1, 1, 1, 1, 1}, {2, 2, 2}},
                new double[][] {{1, 1, 1, 1, 1, 1}, {2, 2, 2}},
                new double[][] {{1, 1, 1, 1, 1, 1}, {.5, .5, .5}},
                null);
        double[][] reference = {{-1, -1, -1, -1, -1, -2}, {-0.5, -1, -1}};
        SequencedMap<String, Double> read = Own.reading(answers, first, scored, reference, 100);
        assertThat(read.get("monitor/own/length")).isEqualTo(4.5);
        assertThat(read.get("monitor/own/unfinished")).isEqualTo(0.5);
        assertThat(read.get("monitor/own/repetition")).isCloseTo(1.0 / 3, within(1e-15));
        assertThat(read.get("monitor/own/unchanged")).isEqualTo((3.0 / 6 + 1) / 2);
        assertThat(read.get("monitor/own/distinct_1")).isEqualTo(6.0 / 8);
        assertThat(read.get("monitor/own/entropy_top")).isCloseTo(12.0 / 9, within(1e-15));
        // log π − log π_ref: 1 | 0.75 − 1
        assertThat(read.get("monitor/own/kl_k1")).isCloseTo((1 + 0.75 - 1) / 2, within(1e-15));
        double third = (Math.exp(-1) - 1 + 1) + (Math.exp(-0.75) - 1 + 0.75) + (Math.exp(1) - 1 - 1);
        assertThat(read.get("monitor/own/kl_k3")).isCloseTo(third / 2, within(1e-15));
        assertThat(read).containsKeys("monitor/own/ead", "monitor/own/self_bleu");
        assertThat(Own.reading(answers.subList(1, 2), first.subList(1, 2), scored, null, 100))
                .doesNotContainKeys("monitor/own/kl_k1", "monitor/own/self_bleu", "monitor/own/ead");
    }

    /// Both estimators of KL are unbiased: over all answers of a two-token language, their mean is the divergence.
    @Test
    void bothEstimatesOfTheDivergenceAreUnbiased() {
        double[] policy = {0.7, 0.2, 0.1};
        double[] reference = {0.3, 0.3, 0.4};
        double exact = 0;
        double first = 0;
        double third = 0;
        for (int token = 0; token < policy.length; token++) {
            exact += policy[token] * Math.log(policy[token] / reference[token]);
            Scored scored = new Scored(new double[][] {{Math.log(policy[token])}}, NONE, NONE, NONE, null);
            SequencedMap<String, Double> read = Own.reading(
                    List.of(new Own.Answer(new int[] {token}, "", true)),
                    List.of(new int[] {token}),
                    scored,
                    new double[][] {{Math.log(reference[token])}},
                    3);
            first += policy[token] * read.getOrDefault("monitor/own/kl_k1", 0.0);
            third += policy[token] * read.getOrDefault("monitor/own/kl_k3", 0.0);
        }
        assertThat(first).isCloseTo(exact, within(1e-15));
        assertThat(third).isCloseTo(exact, within(1e-15));
    }
}

package dev.poise.monitor;

import dev.poise.evaluate.Interval;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/// The reading of held-out answers, teacher-forced: what a single forward pass shows of them.
///
/// With aᵢ = log π(yᵢ|xᵢ) summed over |yᵢ| tokens, rᵢ the same of the reference and N answers a side:
///
/// | metric | is | unit |
/// |---|---|---|
/// | `monitor/logps/chosen`, `/rejected` | (1/N) Σ aᵢ | nats an answer |
/// | `monitor/logps_mean/chosen`, `/rejected` | (1/N) Σ aᵢ/\|yᵢ\| | nats a token |
/// | `monitor/logps_mean/margin` | the difference of the two | nats a token |
/// | `monitor/change/chosen`, `/rejected` | (1/N) Σ (aᵢ − rᵢ)/\|yᵢ\| | nats a token |
/// | `monitor/displaced` | share of chosen answers with (aᵢ − rᵢ)/\|yᵢ\| < −0.001 | share |
/// | `monitor/margin` | (1/N) Σ Δᵢ, Δ = (a⁺ − r⁺) − (a⁻ − r⁻) | nats a pair |
/// | `monitor/accuracy`, `_low`, `_high` | share of pairs with Δᵢ > 0 and Wilson's interval | share |
/// | `monitor/weight_left` | (1/N) Σ 2σ(−βΔᵢ): 1 at the start, 0 where DPO has nothing left to learn | share |
/// | `monitor/entropy_top` | entropy of the k likeliest tokens renormalised, mean over chosen tokens | bits |
/// | `monitor/entropy_top_raw` | −Σ p log₂ p over the same, not renormalised | bits |
/// | `monitor/mass_top` | Σ p over the same | share |
/// | `monitor/entropy` | entropy of the whole distribution, mean over chosen tokens | nats |
///
/// Source: arXiv 2410.11677, section 3.1, for the mean likelihoods, entropy and mass with k = 10. The paper calls
/// its entropy one of "the probability distribution over the top k tokens" and does not say whether it is
/// renormalised, so both are read; that it is read of chosen answers besides the policy's own is ours. The share
/// of displaced answers follows Razin et al. 2025 (<https://arxiv.org/abs/2410.08847>).
public final class HeldOut {

    /// Mean over chosen answers of the mean log-probability of their tokens, nats a token.
    public static final String CHOSEN = "monitor/logps_mean/chosen";

    /// Mean over chosen answers of their change since the reference, nats a token.
    public static final String CHANGE = "monitor/change/chosen";

    /// Share of chosen answers that fell below the reference.
    public static final String DISPLACED = "monitor/displaced";

    /// Mean over pairs of Δ, nats, summed.
    public static final String MARGIN = "monitor/margin";

    /// Mean over pairs of 2σ(−βΔ).
    public static final String WEIGHT_LEFT = "monitor/weight_left";

    /// Quantity: entropy over the k likeliest tokens, renormalised, bits.
    public static final String ENTROPY = "entropy_top";

    /// Quantity: the k likeliest tokens' mass.
    public static final String MASS = "mass_top";

    /// An answer counts as fallen beyond this many nats a token: less is what another layout of the same batch
    /// changes in bfloat16.
    private static final double NOISE = 1e-3;

    private HeldOut() {}

    /// Reads the answers of one forward pass.
    ///
    /// @param chosen at least one answer, or none where there are only undesirable ones
    /// @param rejected as many answers in the same order where `paired`; else any number
    /// @param rewardScale β of the objective
    public static SequencedMap<String, Double> reading(
            Scored chosen, Scored rejected, boolean paired, double rewardScale) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        side(values, "chosen", chosen);
        side(values, "rejected", rejected);
        if (chosen.size() > 0 && rejected.size() > 0) {
            values.put(
                    "monitor/logps_mean/margin", value(values, CHOSEN) - value(values, "monitor/logps_mean/rejected"));
        }
        double[] reference = chosen.reference();
        if (reference != null && chosen.size() > 0) {
            values.put(DISPLACED, mean(chosen.size(), i -> change(chosen, reference, i) < -NOISE ? 1 : 0));
        }
        double[] other = rejected.reference();
        if (paired && reference != null && other != null) {
            pairs(values, chosen, reference, rejected, other, rewardScale);
        }
        spread(values, Source.HELD_OUT, chosen);
        return values;
    }

    private static double value(SequencedMap<String, Double> values, String name) {
        return values.getOrDefault(name, Double.NaN);
    }

    private static void side(SequencedMap<String, Double> values, String side, Scored answers) {
        if (answers.size() == 0) {
            return;
        }
        values.put("monitor/logps/" + side, mean(answers.size(), answers::summed));
        values.put("monitor/logps_mean/" + side, mean(answers.size(), i -> answers.summed(i) / answers.tokens(i)));
        double[] reference = answers.reference();
        if (reference != null) {
            values.put("monitor/change/" + side, mean(answers.size(), i -> change(answers, reference, i)));
        }
    }

    /// Nats a token.
    private static double change(Scored answers, double[] reference, int i) {
        return (answers.summed(i) - reference[i]) / answers.tokens(i);
    }

    private static void pairs(
            SequencedMap<String, Double> values,
            Scored chosen,
            double[] chosenReference,
            Scored rejected,
            double[] rejectedReference,
            double rewardScale) {
        double[] margins = new double[chosen.size()];
        Arrays.setAll(
                margins, i -> chosen.summed(i) - chosenReference[i] - (rejected.summed(i) - rejectedReference[i]));
        long right = Arrays.stream(margins).filter(margin -> margin > 0).count();
        Interval interval = Interval.wilson(right, margins.length);
        values.put(MARGIN, mean(margins.length, i -> margins[i]));
        values.put("monitor/accuracy", (double) right / margins.length);
        values.put("monitor/accuracy_low", interval.low());
        values.put("monitor/accuracy_high", interval.high());
        values.put(WEIGHT_LEFT, mean(margins.length, i -> 2 / (1 + Math.exp(rewardScale * margins[i]))));
    }

    /// Entropies and mass of answers.
    static void spread(SequencedMap<String, Double> values, Source source, Scored answers) {
        if (answers.size() == 0) {
            return;
        }
        values.put(source.metric(ENTROPY), Scored.meanOverTokens(answers.topEntropies()));
        values.put(source.metric("entropy_top_raw"), answers.meanRawTopEntropy());
        values.put(source.metric(MASS), Scored.meanOverTokens(answers.topMasses()));
        values.put(source.metric("entropy"), Scored.meanOverTokens(answers.entropies()));
    }

    static double mean(int count, IntToDoubleFunction value) {
        return IntStream.range(0, count).mapToDouble(value).average().orElse(Double.NaN);
    }
}

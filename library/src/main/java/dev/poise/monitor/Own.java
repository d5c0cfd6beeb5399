package dev.poise.monitor;

import dev.poise.evaluate.Diversity;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The reading of what the policy answers itself to the same prompts, drawn with the same seeds.
///
/// | metric | is | unit |
/// |---|---|---|
/// | `monitor/own/length` | tokens an answer, its ending one included, mean | tokens |
/// | `monitor/own/unfinished` | answers cut at the limit | share |
/// | `monitor/own/repetition` | 1 − distinct 4-grams / 4-grams of tokens within an answer, mean over answers | share |
/// | `monitor/own/unchanged` | how far an answer begins as at step 0: common prefix / the longer one, mean | share |
/// | `monitor/own/ead` | expectation-adjusted distinct n-grams across answers, mean over n = 1 to 5 | - |
/// | `monitor/own/distinct_1` to `_5` | distinct n-grams / n-grams across answers | share |
/// | `monitor/own/self_bleu` | BLEU of each answer against the others, mean | share |
/// | `monitor/own/entropy_top`, `entropy_top_raw`, `mass_top`, `entropy` | as [HeldOut] has them | bits, share, nats |
/// | `monitor/own/kl_k1` | (1/N) Σᵢ Σₜ (log π − log π_ref) | nats an answer |
/// | `monitor/own/kl_k3` | (1/N) Σᵢ Σₜ (ρ − 1 − log ρ), ρ = π_ref/π | nats an answer |
/// | `monitor/own/reward`, `/win` | see [#judged] | -, share |
///
/// Both estimates of KL(π ‖ π_ref) are unbiased for answers drawn from π itself, at temperature 1 and uncut, over at
/// most as many tokens as were drawn; k3 is never negative and varies less while the two are close. They are left
/// out at any other temperature. Source: Schulman 2020, "Approximating KL divergence"
/// (<http://joschu.net/blog/kl-approx.html>), token by token.
///
/// Words of EAD, distinct n-grams and self-BLEU are cut from the decoded text as [Diversity#words] says.
///
/// Source of the rest: arXiv 2410.11677, section 3.1; repetition: Welleck et al. 2020.
public final class Own {

    /// Tokens an answer.
    public static final String LENGTH = Source.OWN.metric("length");

    /// Share of answers cut at the limit.
    public static final String UNFINISHED = Source.OWN.metric("unfinished");

    /// Share of 4-grams that an answer had said before.
    public static final String REPETITION = Source.OWN.metric("repetition");

    /// How far answers begin as they did at step 0.
    public static final String UNCHANGED = Source.OWN.metric("unchanged");

    /// Mean reward of the answers.
    public static final String REWARD = Source.OWN.metric("reward");

    /// P_win against the answers at step 0.
    public static final String WIN = Source.OWN.metric("win");

    /// Length of the n-grams that repetition counts, as in its source.
    private static final int REPEATED = 4;

    private Own() {}

    /// An answer.
    ///
    /// @param tokens ids, the ending one included
    /// @param text what they decode to
    /// @param ended whether the policy ended it
    public record Answer(int[] tokens, String text, boolean ended) {}

    /// Reads the answers to all prompts.
    ///
    /// @param answers at least one
    /// @param first the answers' tokens as they were at step 0
    /// @param scored what the policy says of their tokens
    /// @param reference log π_ref(yₜ|x, y₍<ₜ₎) of the same, nats; null for no KL
    /// @param vocabulary V of EAD
    public static SequencedMap<String, Double> reading(
            List<Answer> answers, List<int[]> first, Scored scored, double @Nullable [][] reference, long vocabulary) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        int count = answers.size();
        values.put(LENGTH, HeldOut.mean(count, i -> answers.get(i).tokens().length));
        values.put(UNFINISHED, HeldOut.mean(count, i -> answers.get(i).ended() ? 0 : 1));
        // An answer that is too short to repeat itself does not.
        values.put(REPETITION, HeldOut.mean(count, i -> Diversity.repetition(ids(answers.get(i)), REPEATED)
                .orElse(0)));
        values.put(UNCHANGED, HeldOut.mean(count, i -> unchanged(answers.get(i).tokens(), first.get(i))));
        List<List<String>> words =
                answers.stream().map(answer -> Diversity.words(answer.text())).toList();
        put(values, "ead", Diversity.expectationAdjusted(words, vocabulary));
        for (int n = 1; n <= Diversity.LONGEST; n++) {
            put(values, "distinct_" + n, Diversity.distinct(words, n));
        }
        put(values, "self_bleu", Diversity.selfBleu(words));
        HeldOut.spread(values, Source.OWN, scored);
        if (reference != null) {
            values.put(Source.OWN.metric("kl_k1"), HeldOut.mean(count, i -> divergence(scored, reference, i, false)));
            values.put(Source.OWN.metric("kl_k3"), HeldOut.mean(count, i -> divergence(scored, reference, i, true)));
        }
        return values;
    }

    /// How a judge sees the answers: their mean reward, and P_win = (1/N) Σᵢ σ(rᵢ − rᵢ at step 0), a share of which a
    /// half is a draw.
    ///
    /// Source: arXiv 2410.11677, section 3.1, with the start as the competitor.
    ///
    /// @param rewards one an answer
    /// @param first the same at step 0
    public static SequencedMap<String, Double> judged(double[] rewards, double[] first) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        values.put(REWARD, HeldOut.mean(rewards.length, i -> rewards[i]));
        values.put(WIN, HeldOut.mean(rewards.length, i -> 1 / (1 + Math.exp(first[i] - rewards[i]))));
        return values;
    }

    private static void put(SequencedMap<String, Double> values, String quantity, OptionalDouble value) {
        value.ifPresent(number -> values.put(Source.OWN.metric(quantity), number));
    }

    private static List<Integer> ids(Answer answer) {
        return Arrays.stream(answer.tokens()).boxed().toList();
    }

    private static double unchanged(int[] now, int[] then) {
        int longer = Math.max(now.length, then.length);
        int mismatch = Arrays.mismatch(now, then);
        return mismatch < 0 ? 1 : (double) mismatch / longer;
    }

    /// One answer's share of an estimate of KL(π ‖ π_ref).
    private static double divergence(Scored scored, double[][] reference, int answer, boolean third) {
        double sum = 0;
        for (int t = 0; t < scored.tokens(answer); t++) {
            double logRatio = reference[answer][t] - scored.logProbs()[answer][t]; // log ρ
            sum += third ? Math.expm1(logRatio) - logRatio : -logRatio;
        }
        return sum;
    }
}

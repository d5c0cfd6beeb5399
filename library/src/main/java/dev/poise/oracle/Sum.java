package dev.poise.oracle;

import java.util.List;

/// The weighted sum of rewards.
///
/// @param terms at least one
public record Sum(List<Term> terms) implements Reward {

    /// One summand.
    ///
    /// @param weight finite; negative turns what is good into what is bad
    public record Term(double weight, Reward reward) {
        public Term {
            if (!Double.isFinite(weight)) {
                throw new IllegalArgumentException("weight must be finite, got " + weight);
            }
        }
    }

    public Sum {
        terms = List.copyOf(terms);
        if (terms.isEmpty()) {
            throw new IllegalArgumentException("terms must be at least one, got none");
        }
    }

    @Override
    public double score(String prompt, String completion) {
        double sum = 0;
        for (Term term : terms) {
            sum += term.weight() * term.reward().score(prompt, completion);
        }
        return sum;
    }

    /// Each term scores all at once: a learnt one is faster so.
    @Override
    public double[] scoreAll(List<String> prompts, List<String> completions) {
        double[] sums = new double[prompts.size()];
        for (Term term : terms) {
            double[] scores = term.reward().scoreAll(prompts, completions);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += term.weight() * scores[i];
                if (!Double.isFinite(sums[i])) {
                    throw new RewardException(i, "must be finite, got " + sums[i], null);
                }
            }
        }
        return sums;
    }
}

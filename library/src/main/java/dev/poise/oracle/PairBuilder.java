package dev.poise.oracle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Makes preference pairs of scored completions.
///
/// Pure: the same candidates give the same pairs in the same order. A completion sampled twice counts twice.
public sealed interface PairBuilder {

    /// Pairs, in the order of their prompts, and what became of the prompts.
    record Result(List<ScoredPair> pairs, Counts counts) {
        public Result {
            pairs = List.copyOf(pairs);
        }
    }

    /// What became of the prompts.
    ///
    /// @param prompts prompts given
    /// @param pairs pairs made
    /// @param equal prompts without a pair because all their rewards are equal, or because they have fewer than two
    /// @param tooClose prompts without a pair because no two rewards are a margin apart
    record Counts(long prompts, long pairs, long equal, long tooClose) {}

    /// Which completions of a prompt make a pair.
    ///
    /// @param chosen place of the better one, from 0
    /// @param rejected place of the worse one
    record Pick(int chosen, int rejected) {}

    /// The pairs of one prompt, best first, as places of its completions.
    ///
    /// @param rewards one a completion, finite
    List<Pick> picks(List<Double> rewards);

    /// The pairs of one prompt, best first.
    default List<ScoredPair> pairs(Candidates candidates) {
        return picks(candidates.rewards()).stream()
                .map(pick -> pair(candidates, pick.chosen(), pick.rejected()))
                .toList();
    }

    /// The pairs of all prompts.
    default Result build(List<Candidates> prompts) {
        List<ScoredPair> pairs = new ArrayList<>();
        long equal = 0;
        long tooClose = 0;
        for (Candidates candidates : prompts) {
            List<ScoredPair> made = pairs(candidates);
            pairs.addAll(made);
            boolean allEqual = range(candidates.rewards()) == 0;
            equal += allEqual ? 1 : 0;
            tooClose += made.isEmpty() && !allEqual ? 1 : 0;
        }
        return new Result(pairs, new Counts(prompts.size(), pairs.size(), equal, tooClose));
    }

    /// One pair a prompt: the first of the best completions against the first of the worst; none where all are
    /// equal.
    record BestWorst() implements PairBuilder {

        @Override
        public List<Pick> picks(List<Double> rewards) {
            int best = 0;
            int worst = 0;
            for (int i = 1; i < rewards.size(); i++) {
                best = rewards.get(i) > rewards.get(best) ? i : best;
                worst = rewards.get(i) < rewards.get(worst) ? i : worst;
            }
            return best == worst ? List.of() : List.of(new Pick(best, worst));
        }
    }

    /// All pairs of a prompt whose rewards are at least `margin` apart, the widest first, at most `limit` of them.
    /// Pairs equally far apart stay in the order of their completions.
    ///
    /// @param margin above 0
    /// @param limit pairs a prompt, at least 1
    record Margin(double margin, int limit) implements PairBuilder {

        public Margin {
            if (!(margin > 0 && margin < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("margin must be finite and above 0, got " + margin);
            }
            if (limit < 1) {
                throw new IllegalArgumentException("limit must be at least 1, got " + limit);
            }
        }

        /// Without a limit.
        public Margin(double margin) {
            this(margin, Integer.MAX_VALUE);
        }

        @Override
        public List<Pick> picks(List<Double> rewards) {
            return apart(rewards, margin).limit(limit).toList();
        }
    }

    /// All pairs of a prompt whose rewards differ, the widest first.
    record All() implements PairBuilder {

        @Override
        public List<Pick> picks(List<Double> rewards) {
            return apart(rewards, Double.MIN_VALUE).toList();
        }
    }

    /// One pair a prompt: the first completion against the first one after it with another reward. Completions are
    /// drawn independently, so this is a random pair of unequal ones, and as many as there are change nothing.
    record FirstTwo() implements PairBuilder {

        @Override
        public List<Pick> picks(List<Double> rewards) {
            for (int i = 1; i < rewards.size(); i++) {
                double lead = rewards.getFirst() - rewards.get(i);
                if (lead != 0) {
                    return List.of(lead > 0 ? new Pick(0, i) : new Pick(i, 0));
                }
            }
            return List.of();
        }
    }

    /// Every two completions whose rewards are at least `margin` apart, the widest first.
    private static Stream<Pick> apart(List<Double> rewards, double margin) {
        return IntStream.range(0, rewards.size())
                .boxed()
                .flatMap(better -> IntStream.range(0, rewards.size())
                        .filter(worse -> rewards.get(better) - rewards.get(worse) >= margin)
                        .mapToObj(worse -> new Pick(better, worse)))
                .sorted(Comparator.<Pick>comparingDouble(
                                pick -> rewards.get(pick.chosen()) - rewards.get(pick.rejected()))
                        .reversed());
    }

    /// The distance from the lowest to the highest reward; 0 for fewer than two.
    private static double range(List<Double> rewards) {
        DoubleSummaryStatistics summary =
                rewards.stream().mapToDouble(Double::doubleValue).summaryStatistics();
        return rewards.isEmpty() ? 0 : summary.getMax() - summary.getMin();
    }

    private static ScoredPair pair(Candidates candidates, int chosen, int rejected) {
        return new ScoredPair(
                candidates.prompt(),
                candidates.completions().get(chosen),
                candidates.rewards().get(chosen),
                candidates.completions().get(rejected),
                candidates.rewards().get(rejected));
    }
}

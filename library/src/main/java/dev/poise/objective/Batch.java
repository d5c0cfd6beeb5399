package dev.poise.objective;

import java.util.Arrays;
import java.util.List;

/// The measured examples of a batch: what to reward and what to penalise.
///
/// In a batch of pairs, `good` holds the chosen and `bad` the rejected answers, and entry i of one belongs to
/// entry i of the other. In a batch of demonstrations `bad` is empty. In a batch of labelled examples `good` holds
/// the desirable and `bad` the undesirable ones, and their numbers differ.
///
/// @param good y⁺
/// @param bad y⁻
/// @param prompts the prompts of the good examples, in their order; empty unless [Need#PROMPTS] is asked for
/// @param mismatched completions of other examples behind each example's prompt; empty unless [Need#MISMATCHED] is
///     asked for
/// @param margins by how much the good example of every pair is better, as its row says, 0 where it says nothing; empty
///     unless [Need#SCORES] is asked for
public record Batch(Examples good, Examples bad, Examples prompts, Examples mismatched, double[] margins) {

    private static final double[] NO_MARGINS = {};

    /// A batch of pairs without margins, or of single examples.
    public Batch(Examples good, Examples bad, Examples prompts, Examples mismatched) {
        this(good, bad, prompts, mismatched, NO_MARGINS);
    }

    /// A batch of which nothing but good and bad examples was measured.
    public Batch(Examples good, Examples bad) {
        this(good, bad, Examples.NONE, Examples.NONE);
    }

    /// How many pairs.
    ///
    /// @throws IllegalArgumentException when the sides differ in size
    public int pairs() {
        if (good.size() != bad.size()) {
            throw new IllegalArgumentException("a batch of pairs must have as many bad examples as good ones, got "
                    + bad.size() + " for " + good.size());
        }
        return good.size();
    }

    /// Pair i alone, as a batch.
    Batch pair(int i) {
        return new Batch(
                good.only(i),
                bad.only(i),
                prompts.size() == 0 ? prompts : prompts.only(i),
                mismatched,
                margins.length == 0 ? margins : new double[] {margins[i]});
    }

    /// Batches one behind the other, as the batch that they are parts of.
    public static Batch join(List<Batch> parts) {
        return new Batch(
                Examples.join(parts.stream().map(Batch::good).toList()),
                Examples.join(parts.stream().map(Batch::bad).toList()),
                Examples.join(parts.stream().map(Batch::prompts).toList()),
                Examples.join(parts.stream().map(Batch::mismatched).toList()),
                parts.stream()
                        .map(Batch::margins)
                        .flatMapToDouble(Arrays::stream)
                        .toArray());
    }
}

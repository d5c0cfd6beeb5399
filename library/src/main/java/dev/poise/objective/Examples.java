package dev.poise.objective;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What was measured of one side of a batch: a column an example, all columns equally long.
///
/// @param logProbs log π(y|x) of every example, nats, summed over its trained tokens; for an objective that asks for
///     [Need#SCORES], its score by a reward model, without unit
/// @param referenceLogProbs the same under the reference policy; null where the run has none
/// @param tokens |y|, the trained tokens of every example
/// @param byToken what was measured token by token, for objectives that ask for it
/// @param rollouts what was noted when the examples were drawn, for objectives that ask for it
public record Examples(
        double[] logProbs,
        double @Nullable [] referenceLogProbs,
        int[] tokens,
        TokenValues byToken,
        Rollouts rollouts) {

    /// No examples.
    public static final Examples NONE = new Examples(new double[0], new double[0], new int[0]);

    public Examples {
        if (tokens.length != logProbs.length) {
            throw new IllegalArgumentException(
                    "tokens must hold one count an example, got " + tokens.length + " for " + logProbs.length);
        }
        if (referenceLogProbs != null && referenceLogProbs.length != logProbs.length) {
            throw new IllegalArgumentException("referenceLogProbs must hold one value an example, got "
                    + referenceLogProbs.length + " for " + logProbs.length);
        }
    }

    /// Examples of which only sums were measured.
    public Examples(double[] logProbs, double @Nullable [] referenceLogProbs, int[] tokens) {
        this(logProbs, referenceLogProbs, tokens, TokenValues.NONE);
    }

    /// Examples of which nothing was noted before they were measured.
    public Examples(double[] logProbs, double @Nullable [] referenceLogProbs, int[] tokens, TokenValues byToken) {
        this(logProbs, referenceLogProbs, tokens, byToken, Rollouts.NONE);
    }

    /// How many examples.
    public int size() {
        return logProbs.length;
    }

    /// log π_ref(y|x) of every example.
    ///
    /// @throws NullPointerException when it was not measured
    double[] reference() {
        return requireNonNull(referenceLogProbs, "referenceLogProbs");
    }

    /// log π − log π_ref of every example, summed.
    double[] ratios() {
        double[] ratios = new double[size()];
        Arrays.setAll(ratios, i -> logProbs[i] - reference()[i]);
        return ratios;
    }

    /// Example i alone.
    Examples only(int i) {
        return new Examples(
                new double[] {logProbs[i]},
                referenceLogProbs == null ? null : new double[] {referenceLogProbs[i]},
                new int[] {tokens[i]},
                byToken.only(i),
                rollouts.only(i));
    }

    /// Examples one behind the other; without a reference where any part has none.
    static Examples join(List<Examples> parts) {
        boolean referenced = parts.stream().allMatch(part -> part.referenceLogProbs() != null);
        return new Examples(
                parts.stream()
                        .map(Examples::logProbs)
                        .flatMapToDouble(Arrays::stream)
                        .toArray(),
                referenced
                        ? parts.stream()
                                .map(Examples::reference)
                                .flatMapToDouble(Arrays::stream)
                                .toArray()
                        : null,
                parts.stream()
                        .map(Examples::tokens)
                        .flatMapToInt(Arrays::stream)
                        .toArray(),
                TokenValues.join(parts.stream().map(Examples::byToken).toList()),
                Rollouts.join(parts.stream().map(Examples::rollouts).toList()));
    }
}

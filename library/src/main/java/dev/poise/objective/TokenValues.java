package dev.poise.objective;

import java.util.List;
import java.util.function.Function;

/// What was measured at every trained token of some examples: a row an example, a value a token, in order. What no
/// objective asked for has no rows.
///
/// @param logProbs log π(yₜ|x, y₍<ₜ₎), nats
/// @param referenceLogProbs the same under the reference policy; for [Need#REFERENCE_TOKENS]
/// @param logCollisions log Σᵥ p(v)² of the next-token distribution, nats; for [Need#COLLISIONS]
/// @param topEntropies entropy of the ten likeliest tokens, renormalised, bits; for [Need#SPREAD]
/// @param topMasses their mass; for [Need#SPREAD]
public record TokenValues(
        double[][] logProbs,
        double[][] referenceLogProbs,
        double[][] logCollisions,
        double[][] topEntropies,
        double[][] topMasses) {

    /// Nothing was measured token by token.
    public static final TokenValues NONE = new TokenValues(new double[0][], new double[0][], new double[0][]);

    /// Values without a spread.
    public TokenValues(double[][] logProbs, double[][] referenceLogProbs, double[][] logCollisions) {
        this(logProbs, referenceLogProbs, logCollisions, new double[0][], new double[0][]);
    }

    /// Row i alone.
    TokenValues only(int i) {
        return new TokenValues(
                only(logProbs, i),
                only(referenceLogProbs, i),
                only(logCollisions, i),
                only(topEntropies, i),
                only(topMasses, i));
    }

    private static double[][] only(double[][] rows, int i) {
        return rows.length == 0 ? rows : new double[][] {rows[i]};
    }

    /// Rows one behind the other.
    static TokenValues join(List<TokenValues> parts) {
        return new TokenValues(
                join(parts, TokenValues::logProbs),
                join(parts, TokenValues::referenceLogProbs),
                join(parts, TokenValues::logCollisions),
                join(parts, TokenValues::topEntropies),
                join(parts, TokenValues::topMasses));
    }

    private static double[][] join(List<TokenValues> parts, Function<TokenValues, double[][]> column) {
        return parts.stream()
                .map(column)
                .flatMap(rows -> List.of(rows).stream())
                .toArray(double[][]::new);
    }
}

package dev.poise.evaluate;

import java.util.function.DoubleUnaryOperator;

/// How often A beats B on the same prompts, ties counting half.
///
/// The rate is 1/2 + λ/2 with λ = P(A wins) - P(B wins), and its interval is that of λ: Tango's score interval for
/// paired outcomes (Statistics in Medicine 17 (1998) 891). It was chosen because ties narrow it as they should, it
/// stays inside [0, 1], it is never a point (not even after n wins or n ties), and without ties it *is* Wilson's.
///
/// @param wins prompts on which A scored higher
/// @param losses prompts on which B scored higher
/// @param ties prompts with equal scores
public record WinRate(long wins, long losses, long ties) {

    public WinRate {
        if (wins < 0 || losses < 0 || ties < 0 || wins + losses + ties == 0) {
            throw new IllegalArgumentException("wins, losses and ties must be counts of at least one prompt, got "
                    + wins + ", " + losses + " and " + ties);
        }
    }

    /// Compares two models' scores prompt by prompt.
    ///
    /// @param a scores of A, finite, one a prompt
    /// @param b scores of B on the same prompts
    public static WinRate paired(double[] a, double[] b) {
        if (a.length != b.length || a.length == 0) {
            throw new IllegalArgumentException(
                    "scores must be as many on both sides and at least one, got " + a.length + " and " + b.length);
        }
        int wins = 0;
        int losses = 0;
        for (int i = 0; i < a.length; i++) {
            if (!Double.isFinite(a[i]) || !Double.isFinite(b[i])) {
                throw new IllegalArgumentException(
                        "scores must be finite, got " + a[i] + " and " + b[i] + " at prompt " + i);
            }
            wins += a[i] > b[i] ? 1 : 0;
            losses += a[i] < b[i] ? 1 : 0;
        }
        return new WinRate(wins, losses, a.length - wins - losses);
    }

    /// Prompts compared.
    public long n() {
        return wins + losses + ties;
    }

    /// (wins + ties / 2) / n, in [0, 1].
    public double rate() {
        return (wins + 0.5 * ties) / n();
    }

    /// The 95 % interval of [#rate()], inside [0, 1] and never a point.
    public Interval interval() {
        double difference = (double) (wins - losses) / n();
        double low = losses == n() ? -1 : crossing(-1, difference, lambda -> score(lambda) - Interval.Z);
        double high = wins == n() ? 1 : crossing(difference, 1, lambda -> score(lambda) + Interval.Z);
        return new Interval((1 + low) / 2, (1 + high) / 2, Interval.LEVEL);
    }

    /// The rate as an estimate under `name`.
    public Estimate toEstimate(String name) {
        return new Estimate(name, rate(), interval(), n(), "share");
    }

    /// Tango's statistic: the distance of wins - losses from n λ in standard deviations, with P(B wins) at its most
    /// likely value given λ. It falls as λ grows.
    private double score(double lambda) {
        double n = n();
        double linear = (2 * n - wins + losses) * lambda - wins - losses;
        double constant = -losses * lambda * (1 - lambda);
        double discriminant = Math.max(0, linear * linear - 8 * n * constant);
        double lossProbability = (Math.sqrt(discriminant) - linear) / (4 * n);
        double variance = n * (2 * lossProbability + lambda * (1 - lambda));
        // Rounding may take the variance below zero where λ is within the last bits of -1 or 1.
        return (wins - losses - n * lambda) / Math.sqrt(Math.max(variance, Double.MIN_NORMAL));
    }

    /// Where the falling function `f` changes its sign between `low` and `high`, to the last bit.
    private static double crossing(double low, double high, DoubleUnaryOperator f) {
        double from = low;
        double to = high;
        for (double middle = (from + to) / 2; from < middle && middle < to; middle = (from + to) / 2) {
            if (f.applyAsDouble(middle) > 0) {
                from = middle;
            } else {
                to = middle;
            }
        }
        return (from + to) / 2;
    }
}

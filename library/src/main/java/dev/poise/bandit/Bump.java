package dev.poise.bandit;

/// The true reward: a bump with one peak, of height 1.
///
/// ```
/// r(v) = Π_d exp(−((v_d − centre)/width)²)
/// ```
///
/// over the numbers v_d of an action; a discrete action is one number, its index.
///
/// Source: the code released with arXiv 2404.14367.
///
/// @param centre where the peak is, in units of v
/// @param width how far from it the reward has fallen to 1/e, in units of v, positive
public record Bump(double centre, double width) {

    public Bump {
        if (!(width > 0)) {
            throw new IllegalArgumentException("width must be positive, got " + width);
        }
    }

    /// One number's factor, in (0, 1].
    double factor(double value) {
        double distance = (value - centre) / width;
        return Math.exp(-distance * distance);
    }
}

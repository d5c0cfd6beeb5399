package dev.poise.bandit;

import java.util.random.RandomGenerator;

/// Actions of several numbers a = tanh(x), every x from a Cauchy distribution of its own and all independent.
///
/// A distribution is a location and the logarithm of a scale for each number, as the outputs hold them, locations
/// first; an action is kept as its x, and paid for tanh(x) held within ±0.99. The family holds π_data, every
/// x ~ Cauchy(−0.7, 0.4), exactly.
///
/// Source: π_data, the tanh and the bound are those of the code released with arXiv 2404.14367. Which family its
/// policies are from was not found: this one is ours. Log-probabilities are those of x: the tanh changes them by what
/// does not depend on the policy. The entropy is that of x for the same reason.
///
/// @param width numbers of an action
record Squashed(int width) implements Family {

    private static final double LOCATION = -0.7;
    private static final double SCALE = 0.4;
    private static final double BOUND = 0.99;
    private static final int BINS = 100;

    /// Points of the integral that expects a reward.
    private static final int POINTS = 200;

    private static final double[] QUANTILES = quantiles();

    Squashed {
        if (width < 1) {
            throw new IllegalArgumentException("width must be at least 1, got " + width);
        }
    }

    @Override
    public int outputs() {
        return 2 * width;
    }

    @Override
    public double[] distribution(float[] outputs) {
        double[] distribution = new double[outputs.length];
        for (int j = 0; j < outputs.length; j++) {
            distribution[j] = outputs[j];
        }
        return distribution;
    }

    @Override
    public double[] data() {
        double[] distribution = new double[2 * width];
        for (int d = 0; d < width; d++) {
            distribution[d] = LOCATION;
            distribution[width + d] = Math.log(SCALE);
        }
        return distribution;
    }

    @Override
    public void draw(double[] distribution, RandomGenerator random, double[] actions, int at) {
        for (int d = 0; d < width; d++) {
            double standard = Math.tan(Math.PI * (random.nextDouble() - 0.5));
            actions[at + d] = distribution[d] + Math.exp(distribution[width + d]) * standard;
        }
    }

    /// Σ_d −log π − log γ − log(1 + u²) with u = (x − location)/γ.
    @Override
    public double logProb(double[] distribution, double[] actions, int at) {
        double sum = 0;
        for (int d = 0; d < width; d++) {
            double logScale = distribution[width + d];
            double u = (actions[at + d] - distribution[d]) * Math.exp(-logScale);
            sum -= Math.log(Math.PI) + logScale + Math.log1p(u * u);
        }
        return sum;
    }

    /// ∂/∂location = 2u/(γ(1 + u²)), ∂/∂log γ = −1 + 2u²/(1 + u²).
    @Override
    public void addScores(
            double[] distribution, double[] actions, double[] c, int first, int behind, double[] byOutputs) {
        for (int d = 0; d < width; d++) {
            double inverse = Math.exp(-distribution[width + d]);
            for (int i = first; i < behind; i++) {
                double u = (actions[i * width + d] - distribution[d]) * inverse;
                byOutputs[d] += c[i] * 2 * u * inverse / (1 + u * u);
                byOutputs[width + d] += c[i] * (2 * u * u / (1 + u * u) - 1);
            }
        }
    }

    /// Σ_d log(((γ_p + γ_q)² + (location_p − location_q)²) / (4 γ_p γ_q)).
    ///
    /// Source: Chyzak and Nielsen 2019 (<https://arxiv.org/abs/1905.10965>); it is symmetric.
    @Override
    public double divergence(double[] p, double[] q) {
        double sum = 0;
        for (int d = 0; d < width; d++) {
            double scales = Math.exp(p[width + d]) + Math.exp(q[width + d]);
            double distance = p[d] - q[d];
            sum += Math.log(scales * scales + distance * distance) - Math.log(4) - p[width + d] - q[width + d];
        }
        return sum;
    }

    @Override
    public void addDivergenceSlope(double[] p, double[] q, double c, double[] byOutputs) {
        for (int d = 0; d < width; d++) {
            double scale = Math.exp(p[width + d]);
            double scales = scale + Math.exp(q[width + d]);
            double distance = p[d] - q[d];
            double square = scales * scales + distance * distance;
            byOutputs[d] += c * 2 * distance / square;
            byOutputs[width + d] += c * (2 * scales * scale / square - 1);
        }
    }

    /// Σ_d log(4πγ).
    @Override
    public double entropy(double[] distribution) {
        double sum = 0;
        for (int d = 0; d < width; d++) {
            sum += Math.log(4 * Math.PI) + distribution[width + d];
        }
        return sum;
    }

    @Override
    public double reward(Bump reward, double[] actions, int at) {
        double product = 1;
        for (int d = 0; d < width; d++) {
            product *= reward.factor(paid(actions[at + d]));
        }
        return product;
    }

    /// The product of one integral a number, each the mean over equally likely quantiles.
    @Override
    public double expectedReward(double[] distribution, Bump reward) {
        double product = 1;
        for (int d = 0; d < width; d++) {
            double scale = Math.exp(distribution[width + d]);
            double sum = 0;
            for (double quantile : QUANTILES) {
                sum += reward.factor(paid(distribution[d] + scale * quantile));
            }
            product *= sum / QUANTILES.length;
        }
        return product;
    }

    @Override
    public double[] histogram(double[] distribution) {
        double[] shares = new double[BINS];
        for (int k = 0; k < BINS; k++) {
            shares[k] = share(
                    -1 + 2.0 * k / BINS, -1 + 2.0 * (k + 1) / BINS, distribution[0], Math.exp(distribution[width]));
        }
        return shares;
    }

    /// The probability under π_data that one number lies between two others.
    static double dataShare(double low, double high) {
        return share(low, high, LOCATION, SCALE);
    }

    private static double share(double low, double high, double location, double scale) {
        return cumulative(high, location, scale) - cumulative(low, location, scale);
    }

    /// P(tanh(x) < a); atanh(±1) is infinite and its arc tangent is ±π/2.
    private static double cumulative(double a, double location, double scale) {
        double x = (Math.log1p(a) - Math.log1p(-a)) / 2;
        return 0.5 + Math.atan((x - location) / scale) / Math.PI;
    }

    private static double paid(double x) {
        return Math.clamp(Math.tanh(x), -BOUND, BOUND);
    }

    private static double[] quantiles() {
        double[] quantiles = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            quantiles[i] = Math.tan(Math.PI * ((i + 0.5) / POINTS - 0.5));
        }
        return quantiles;
    }
}

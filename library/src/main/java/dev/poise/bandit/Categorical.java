package dev.poise.bandit;

import java.util.random.RandomGenerator;

/// A softmax over 100 actions. A distribution is their log-probabilities; an action is its index.
///
/// π_data is the distribution of tanh(x), x ~ Cauchy(−0.7, 0.4), over 100 equal bins of \[−1, 1\]: most mass left of
/// the middle, spikes at both ends. The released code draws a histogram of it; this is the exact one,
/// p_k = F(atanh(e_{k+1})) − F(atanh(e_k)) with e_k = −1 + 2k/100 (our derivation), which has no empty bin.
record Categorical() implements Family {

    static final int ACTIONS = 100;

    private static final double[] DATA = dataLogProbs();

    @Override
    public int outputs() {
        return ACTIONS;
    }

    @Override
    public int width() {
        return 1;
    }

    @Override
    public double[] distribution(float[] outputs) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float z : outputs) {
            largest = Math.max(largest, z);
        }
        double sum = 0;
        for (float z : outputs) {
            sum += Math.exp(z - largest);
        }
        double shift = largest + Math.log(sum);
        double[] logProbs = new double[outputs.length];
        for (int k = 0; k < logProbs.length; k++) {
            logProbs[k] = outputs[k] - shift;
        }
        return logProbs;
    }

    @Override
    public double[] data() {
        return DATA.clone();
    }

    @Override
    public void draw(double[] distribution, RandomGenerator random, double[] actions, int at) {
        double left = random.nextDouble();
        int k = 0;
        for (; k < distribution.length - 1; k++) {
            left -= Math.exp(distribution[k]);
            if (left < 0) {
                break;
            }
        }
        actions[at] = k;
    }

    @Override
    public double logProb(double[] distribution, double[] actions, int at) {
        return distribution[(int) actions[at]];
    }

    /// Σ c (e_action − p).
    @Override
    public void addScores(
            double[] distribution, double[] actions, double[] c, int first, int behind, double[] byOutputs) {
        double sum = 0;
        for (int i = first; i < behind; i++) {
            byOutputs[(int) actions[i]] += c[i];
            sum += c[i];
        }
        for (int k = 0; k < byOutputs.length; k++) {
            byOutputs[k] -= sum * Math.exp(distribution[k]);
        }
    }

    @Override
    public double divergence(double[] p, double[] q) {
        double sum = 0;
        for (int k = 0; k < p.length; k++) {
            sum += Math.exp(p[k]) * (p[k] - q[k]);
        }
        return sum;
    }

    /// c p (log(p/q) − KL).
    @Override
    public void addDivergenceSlope(double[] p, double[] q, double c, double[] byOutputs) {
        double divergence = divergence(p, q);
        for (int k = 0; k < p.length; k++) {
            byOutputs[k] += c * Math.exp(p[k]) * (p[k] - q[k] - divergence);
        }
    }

    @Override
    public double entropy(double[] distribution) {
        double sum = 0;
        for (double logProb : distribution) {
            sum -= Math.exp(logProb) * logProb;
        }
        return sum;
    }

    @Override
    public double reward(Bump reward, double[] actions, int at) {
        return reward.factor(actions[at]);
    }

    @Override
    public double expectedReward(double[] distribution, Bump reward) {
        double sum = 0;
        for (int k = 0; k < distribution.length; k++) {
            sum += Math.exp(distribution[k]) * reward.factor(k);
        }
        return sum;
    }

    @Override
    public double[] histogram(double[] distribution) {
        double[] shares = new double[distribution.length];
        for (int k = 0; k < shares.length; k++) {
            shares[k] = Math.exp(distribution[k]);
        }
        return shares;
    }

    private static double[] dataLogProbs() {
        double[] logProbs = new double[ACTIONS];
        for (int k = 0; k < ACTIONS; k++) {
            logProbs[k] = Math.log(Squashed.dataShare(edge(k), edge(k + 1)));
        }
        return logProbs;
    }

    private static double edge(int k) {
        return -1 + 2.0 * k / ACTIONS;
    }
}

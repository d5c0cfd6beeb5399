package dev.poise.bandit;

/// REINFORCE, and with the others' mean as baseline RLOO.
///
/// ```
/// L = −(1/SN) Σ A log π(y|x)      + β KL
/// ```
///
/// On the first of T steps this is the gradient of the expected reward; on the later ones the samples are the old
/// policy's and nothing corrects for it, as in arXiv 2404.14367's released code. [Clipped] does.
///
/// Source: Williams 1992; arXiv 2404.14367.
///
/// @param advantage A
/// @param penalty β KL
public record PolicyGradient(Advantage advantage, Penalty penalty) implements Method {

    @Override
    public Gradient of(Round round, double[] logProbs) {
        double[] weights = advantage.of(round);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = -weights[i];
        }
        Gradient gradient = Means.over(weights.length, weights, logProbs);
        double divergence = penalty.addTo(gradient.byLogProb(), round, logProbs);
        return new Gradient(gradient.loss() + divergence, gradient.byLogProb(), gradient.terms());
    }

    @Override
    public double rewardPenalty() {
        return penalty.ofReward();
    }
}

package dev.poise.bandit;

/// PPO's clipped surrogate, and with advantages standardised over a state's answers GRPO.
///
/// With ρ = π(y|x)/π_behaviour(y|x):
///
/// ```
/// L = (1/SN) Σ max(−A ρ, −A clip(ρ, 1 − ε, 1 + ε))      + β KL
/// c = −A ρ / SN where the first is the larger, else 0
/// ```
///
/// A sample that the step has moved far enough the way its advantage points gets no more gradient, which is what lets
/// samples be reused. There is no learnt value: an action ends its episode, and the baseline is A's.
///
/// Source: Schulman et al. 2017, eq. 7 (<https://arxiv.org/abs/1707.06347>); without a critic and with ε = 0.2 as in
/// the code released with arXiv 2404.14367. GRPO's own divergence, k₃ differentiated, has in expectation on-policy the
/// gradient of KL(π_ref ‖ π); [Penalty]'s is that of KL(π ‖ π_ref).
///
/// @param clip ε in (0, 1)
/// @param advantage A
/// @param penalty β KL
public record Clipped(double clip, Advantage advantage, Penalty penalty) implements Method {

    public Clipped {
        if (!(clip > 0 && clip < 1)) {
            throw new IllegalArgumentException("clip must be in (0, 1), got " + clip);
        }
    }

    @Override
    public Gradient of(Round round, double[] logProbs) {
        double[] advantages = advantage.of(round);
        double[] by = new double[round.size()];
        double loss = 0;
        for (int i = 0; i < by.length; i++) {
            double a = advantages[i];
            double ratio = Math.exp(logProbs[i] - round.behaviour()[i]);
            double free = -a * ratio;
            double held = -a * Math.clamp(ratio, 1 - clip, 1 + clip);
            loss += Math.max(free, held) / by.length;
            by[i] = free >= held ? free / by.length : 0;
        }
        double divergence = penalty.addTo(by, round, logProbs);
        return new Gradient(loss + divergence, by, by.length);
    }

    @Override
    public double rewardPenalty() {
        return penalty.ofReward();
    }
}

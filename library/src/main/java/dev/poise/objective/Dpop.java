package dev.poise.objective;

/// DPO-Positive (Smaug): DPO with a penalty while the good example is less likely than under the reference.
///
/// With Δ as in [Dpo] and the good example's log-ratio r⁺ = log π(y⁺|x) − log π_ref(y⁺|x), per pair:
///
/// ```
/// z  = Δ − λ max(0, −r⁺)
/// ℓ  = −log σ(βz)
/// w⁺ = β σ(−βz) (1 + λ [r⁺ < 0]),  w⁻ = β σ(−βz)
/// ```
///
/// So below the reference the good example counts 1 + λ times as much as the bad one. At r⁺ = 0 the derivative
/// without the penalty is taken.
///
/// Source: Pal et al. 2024, eq. 3 (<https://arxiv.org/abs/2402.13228>); they use β = 0.3, λ = 50.
///
/// @param beta β > 0, 1/nat
/// @param lambda λ ≥ 0; 0 is DPO
public record Dpop(double beta, double lambda) implements RewardObjective {

    public Dpop {
        Domain.positive("dpop", "beta", beta);
        Domain.notNegative("dpop", "lambda", lambda);
    }

    @Override
    public PairLoss of(Pair pair) {
        double fall = Math.max(0, -pair.goodRatio());
        double logit = beta * (pair.goodRatio() - pair.badRatio() - lambda * fall); // βz
        double weight = beta * Logistic.sigmoid(-logit);
        return new PairLoss(Logistic.negativeLogSigmoid(logit), -weight * (fall > 0 ? 1 + lambda : 1), weight);
    }
}

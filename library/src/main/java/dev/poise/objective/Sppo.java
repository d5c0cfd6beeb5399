package dev.poise.objective;

/// Self-play preference optimisation with hard labels: least squares that draw each log-ratio to a target of its
/// own.
///
/// With r± = log π(y±|x) − log π_ref(y±|x) summed over tokens, per pair:
///
/// ```
/// ℓ  = (r⁺ − 1/(2β))² + (r⁻ + 1/(2β))²
/// w⁺ = −2 (r⁺ − 1/(2β)),  w⁻ = 2 (r⁻ + 1/(2β))
/// ```
///
/// Both weights turn negative beyond their targets, so likelihoods have a level to stay at.
///
/// Source: Wu et al. 2024, eq. 4.7 with P = 1 for the winner (<https://arxiv.org/abs/2405.00675>), TRL's
/// `sppo_hard`.
///
/// @param beta β > 0, 1/nat
public record Sppo(double beta) implements RewardObjective {

    public Sppo {
        Domain.positive("sppo_hard", "beta", beta);
    }

    @Override
    public PairLoss of(Pair pair) {
        double target = 0.5 / beta;
        double good = pair.goodRatio() - target;
        double bad = pair.badRatio() + target;
        return new PairLoss(good * good + bad * bad, 2 * good, 2 * bad);
    }
}

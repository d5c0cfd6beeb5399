package dev.poise.objective;

import java.util.EnumSet;
import java.util.Set;

/// The objective of a reward model: logistic regression on the difference of two scores.
///
/// With scores s± of a good and a bad answer and a margin m, per pair, averaged over the step's pairs:
///
/// ```
/// ℓ      = −log σ(s⁺ − s⁻ − m) + c (s⁺ + s⁻)²
/// ∂ℓ/∂s⁺ = −σ(m − (s⁺ − s⁻)) + 2c (s⁺ + s⁻)
/// ∂ℓ/∂s⁻ =  σ(m − (s⁺ − s⁻)) + 2c (s⁺ + s⁻)
/// ```
///
/// Only differences are learnt from, so c > 0 draws the scores' level to 0. A margin asks surer pairs to be
/// further apart.
///
/// Source: Bradley and Terry 1952; the margin from Touvron et al. 2023, eq. 2
/// (<https://arxiv.org/abs/2307.09288>); centring from Eisenstein et al. 2023
/// (<https://arxiv.org/abs/2312.09244>), c = 0.01; TRL's `RewardTrainer`.
///
/// @param centring c ≥ 0
public record BradleyTerry(double centring) implements Objective {

    /// Loss of one pair and its two derivatives.
    ///
    /// @param loss ℓ
    /// @param byGood ∂ℓ/∂s⁺
    /// @param byBad ∂ℓ/∂s⁻
    public record ScoreLoss(double loss, double byGood, double byBad) {}

    public BradleyTerry {
        Domain.notNegative("bradley_terry", "centring", centring);
    }

    /// The loss of one pair.
    ///
    /// @param good s⁺
    /// @param bad s⁻
    /// @param margin m, by how much s⁺ should lead at least; 0 where pairs carry none
    public ScoreLoss of(double good, double bad, double margin) {
        double logit = good - bad - margin;
        double level = good + bad;
        double pull = Logistic.sigmoid(-logit);
        return new ScoreLoss(
                Logistic.negativeLogSigmoid(logit) + centring * level * level,
                -pull + 2 * centring * level,
                pull + 2 * centring * level);
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.PAIRS, Need.SCORES);
    }

    /// Of a batch whose examples hold scores; pairs of a batch without margins carry none.
    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        int pairs = batch.pairs();
        double loss = 0;
        double[] byGood = new double[pairs];
        double[] byBad = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            double margin = batch.margins().length == 0 ? 0 : batch.margins()[i];
            ScoreLoss pair = of(batch.good().logProbs()[i], batch.bad().logProbs()[i], margin);
            loss += pair.loss() / totals.examples();
            byGood[i] = pair.byGood() / totals.examples();
            byBad[i] = pair.byBad() / totals.examples();
        }
        return new Evaluation(loss, byGood, byBad);
    }
}

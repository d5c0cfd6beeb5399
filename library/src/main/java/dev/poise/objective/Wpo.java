package dev.poise.objective;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Weighted preference optimisation: any objective of pairs, each pair weighed by how much its answers are the
/// policy's own.
///
/// With p the next-token distribution at each trained token:
///
/// ```
/// ω(y) = exp(meanₜ(log π(yₜ|x, y₍<ₜ₎) − log Σᵥ p(v)²))
/// ℓ′   = ω(y⁺) ω(y⁻) ℓ
/// ```
///
/// ω is 1 on average over the policy's own samples; it is taken as a constant, so that only ℓ has a derivative.
///
/// Source: Zhou et al. 2024, eq. 2 (<https://arxiv.org/abs/2406.11827>); TRL's `use_weighting`.
///
/// @param of ℓ: an objective of pairs that is a sum over them
public record Wpo(Objective of) implements Objective {

    public Wpo {
        if (!of.needsPairs() || of.needs().contains(Need.WHOLE_STEP)) {
            throw new IllegalArgumentException(
                    "wpo: of must be an objective of pairs that is a sum over them, such as dpo, got " + of);
        }
    }

    @Override
    public Set<Need> needs() {
        Set<Need> needs = EnumSet.of(Need.TOKENS, Need.COLLISIONS);
        needs.addAll(of.needs());
        return needs;
    }

    @Override
    public double rewardScale() {
        return of.rewardScale();
    }

    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        List<Evaluation> pairs = new ArrayList<>();
        for (int i = 0; i < batch.pairs(); i++) {
            double weight = Math.exp(ownness(batch.good(), i) + ownness(batch.bad(), i));
            pairs.add(of.evaluate(batch.pair(i), totals).times(weight));
        }
        return Evaluation.join(pairs);
    }

    /// log ω of one example.
    private static double ownness(Examples examples, int i) {
        double[] logProbs = examples.byToken().logProbs()[i];
        double[] collisions = examples.byToken().logCollisions()[i];
        double sum = 0;
        for (int t = 0; t < logProbs.length; t++) {
            sum += logProbs[t] - collisions[t];
        }
        return sum / Math.max(logProbs.length, 1);
    }
}

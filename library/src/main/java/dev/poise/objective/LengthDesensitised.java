package dev.poise.objective;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/// Length-desensitised preference optimisation: any objective of pairs, with the longer answer's excess discounted.
///
/// With m = min(|y⁺|, |y⁻|), the objective is computed from
///
/// ```
/// a = Σ_{t ≤ m} log π(yₜ|x, y₍<ₜ₎) + α Σ_{t > m} log π(yₜ|x, y₍<ₜ₎)
/// ```
///
/// in place of log π(y|x), and likewise under the reference. So the first m tokens have the objective's weight, the
/// rest α times that. Lengths stay what they are where the objective divides by them. α = 1 changes nothing; α = 0
/// drops the excess.
///
/// Source: Liu et al. 2024, eq. 9 (<https://arxiv.org/abs/2409.06411>); TRL's `ld_alpha`.
///
/// @param of the objective
/// @param alpha α in [0, 1]
public record LengthDesensitised(Objective of, double alpha) implements Objective {

    public LengthDesensitised {
        Domain.require(alpha >= 0 && alpha <= 1, "ld", "alpha", "in [0, 1]", alpha);
        if (!of.needsPairs() || of.needs().contains(Need.TOKENS)) {
            throw new IllegalArgumentException(
                    "ld: of must be an objective of pairs that reads sums over answers, such as dpo, got " + of);
        }
    }

    @Override
    public Set<Need> needs() {
        Set<Need> needs = EnumSet.of(Need.TOKENS);
        needs.addAll(of.needs());
        if (of.needsReference()) {
            needs.add(Need.REFERENCE_TOKENS);
        }
        return needs;
    }

    @Override
    public double rewardScale() {
        return of.rewardScale();
    }

    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        int[] shared = new int[batch.pairs()];
        Arrays.setAll(
                shared, i -> Math.min(batch.good().tokens()[i], batch.bad().tokens()[i]));
        Batch discounted = new Batch(
                discounted(batch.good(), shared), discounted(batch.bad(), shared), batch.prompts(), batch.mismatched());
        Evaluation evaluation = of.evaluate(discounted, totals);
        return new Evaluation(
                evaluation.loss(),
                new double[shared.length],
                new double[shared.length],
                spread(evaluation.byGood(), batch.good(), shared),
                spread(evaluation.byBad(), batch.bad(), shared),
                evaluation.byPrompts());
    }

    private Examples discounted(Examples examples, int[] shared) {
        double[] logProbs = sums(examples.byToken().logProbs(), shared);
        double[] reference = of.needsReference() ? sums(examples.byToken().referenceLogProbs(), shared) : null;
        return new Examples(logProbs, reference, examples.tokens());
    }

    private double[] sums(double[][] values, int[] shared) {
        double[] sums = new double[values.length];
        for (int i = 0; i < sums.length; i++) {
            for (int t = 0; t < values[i].length; t++) {
                sums[i] += (t < shared[i] ? 1 : alpha) * values[i][t];
            }
        }
        return sums;
    }

    private double[][] spread(double[] derivatives, Examples examples, int[] shared) {
        double[][] spread = new double[derivatives.length][];
        for (int i = 0; i < spread.length; i++) {
            spread[i] = new double[examples.tokens()[i]];
            Arrays.fill(spread[i], alpha * derivatives[i]);
            Arrays.fill(spread[i], 0, shared[i], derivatives[i]);
        }
        return spread;
    }
}

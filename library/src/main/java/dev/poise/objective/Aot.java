package dev.poise.objective;

import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.IntStream;

/// Alignment by optimal transport: wants the distribution of margins, not every single one, to be above another.
///
/// Over the n pairs of a whole step, u₍ₖ₎ and v₍ₖ₎ being the k-th smallest of two samples:
///
/// ```
/// MARGINS   u = log π(y⁺|x) − log π(y⁻|x),           v = log π_ref(y⁺|x) − log π_ref(y⁻|x)
/// REWARDS   u = log π(y⁺|x) − log π_ref(y⁺|x),       v = log π(y⁻|x) − log π_ref(y⁻|x)
/// L         = (1/n) Σₖ −(1 − ε) log σ(β(u₍ₖ₎ − v₍ₖ₎)) − ε log σ(−β(u₍ₖ₎ − v₍ₖ₎))
/// ```
///
/// A derivative goes to the example whose value has the rank. Where all ranks agree, `MARGINS` is [Dpo]. Ties keep
/// their order. The ranks are those of the whole step, however it is split; TRL's are those of a device's batch.
///
/// Source: Melnyk et al. 2024 (<https://arxiv.org/abs/2406.05882>), TRL's `aot` and `aot_unpaired`.
///
/// @param beta β > 0, 1/nat
/// @param labelSmoothing ε in [0, 0.5)
/// @param sorted which samples are ranked
public record Aot(double beta, double labelSmoothing, Sorted sorted) implements Objective {

    /// What is ranked against what.
    public enum Sorted {
        /// The policy's margins against the reference's: TRL's `aot`.
        MARGINS,
        /// Rewards of good examples against those of bad ones: TRL's `aot_unpaired`.
        REWARDS
    }

    public Aot {
        Domain.positive("aot", "beta", beta);
        Domain.labelSmoothing("aot", labelSmoothing);
    }

    @Override
    public Set<Need> needs() {
        return EnumSet.of(Need.PAIRS, Need.REFERENCE, Need.WHOLE_STEP);
    }

    @Override
    public double rewardScale() {
        return beta;
    }

    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        int pairs = batch.pairs();
        double[] good = batch.good().logProbs();
        double[] bad = batch.bad().logProbs();
        double[] referenceGood = batch.good().reference();
        double[] referenceBad = batch.bad().reference();
        boolean margins = sorted == Sorted.MARGINS;
        double[] upper = minus(good, margins ? bad : referenceGood); // u
        double[] lower = margins ? minus(referenceGood, referenceBad) : minus(bad, referenceBad); // v
        int[] ofUpper = ranked(upper);
        int[] ofLower = ranked(lower);
        double loss = 0;
        double[] byGood = new double[pairs];
        double[] byBad = new double[pairs];
        for (int k = 0; k < pairs; k++) {
            double logit = beta * (upper[ofUpper[k]] - lower[ofLower[k]]);
            loss += Logistic.crossEntropy(logit, labelSmoothing) / totals.examples();
            double slope = beta * Logistic.crossEntropySlope(logit, labelSmoothing) / totals.examples();
            byGood[ofUpper[k]] = slope;
            byBad[margins ? ofUpper[k] : ofLower[k]] = -slope;
        }
        return new Evaluation(loss, byGood, byBad);
    }

    private static double[] minus(double[] left, double[] right) {
        double[] differences = new double[left.length];
        Arrays.setAll(differences, i -> left[i] - right[i]);
        return differences;
    }

    /// Indices from the smallest value to the largest.
    private static int[] ranked(double[] values) {
        return IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}

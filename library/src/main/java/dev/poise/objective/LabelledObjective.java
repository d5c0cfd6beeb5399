package dev.poise.objective;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/// An objective of examples that are good or bad each by itself, through z = β (r − o): how far the log-ratio
/// r = log π(y|x) − log π_ref(y|x), summed over tokens, lies above an origin.
///
/// ```
/// L = (λ⁺ Σ ℓ(z) over the good + λ⁻ Σ ℓ(−z) over the bad) / N
/// ```
///
/// N counts both kinds in the step; the origin is taken as a constant.
public interface LabelledObjective extends Objective {

    /// ℓ and ℓ′ at one z.
    ///
    /// @param loss ℓ(z)
    /// @param slope ∂ℓ/∂z
    record AtReward(double loss, double slope) {}

    /// β, 1/nat.
    double beta();

    /// λ⁺.
    double desirable();

    /// λ⁻.
    double undesirable();

    /// o, nats.
    double origin(Batch step);

    /// What the origin is read from, beside labels and reference; empty where it is fixed.
    Set<Need> originNeeds();

    /// The loss of a good example; a bad one's is that at −z.
    AtReward at(double z);

    @Override
    default Set<Need> needs() {
        Set<Need> needs = EnumSet.of(Need.LABELS, Need.REFERENCE);
        needs.addAll(originNeeds());
        return needs;
    }

    @Override
    default double rewardScale() {
        return beta();
    }

    @Override
    default Evaluation evaluate(Batch batch, Totals totals) {
        double origin = origin(batch);
        AtReward[] good = all(batch.good(), ratio -> beta() * (ratio - origin));
        AtReward[] bad = all(batch.bad(), ratio -> -beta() * (ratio - origin));
        double loss = desirable()
                        * Arrays.stream(good).mapToDouble(AtReward::loss).sum()
                + undesirable() * Arrays.stream(bad).mapToDouble(AtReward::loss).sum();
        double perGood = desirable() * beta() / totals.examples();
        double perBad = undesirable() * beta() / totals.examples();
        return new Evaluation(
                loss / totals.examples(),
                Arrays.stream(good).mapToDouble(at -> perGood * at.slope()).toArray(),
                Arrays.stream(bad).mapToDouble(at -> -perBad * at.slope()).toArray());
    }

    private AtReward[] all(Examples examples, DoubleUnaryOperator z) {
        return Arrays.stream(examples.ratios()).map(z).mapToObj(this::at).toArray(AtReward[]::new);
    }
}

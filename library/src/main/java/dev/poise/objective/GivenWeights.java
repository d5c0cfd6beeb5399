package dev.poise.objective;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/// An objective given by its gradient: the two weights of a pair, from which the loss follows.
///
/// With weights w± as functions of a± = log π(y±|x), per pair:
///
/// ```
/// ∂ℓ/∂a⁺ = −w⁺,  ∂ℓ/∂a⁻ = w⁻
/// ℓ      = ∫₀¹ (−w⁺(γ(t)) (a⁺ − o⁺) + w⁻(γ(t)) (a⁻ − o⁻)) dt,   γ(t) = o + t (a − o)
/// ```
///
/// along the straight line from an origin o at which ℓ = 0: the reference's log-probabilities or, without a
/// reference, one nat a token. A loss with these weights exists where both give the same mixed derivative,
/// ∂(−w⁺)/∂a⁻ = ∂w⁻/∂a⁺; that is checked on drawn pairs. Weights that fail are refused unless `pathDependent` says
/// that it is known: they train as well as others, but the loss shown depends on the path, so that comparing it
/// between steps and choosing checkpoints by it means little.
///
/// Source: the open question of arXiv 2408.16751, how to design desired gradients and transfer them back to loss
/// functions; the construction is ours.
///
/// @param weights w⁺ and w⁻
/// @param reference whether the reference's log-probabilities are read
/// @param pathDependent whether weights may be no loss's gradient
public record GivenWeights(PairWeights weights, boolean reference, boolean pathDependent) implements PairwiseObjective {

    /// Pairs that are drawn to find out whether a loss exists.
    private static final int DRAWN = 200;

    public GivenWeights {
        Optional<String> obstacle = obstacle(weights);
        if (!pathDependent && obstacle.isPresent()) {
            throw new IllegalArgumentException("weights: " + obstacle.get()
                    + "; allow it with pathDependent, and the loss shown will depend on the path of integration");
        }
    }

    /// Why no loss has these weights, if none has.
    public static Optional<String> obstacle(PairWeights weights) {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < DRAWN; i++) {
            Pair pair = drawn(random);
            PairWeights.Mixed mixed = weights.mixed(pair);
            if (!mixed.agree()) {
                return Optional.of(String.format(
                        Locale.ROOT,
                        "good and bad must be the gradient of one loss, but at good = %.4g, bad = %.4g the derivative of"
                                + " -good by bad is %.4g and that of bad by good %.4g",
                        pair.good(),
                        pair.bad(),
                        mixed.ofGood(),
                        mixed.ofBad()));
            }
        }
        return Optional.empty();
    }

    /// Likely and unlikely answers, references near and far.
    private static Pair drawn(SplittableRandom random) {
        int goodTokens = random.nextInt(1, 12);
        int badTokens = random.nextInt(1, 12);
        double good = -goodTokens * random.nextDouble(0.05, 2);
        double bad = -badTokens * random.nextDouble(0.05, 2);
        return new Pair(
                good, bad, good + random.nextDouble(-4, 4), bad + random.nextDouble(-4, 4), goodTokens, badTokens);
    }

    @Override
    public Set<Need> needs() {
        return reference ? EnumSet.of(Need.PAIRS, Need.REFERENCE) : EnumSet.of(Need.PAIRS);
    }

    @Override
    public List<String> remarks() {
        return obstacle(weights)
                .map(why -> "the loss of the given weights depends on the path of integration, here a straight line: "
                        + why)
                .stream()
                .toList();
    }

    @Override
    public PairLoss of(Pair pair) {
        PairWeights.Weights here = weights.of(pair);
        return new PairLoss(loss(pair), -here.good(), here.bad());
    }

    private double loss(Pair pair) {
        double originGood = reference ? pair.referenceGood() : -pair.goodTokens();
        double originBad = reference ? pair.referenceBad() : -pair.badTokens();
        double good = pair.good() - originGood;
        double bad = pair.bad() - originBad;
        return PathIntegral.of(t -> {
            PairWeights.Weights there = weights.of(new Pair(
                    originGood + t * good,
                    originBad + t * bad,
                    pair.referenceGood(),
                    pair.referenceBad(),
                    pair.goodTokens(),
                    pair.badTokens()));
            return there.bad() * bad - there.good() * good;
        });
    }
}

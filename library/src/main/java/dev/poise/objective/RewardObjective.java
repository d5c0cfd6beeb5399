package dev.poise.objective;

import java.util.EnumSet;
import java.util.Set;

/// A pairwise objective that reads a pair through its two implicit rewards βr±, r± = log π(y±|x) − log π_ref(y±|x),
/// and not only through their difference, as a [MarginObjective] does.
public interface RewardObjective extends PairwiseObjective {

    /// β, 1/nat.
    double beta();

    @Override
    default Set<Need> needs() {
        return EnumSet.of(Need.PAIRS, Need.REFERENCE);
    }

    @Override
    default double rewardScale() {
        return beta();
    }
}

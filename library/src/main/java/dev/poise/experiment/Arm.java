package dev.poise.experiment;

import dev.poise.objective.Dpo;
import dev.poise.objective.ExMate;
import dev.poise.objective.Mixture;
import dev.poise.objective.Mle;
import dev.poise.objective.Normalise;
import dev.poise.objective.Objective;
import dev.poise.objective.TokenUnlikelihood;
import dev.poise.objective.Unlikelihood;
import java.util.List;

/// An objective under its name on a page.
///
/// Likelihoods are means over tokens, so that λ weighs like with like; β of DPO is 0.05.
record Arm(String name, Objective objective) {

    private static final Objective DPO = new Dpo(0.05, 0);

    static final Arm MLE = new Arm("MLE", new Mle(Mle.Mean.SEQUENCE_MEANS));
    static final Arm EX_MATE = new Arm("ExMATE, c = 1", new ExMate(1, Normalise.TOKENS));
    static final Arm MILD_EX_MATE = new Arm("ExMATE, c = 0.05", new ExMate(0.05, Normalise.TOKENS));
    static final Arm UNLIKELIHOOD = new Arm("unlikelihood", new Unlikelihood(1));
    static final Arm TOKEN_UNLIKELIHOOD = new Arm("token unlikelihood", new TokenUnlikelihood(1));
    static final Arm PLAIN_DPO = new Arm("DPO", DPO);

    /// DPO and λ of another objective.
    static Arm dpoWith(double lambda, Arm other) {
        Mixture.Term added = new Mixture.Term(other.objective, lambda);
        return new Arm("DPO + " + lambda + " " + other.name, new Mixture(List.of(new Mixture.Term(DPO, 1), added)));
    }
}

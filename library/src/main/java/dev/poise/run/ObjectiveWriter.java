package dev.poise.run;

import dev.poise.objective.Anchor;
import dev.poise.objective.Aot;
import dev.poise.objective.ApoDown;
import dev.poise.objective.ApoZero;
import dev.poise.objective.BatchExMate;
import dev.poise.objective.Bco;
import dev.poise.objective.BcoUnpaired;
import dev.poise.objective.BradleyTerry;
import dev.poise.objective.Clipped;
import dev.poise.objective.Cpo;
import dev.poise.objective.Credit;
import dev.poise.objective.Discopop;
import dev.poise.objective.Dpo;
import dev.poise.objective.Dpop;
import dev.poise.objective.ExMate;
import dev.poise.objective.Exo;
import dev.poise.objective.FormulaWeights;
import dev.poise.objective.GivenWeights;
import dev.poise.objective.Hinge;
import dev.poise.objective.Ipo;
import dev.poise.objective.Kto;
import dev.poise.objective.LengthDesensitised;
import dev.poise.objective.Margin;
import dev.poise.objective.Mate;
import dev.poise.objective.Mixture.Term;
import dev.poise.objective.Mle;
import dev.poise.objective.Nca;
import dev.poise.objective.Objective;
import dev.poise.objective.Orpo;
import dev.poise.objective.Penalty;
import dev.poise.objective.PolicyGradient;
import dev.poise.objective.RewardedObjective;
import dev.poise.objective.Robust;
import dev.poise.objective.SimPo;
import dev.poise.objective.Slic;
import dev.poise.objective.Sppo;
import dev.poise.objective.Spread;
import dev.poise.objective.TokenUnlikelihood;
import dev.poise.objective.Unlikelihood;
import dev.poise.objective.Wpo;

/// Objectives as a recipe has them, every default visible: what [ObjectiveBinding] reads, the other way round.
final class ObjectiveWriter {

    private static final Credit.Baseline OF_OTHERS =
            new Credit.Baseline(Credit.Baseline.Kind.LEAVE_ONE_OUT, Credit.Baseline.Scale.NONE);

    private ObjectiveWriter() {}

    /// A term as one flow mapping.
    ///
    /// @throws IllegalArgumentException for an objective that recipes cannot name
    static String write(Term term) {
        String entries = mapping(term.objective()).entries();
        // The weight stands behind the type, where it is looked for.
        int type = entries.contains(",") ? entries.indexOf(',') : entries.length();
        return "{" + entries.substring(0, type) + ", weight: " + RecipeText.number(term.weight())
                + entries.substring(type) + "}";
    }

    private static FlowMapping mapping(Objective objective) {
        return switch (objective) {
            case Mle(Mle.Mean mean) -> of(ObjectiveType.MLE).with("mean", mean);
            case Unlikelihood(double alpha) -> of(ObjectiveType.UNLIKELIHOOD).with("alpha", alpha);
            case TokenUnlikelihood(double alpha) ->
                of(ObjectiveType.TOKEN_UNLIKELIHOOD).with("alpha", alpha);
            case Mate(double coefficient) -> of(ObjectiveType.MATE).with("coefficient", coefficient);
            case ExMate exMate ->
                of(ObjectiveType.EXMATE)
                        .with("coefficient", exMate.coefficient())
                        .with("normalise", exMate.normalise());
            case BatchExMate(double coefficient) ->
                of(ObjectiveType.EXMATE_BATCH).with("coefficient", coefficient);
            case Dpo dpo -> margin(smoothed(ObjectiveType.DPO, dpo.beta(), dpo.labelSmoothing()), dpo.margin());
            case Robust robust ->
                margin(smoothed(ObjectiveType.ROBUST, robust.beta(), robust.labelSmoothing()), robust.margin());
            case Exo exo -> margin(smoothed(ObjectiveType.EXO_PAIR, exo.beta(), exo.labelSmoothing()), exo.margin());
            case Ipo ipo -> margin(beta(ObjectiveType.IPO, ipo.beta()).with("form", ipo.form()), ipo.margin());
            case Hinge hinge -> margin(beta(ObjectiveType.HINGE, hinge.beta()), hinge.margin());
            case Discopop discopop ->
                margin(beta(ObjectiveType.DISCOPOP, discopop.beta()).with("tau", discopop.tau()), discopop.margin());
            case Slic slic -> of(ObjectiveType.SLIC).with("delta", slic.delta()).with("normalise", slic.normalise());
            case Anchor anchor -> of(ObjectiveType.ANCHOR);
            case Spread spread ->
                of(ObjectiveType.SPREAD)
                        .with("entropy", spread.entropy())
                        .with("mass", spread.mass())
                        .with("entropy_weight", spread.entropyWeight())
                        .with("mass_weight", spread.massWeight());
            case Dpop dpop -> beta(ObjectiveType.DPOP, dpop.beta()).with("lambda", dpop.lambda());
            case SimPo simPo ->
                beta(simPo.alpha() == 0 ? ObjectiveType.SIMPO : ObjectiveType.ALPHAPO, simPo.beta())
                        .with("gamma", simPo.gamma())
                        .with("alpha", simPo.alpha())
                        .with("label_smoothing", simPo.labelSmoothing())
                        .with("normalise", simPo.normalise());
            case Cpo cpo ->
                beta(ObjectiveType.CPO, cpo.beta())
                        .with("likelihood", cpo.likelihood())
                        .with("label_smoothing", cpo.labelSmoothing());
            case Orpo orpo -> beta(ObjectiveType.ORPO, orpo.beta()).with("likelihood", orpo.likelihood());
            case Nca(double beta) -> beta(ObjectiveType.NCA_PAIR, beta);
            case Bco(double beta) -> beta(ObjectiveType.BCO_PAIR, beta);
            case Sppo(double beta) -> beta(ObjectiveType.SPPO_HARD, beta);
            case ApoZero(double beta) -> beta(ObjectiveType.APO_ZERO, beta);
            case ApoDown(double beta) -> beta(ObjectiveType.APO_DOWN, beta);
            case Aot aot ->
                smoothed(
                        switch (aot.sorted()) {
                            case MARGINS -> ObjectiveType.AOT;
                            case REWARDS -> ObjectiveType.AOT_UNPAIRED;
                        },
                        aot.beta(),
                        aot.labelSmoothing());
            case Wpo(Objective inner) -> of(ObjectiveType.WPO).with("of", mapping(inner));
            case LengthDesensitised(Objective inner, double alpha) ->
                of(ObjectiveType.LD).with("alpha", alpha).with("of", mapping(inner));
            case GivenWeights given
            when given.weights() instanceof FormulaWeights formulas ->
                WeightsBinding.write(of(ObjectiveType.WEIGHTS), given, formulas);
            case Kto kto ->
                labelled(
                        switch (kto.indifference()) {
                            case MISMATCHED -> ObjectiveType.KTO;
                            case NONE -> ObjectiveType.APO_ZERO_UNPAIRED;
                        },
                        kto.beta(),
                        kto.desirable(),
                        kto.undesirable());
            case BcoUnpaired bco ->
                labelled(ObjectiveType.BCO_UNPAIRED, bco.beta(), bco.desirable(), bco.undesirable())
                        .with("shift", bco.shift());
            case BradleyTerry(double centring) ->
                of(ObjectiveType.BRADLEY_TERRY).with("centring", centring);
            case PolicyGradient gradient -> rewarded(gradient).with("mean", gradient.mean());
            case Clipped clipped ->
                rewarded(clipped).with("clip", clipped.clip()).with("mean", clipped.mean());
            // Objectives are open: users' own are not the recipe's to name.
            default ->
                throw new IllegalArgumentException(
                        "a recipe's objective must be one of " + ObjectiveType.words() + ", got " + objective);
        };
    }

    private static FlowMapping rewarded(RewardedObjective objective) {
        Penalty penalty = objective.penalty();
        return switch (objective.credit()) {
            case Credit.Best(Credit.Best.Push push, double beta) ->
                of(ObjectiveType.BEST_OF_N).with("push", push).with("beta", beta);
            case Credit.Exponential(double beta, double limit) ->
                beta(ObjectiveType.RWR, beta).with("limit", limit);
            case Credit.Top(double keep) -> of(ObjectiveType.REST).with("keep", keep);
            case Credit.Baseline baseline ->
                paying(
                        baseline.equals(OF_OTHERS) && objective instanceof PolicyGradient
                                ? of(ObjectiveType.RLOO)
                                : of(objective instanceof Clipped ? ObjectiveType.GRPO : ObjectiveType.REINFORCE)
                                        .with("baseline", baseline.kind())
                                        .with("scale", baseline.scale()),
                        penalty);
            case Credit.Gae gae ->
                paying(
                        of(ObjectiveType.PPO)
                                .with("gamma", gae.gamma())
                                .with("lambda", gae.lambda())
                                .with("whiten", gae.whiten()),
                        penalty);
        };
    }

    private static FlowMapping paying(FlowMapping mapping, Penalty penalty) {
        return mapping.with("kl", penalty.beta()).with("kl_by", penalty.form());
    }

    private static FlowMapping of(ObjectiveType type) {
        return FlowMapping.of(type);
    }

    private static FlowMapping beta(ObjectiveType type, double beta) {
        return of(type).with("beta", beta);
    }

    private static FlowMapping smoothed(ObjectiveType type, double beta, double labelSmoothing) {
        return beta(type, beta).with("label_smoothing", labelSmoothing);
    }

    private static FlowMapping labelled(ObjectiveType type, double beta, double desirable, double undesirable) {
        return beta(type, beta).with("desirable_weight", desirable).with("undesirable_weight", undesirable);
    }

    private static FlowMapping margin(FlowMapping mapping, Margin margin) {
        return DivergenceBinding.write(
                mapping.with("reference", margin.reference()).with("normalise", margin.normalise()),
                margin.divergence());
    }
}

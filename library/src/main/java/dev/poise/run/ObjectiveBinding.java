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
import dev.poise.objective.Credit.Baseline.Kind;
import dev.poise.objective.Credit.Baseline.Scale;
import dev.poise.objective.Discopop;
import dev.poise.objective.Dpo;
import dev.poise.objective.Dpop;
import dev.poise.objective.ExMate;
import dev.poise.objective.Exo;
import dev.poise.objective.Hinge;
import dev.poise.objective.Ipo;
import dev.poise.objective.Kto;
import dev.poise.objective.LengthDesensitised;
import dev.poise.objective.Margin;
import dev.poise.objective.Mate;
import dev.poise.objective.Mixture;
import dev.poise.objective.Mixture.Term;
import dev.poise.objective.Mle;
import dev.poise.objective.Nca;
import dev.poise.objective.Need;
import dev.poise.objective.Normalise;
import dev.poise.objective.Objective;
import dev.poise.objective.Orpo;
import dev.poise.objective.Penalty;
import dev.poise.objective.PolicyGradient;
import dev.poise.objective.Robust;
import dev.poise.objective.SimPo;
import dev.poise.objective.Slic;
import dev.poise.objective.Sppo;
import dev.poise.objective.Spread;
import dev.poise.objective.TokenUnlikelihood;
import dev.poise.objective.Unlikelihood;
import dev.poise.objective.Wpo;
import dev.poise.run.Recipe.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/// The closed list of objectives that a recipe can name, and what their parameters may be.
final class ObjectiveBinding {

    /// Stands in for a list that is missing or wrong, and is the default of supervised training.
    private static final Mixture LIKELIHOOD = new Mixture(List.of(new Term(new Mle(), 1)));

    /// The default of reward models, as in TRL: no centring.
    private static final Mixture SCORES = new Mixture(List.of(new Term(new BradleyTerry(0), 1)));

    private static final String EXAMPLE = "{type: dpo, beta: 0.1}";
    private static final Interval SMOOTHING = Interval.closedOpen(0, 0.5);

    private ObjectiveBinding() {}

    static Mixture bind(Section root, Method method) {
        Optional<List<Section>> sections = root.sections("objective", EXAMPLE);
        if (sections.isEmpty()) {
            return switch (method) {
                case SUPERVISED -> LIKELIHOOD;
                case REWARD -> SCORES;
                case PREFERENCE, UNPAIRED, ONLINE -> {
                    root.problem("objective", "must be given: a list with at least one section such as " + EXAMPLE);
                    yield LIKELIHOOD;
                }
            };
        }
        List<Term> terms = new ArrayList<>();
        for (Section section : sections.get()) {
            Optional<ObjectiveType> type = type(section);
            double weight = section.number("weight", Interval.atLeast(0), 1);
            terms.add(new Term(objective(section, type), weight));
            section.finish();
        }
        return terms.isEmpty() || !mixes(terms, root) ? LIKELIHOOD : new Mixture(terms);
    }

    /// Reports the first term that cannot stand beside those before it.
    private static boolean mixes(List<Term> terms, Section root) {
        boolean paired = terms.stream().anyMatch(term -> term.objective().needsPairs());
        boolean scores = needs(terms.getFirst(), Need.SCORES);
        for (int i = 0; i < terms.size(); i++) {
            if (paired && terms.get(i).objective().needs().contains(Need.LABELS)) {
                root.problem(
                        "objective." + i + ".type",
                        "must be an objective of pairs like the others of the list, got one of labelled examples");
                return false;
            }
            if (needs(terms.get(i), Need.SCORES) != scores) {
                root.problem(
                        "objective." + i + ".type",
                        "must be read from " + (scores ? "scores" : "log-probabilities")
                                + " like the first of the list: bradley_terry stands beside its like only");
                return false;
            }
        }
        return true;
    }

    private static boolean needs(Term term, Need need) {
        return term.objective().needs().contains(need);
    }

    private static Objective objective(Section section, Optional<ObjectiveType> type) {
        if (type.isEmpty()) {
            section.ignoreRest(); // of a type that is wrong no other key can be called wrong
            return new Mle();
        }
        return objective(section, type.get());
    }

    private static Optional<ObjectiveType> type(Section section) {
        Optional<String> given = section.word("type", ObjectiveType.words());
        Optional<ObjectiveType> type = given.flatMap(name -> Section.named(name, ObjectiveType.values()));
        if (given.isPresent() && type.isEmpty()) {
            List<ObjectiveType> meant = ObjectiveType.meant(given.get());
            String words =
                    String.join(" | ", meant.stream().map(RecipeText::word).toList());
            String hint = meant.isEmpty()
                    ? ""
                    : meant.size() == 1 ? ", did you mean " + words + "?" : ", which may be " + words;
            section.problem(
                    "type", "must be " + ObjectiveType.words() + ", got " + RecipeText.shown(given.get()) + hint);
        }
        return type;
    }

    private static Objective objective(Section section, ObjectiveType type) {
        return switch (type) {
            case MLE -> new Mle(section.choice("mean", Mle.Mean.values(), Mle.Mean.TOKENS));
            case SFT -> new Mle();
            case UNLIKELIHOOD -> new Unlikelihood(alpha(section));
            case TOKEN_UNLIKELIHOOD -> new TokenUnlikelihood(alpha(section));
            case MATE -> new Mate(coefficient(section));
            case EXMATE -> new ExMate(coefficient(section), normalise(section, Normalise.TOKENS));
            case EXMATE_BATCH -> new BatchExMate(coefficient(section));
            case DPO -> new Dpo(beta(section), smoothing(section), margin(section, Normalise.NONE));
            case SIGMOID -> new Dpo(beta(section), 0, trl(section, Normalise.NONE));
            case SIGMOID_NORM -> new Dpo(beta(section), 0, trl(section, Normalise.TOKENS));
            case ROBUST -> new Robust(beta(section), smoothing(section), margin(section, Normalise.NONE));
            case IPO ->
                new Ipo(
                        beta(section),
                        section.choice("form", Ipo.Form.values(), Ipo.Form.RESIDUAL),
                        margin(section, Normalise.TOKENS));
            case HINGE -> new Hinge(beta(section), margin(section, Normalise.NONE));
            case SLIC -> new Slic(section.number("delta", Interval.above(0), 1), normalise(section, Normalise.NONE));
            case ANCHOR -> new Anchor();
            case SPREAD -> spread(section);
            case DPOP -> new Dpop(beta(section), section.number("lambda", Interval.atLeast(0), 50));
            case SIMPO -> simPo(section, 2, 0.5, 0);
            case ALPHAPO -> simPo(section, 2, 0.5, 0.25);
            case CPO ->
                new Cpo(beta(section), section.number("likelihood", Interval.atLeast(0), 1), smoothing(section));
            case ORPO ->
                new Orpo(
                        beta(section),
                        section.choice("likelihood", Orpo.Likelihood.values(), Orpo.Likelihood.PROMPT_AND_COMPLETION));
            case EXO_PAIR ->
                new Exo(
                        beta(section),
                        section.requiredNumber("label_smoothing", Interval.open(0, 0.5), 1e-3),
                        margin(section, Normalise.NONE));
            case NCA_PAIR -> new Nca(beta(section));
            case BCO_PAIR -> new Bco(beta(section));
            case SPPO_HARD -> new Sppo(beta(section));
            case AOT -> new Aot(beta(section), smoothing(section), Aot.Sorted.MARGINS);
            case AOT_UNPAIRED -> new Aot(beta(section), smoothing(section), Aot.Sorted.REWARDS);
            case APO_ZERO -> new ApoZero(beta(section));
            case APO_DOWN -> new ApoDown(beta(section));
            case DISCOPOP ->
                new Discopop(
                        beta(section),
                        section.number("tau", Interval.openClosed(0, 1), 0.05),
                        margin(section, Normalise.NONE));
            case WPO -> wpo(section);
            case LD -> ld(section);
            case WEIGHTS -> WeightsBinding.bind(section);
            case KTO -> new Kto(beta(section), desirable(section), undesirable(section), Kto.Indifference.MISMATCHED);
            case APO_ZERO_UNPAIRED ->
                new Kto(beta(section), desirable(section), undesirable(section), Kto.Indifference.NONE);
            case BCO_UNPAIRED ->
                new BcoUnpaired(
                        beta(section),
                        desirable(section),
                        undesirable(section),
                        section.choice("shift", BcoUnpaired.Shift.values(), BcoUnpaired.Shift.STEP_MEAN));
            case BEST_OF_N ->
                likelihood(
                        section,
                        new Credit.Best(
                                section.choice("push", Credit.Best.Push.values(), Credit.Best.Push.NONE),
                                section.number("beta", Interval.atLeast(0), 0.05)),
                        Penalty.NONE);
            case RWR ->
                likelihood(
                        section,
                        new Credit.Exponential(
                                section.number("beta", Interval.above(0), 1),
                                section.number("limit", Interval.above(0), 20)),
                        Penalty.NONE);
            case REST ->
                likelihood(
                        section, new Credit.Top(section.number("keep", Interval.openClosed(0, 1), 0.1)), Penalty.NONE);
            case REINFORCE -> likelihood(section, baseline(section, Kind.RUNNING, Scale.NONE), penalty(section, 0));
            case RLOO -> likelihood(section, new Credit.Baseline(Kind.LEAVE_ONE_OUT, Scale.NONE), penalty(section, 0));
            case GRPO ->
                clipped(
                        section,
                        baseline(section, Kind.GROUP, Scale.GROUP),
                        penalty(section, 0),
                        Mle.Mean.SEQUENCE_MEANS);
            case PPO ->
                clipped(
                        section,
                        new Credit.Gae(
                                section.number("gamma", Interval.openClosed(0, 1), 1),
                                section.number("lambda", Interval.closed(0, 1), 0.95),
                                section.flag("whiten", true)),
                        penalty(section, 0.05),
                        Mle.Mean.TOKENS);
            case BRADLEY_TERRY -> new BradleyTerry(section.number("centring", Interval.atLeast(0), 0));
        };
    }

    private static PolicyGradient likelihood(Section section, Credit credit, Penalty penalty) {
        return new PolicyGradient(credit, penalty, section.choice("mean", Mle.Mean.values(), Mle.Mean.SEQUENCE_SUMS));
    }

    private static Clipped clipped(Section section, Credit credit, Penalty penalty, Mle.Mean mean) {
        return new Clipped(
                section.number("clip", Interval.open(0, 1), 0.2),
                credit,
                penalty,
                section.choice("mean", Mle.Mean.values(), mean));
    }

    private static Credit baseline(Section section, Kind kind, Scale scale) {
        return new Credit.Baseline(
                section.choice("baseline", Kind.values(), kind), section.choice("scale", Scale.values(), scale));
    }

    private static Penalty penalty(Section section, double beta) {
        return new Penalty(
                section.number("kl", Interval.atLeast(0), beta),
                section.choice("kl_by", Penalty.Form.values(), Penalty.Form.REWARD));
    }

    private static double beta(Section section) {
        return section.number("beta", Interval.above(0), 0.1);
    }

    private static double alpha(Section section) {
        return section.number("alpha", Interval.atLeast(0), 1);
    }

    private static double coefficient(Section section) {
        return section.number("coefficient", Interval.atLeast(0), 0.05);
    }

    private static double smoothing(Section section) {
        return section.number("label_smoothing", SMOOTHING, 0);
    }

    private static double desirable(Section section) {
        return section.number("desirable_weight", Interval.atLeast(0), 1);
    }

    private static double undesirable(Section section) {
        return section.number("undesirable_weight", Interval.atLeast(0), 1);
    }

    private static Normalise normalise(Section section, Normalise fallback) {
        return section.choice("normalise", Normalise.values(), fallback);
    }

    private static Spread spread(Section section) {
        Spread spread = new Spread(
                section.number("entropy", Interval.closed(0, 3.32), 0),
                section.number("mass", Interval.closed(0, 1), 0),
                section.number("entropy_weight", Interval.atLeast(0), 1),
                section.number("mass_weight", Interval.atLeast(0), 1));
        if (!section.has("entropy") && !section.has("mass")) {
            section.problem(
                    "entropy",
                    "must be given, or mass: the value to hold, such as what monitor/entropy_top and monitor/mass_top"
                            + " are at step 0");
        }
        return spread;
    }

    private static SimPo simPo(Section section, double beta, double gamma, double alpha) {
        return new SimPo(
                section.number("beta", Interval.above(0), beta),
                section.number("gamma", Interval.atLeast(0), gamma),
                section.number("alpha", Interval.ANY, alpha),
                smoothing(section),
                normalise(section, Normalise.TOKENS));
    }

    private static Margin margin(Section section, Normalise normalise) {
        boolean reference = section.flag("reference", true);
        Normalise chosen = normalise(section, normalise);
        Margin margin = new Margin(true, DivergenceBinding.bind(section), chosen);
        if (!reference && !margin.divergence().equals(Margin.OF_REWARDS.divergence())) {
            section.problem("divergence", "must be reverse_kl where reference is false");
            return margin;
        }
        return new Margin(reference, margin.divergence(), chosen);
    }

    /// As TRL's loss type of that name: always with the reference.
    private static Margin trl(Section section, Normalise normalise) {
        return new Margin(true, DivergenceBinding.bind(section), normalise);
    }

    private static Objective wpo(Section section) {
        Section inner = section.section("of");
        Objective of = inner(section, inner);
        if (of.needsPairs() && Collections.disjoint(of.needs(), EnumSet.of(Need.WHOLE_STEP, Need.SCORES))) {
            return new Wpo(of);
        }
        inner.problem("type", "must be an objective of pairs that is a sum over them, such as dpo, for wpo");
        return of;
    }

    private static Objective ld(Section section) {
        Section inner = section.section("of");
        double alpha = section.number("alpha", Interval.closed(0, 1), 0.5);
        Objective of = inner(section, inner);
        if (of.needsPairs() && Collections.disjoint(of.needs(), EnumSet.of(Need.TOKENS, Need.SCORES))) {
            return new LengthDesensitised(of, alpha);
        }
        inner.problem("type", "must be an objective of pairs that reads sums over answers, such as dpo, for ld");
        return of;
    }

    private static Objective inner(Section section, Section inner) {
        if (!section.has("of")) {
            section.problem("of", "must be given: the objective that is modified, such as " + EXAMPLE);
            return new Dpo(0.1, 0);
        }
        Objective of = objective(inner, type(inner));
        inner.finish();
        return of;
    }
}

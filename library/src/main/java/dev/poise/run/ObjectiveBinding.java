package dev.poise.run;

import dev.poise.objective.Dpo;
import dev.poise.objective.Hinge;
import dev.poise.objective.Ipo;
import dev.poise.objective.Ipo.Normalise;
import dev.poise.objective.Mixture;
import dev.poise.objective.Mixture.Term;
import dev.poise.objective.Mle;
import dev.poise.objective.Objective;
import dev.poise.run.Recipe.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The closed list of objectives that a recipe can name.
final class ObjectiveBinding {

    /// What `type` may be.
    enum Type {
        MLE,
        DPO,
        IPO,
        HINGE
    }

    /// Stands in for a list that is missing or wrong, and is the default of supervised training.
    private static final Mixture LIKELIHOOD = new Mixture(List.of(new Term(new Mle(), 1)));

    private static final String EXAMPLE = "{type: dpo, beta: 0.1}";

    private ObjectiveBinding() {}

    static Mixture bind(Section root, Method method) {
        Optional<List<Section>> sections = root.sections("objective", EXAMPLE);
        if (sections.isEmpty()) {
            if (method == Method.PREFERENCE) {
                root.problem("objective", "must be given: a list with at least one section such as " + EXAMPLE);
            }
            return LIKELIHOOD;
        }
        List<Term> terms = new ArrayList<>();
        for (Section section : sections.get()) {
            Type type = section.requiredChoice("type", Type.values());
            double weight = section.number("weight", Interval.atLeast(0), 1);
            terms.add(new Term(objective(section, type), weight));
            section.finish();
        }
        return terms.isEmpty() ? LIKELIHOOD : new Mixture(terms);
    }

    private static Objective objective(Section section, Type type) {
        return switch (type) {
            case MLE -> new Mle();
            case DPO -> new Dpo(beta(section), section.number("label_smoothing", Interval.closedOpen(0, 0.5), 0));
            case IPO -> new Ipo(beta(section), section.choice("normalise", Normalise.values(), Normalise.TOKENS));
            case HINGE -> new Hinge(beta(section), section.flag("reference", true));
        };
    }

    private static double beta(Section section) {
        return section.number("beta", Interval.above(0), 0.1);
    }

    /// An objective as the recipe's flow mapping, keys in the order of the schema.
    ///
    /// @throws IllegalArgumentException for an objective that recipes cannot name
    static String write(Term term) {
        String weight = "weight: " + RecipeText.number(term.weight());
        return switch (term.objective()) {
            case Mle mle -> "{type: mle, " + weight + "}";
            case Dpo dpo ->
                "{type: dpo, " + weight + ", beta: " + RecipeText.number(dpo.beta()) + ", label_smoothing: "
                        + RecipeText.number(dpo.labelSmoothing()) + "}";
            case Ipo ipo ->
                "{type: ipo, " + weight + ", beta: " + RecipeText.number(ipo.beta()) + ", normalise: "
                        + RecipeText.word(ipo.normalise()) + "}";
            case Hinge hinge ->
                "{type: hinge, " + weight + ", beta: " + RecipeText.number(hinge.beta()) + ", reference: "
                        + hinge.reference() + "}";
            default ->
                throw new IllegalArgumentException(
                        "a recipe's objective must be mle, dpo, ipo or hinge, got " + term.objective());
        };
    }
}

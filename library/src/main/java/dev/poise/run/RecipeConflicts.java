package dev.poise.run;

import dev.poise.data.Shape;
import dev.poise.objective.Mixture.Term;
import dev.poise.objective.Mle;
import dev.poise.run.Recipe.Reference;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Reports keys that are legal by themselves and not together.
final class RecipeConflicts {

    private static final Set<Shape> PAIRS =
            EnumSet.of(Shape.PREFERENCE, Shape.IMPLICIT_PREFERENCE, Shape.DIALOGUE_PREFERENCE, Shape.PROMPT_PER_SIDE);

    private RecipeConflicts() {}

    static void report(Recipe recipe, Diagnosis diagnosis) {
        if (diagnosis.sound("method")) {
            reportMethod(recipe, diagnosis);
        }
        if (diagnosis.sound("evaluate.every", "data.evaluate")
                && recipe.evaluate().every() > 0
                && !recipe.data().evaluate().isPresent()) {
            diagnosis.problem("evaluate.every", "must be 0 where data.evaluate is 0: there is nothing to evaluate on");
        }
    }

    private static void reportMethod(Recipe recipe, Diagnosis diagnosis) {
        boolean referenceIsSound = diagnosis.sound("reference");
        boolean hasReference = !(recipe.reference() instanceof Reference.None);
        List<Term> terms = recipe.objective().terms();
        switch (recipe.method()) {
            case SUPERVISED -> {
                if (referenceIsSound && hasReference) {
                    diagnosis.problem("reference", "must be none for method supervised, which reads no reference");
                }
                for (int i = 0; i < terms.size(); i++) {
                    if (!(terms.get(i).objective() instanceof Mle)) {
                        diagnosis.problem(
                                "objective." + i + ".type",
                                "must be mle for method supervised; other objectives need method preference");
                    }
                }
                reportShape(recipe, EnumSet.complementOf(EnumSet.of(Shape.PROMPT)), diagnosis);
            }
            case PREFERENCE -> {
                for (int i = 0; i < terms.size(); i++) {
                    if (referenceIsSound
                            && !hasReference
                            && terms.get(i).objective().needsReference()) {
                        diagnosis.problem(
                                "reference", "must be initial or a model directory for objective." + i + ", got none");
                    }
                }
                reportShape(recipe, PAIRS, diagnosis);
            }
        }
    }

    private static void reportShape(Recipe recipe, Set<Shape> legal, Diagnosis diagnosis) {
        Shape shape = recipe.data().shape();
        if (diagnosis.sound("data.shape") && shape != null && !legal.contains(shape)) {
            String words =
                    String.join(" | ", legal.stream().map(RecipeText::word).toList());
            diagnosis.problem(
                    "data.shape",
                    "must be detect | " + words + " for method " + RecipeText.word(recipe.method()) + ", got "
                            + RecipeText.word(shape));
        }
    }
}

package dev.poise.run;

import dev.poise.data.Shape;
import dev.poise.objective.Credit;
import dev.poise.objective.Mixture.Term;
import dev.poise.objective.Mle;
import dev.poise.objective.Need;
import dev.poise.objective.Objective;
import dev.poise.objective.PolicyGradient;
import dev.poise.objective.RewardedObjective;
import dev.poise.run.Recipe.Reference;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Reports keys that are legal by themselves and not together.
final class RecipeConflicts {

    private RecipeConflicts() {}

    static void report(Recipe recipe, Diagnosis diagnosis) {
        if (diagnosis.sound("method")) {
            reportMethod(recipe, diagnosis);
            if (recipe.method() != Recipe.Method.ONLINE) {
                reportTerms(
                        recipe,
                        diagnosis,
                        objective -> !(objective instanceof RewardedObjective),
                        "must be an objective of answers that are given; this one needs method online");
            }
        }
        if (diagnosis.sound("evaluate.every", "data.evaluate")
                && recipe.evaluate().every() > 0
                && !recipe.data().evaluate().isPresent()) {
            diagnosis.problem("evaluate.every", "must be 0 where data.evaluate is 0: there is nothing to evaluate on");
        }
        MonitorConflicts.report(recipe, diagnosis);
    }

    private static void reportMethod(Recipe recipe, Diagnosis diagnosis) {
        switch (recipe.method()) {
            case SUPERVISED -> {
                if (diagnosis.sound("reference") && hasReference(recipe)) {
                    diagnosis.problem("reference", "must be none for method supervised, which reads no reference");
                }
                reportTerms(
                        recipe,
                        diagnosis,
                        objective -> objective instanceof Mle,
                        "must be mle for method supervised; other objectives need method preference, unpaired or reward");
                reportShape(recipe, EnumSet.complementOf(EnumSet.of(Shape.Kind.PROMPTS)), diagnosis);
            }
            case PREFERENCE -> {
                reportTerms(
                        recipe,
                        diagnosis,
                        objective -> !objective.needs().contains(Need.LABELS),
                        "must be an objective of pairs for method preference; this one needs method unpaired");
                reportTerms(
                        recipe,
                        diagnosis,
                        objective -> !objective.needs().contains(Need.SCORES),
                        "must be an objective of log-probabilities for method preference; this one needs method reward");
                reportReference(recipe, diagnosis);
                reportShape(recipe, EnumSet.of(Shape.Kind.PAIRS), diagnosis);
            }
            case REWARD -> reportReward(recipe, diagnosis);
            case ONLINE -> reportOnline(recipe, diagnosis);
            case UNPAIRED -> {
                reportTerms(
                        recipe,
                        diagnosis,
                        objective -> !objective.needsPairs(),
                        "must be an objective of labelled examples for method unpaired (kto | apo_zero_unpaired |"
                                + " bco_unpaired, and beside them mle | sft | anchor); this one needs method preference or"
                                + " reward");
                if (diagnosis.sound("objective", "objective.0.type")
                        && !recipe.objective().needsPairs()
                        && !recipe.objective().needs().contains(Need.LABELS)) {
                    diagnosis.problem(
                            "objective",
                            "must hold at least one objective of labelled examples for method unpaired, such as"
                                    + " {type: kto, beta: 0.1}");
                }
                reportReference(recipe, diagnosis);
                reportShape(recipe, EnumSet.of(Shape.Kind.LABELLED, Shape.Kind.PAIRS), diagnosis);
                if (recipe.objective().needs().contains(Need.MISMATCHED)
                        && diagnosis.sound("train.batch_pairs")
                        && recipe.train().batchPairs() < 2) {
                    diagnosis.problem(
                            "train.batch_pairs",
                            "must be at least 2 for kto, which mixes a batch's completions, got "
                                    + recipe.train().batchPairs());
                }
            }
        }
    }

    /// What a model that gives scores cannot be asked.
    private static void reportReward(Recipe recipe, Diagnosis diagnosis) {
        if (diagnosis.sound("reference") && hasReference(recipe)) {
            diagnosis.problem("reference", "must be none for method reward, which reads no reference");
        }
        reportTerms(
                recipe,
                diagnosis,
                objective -> objective.needs().contains(Need.SCORES),
                "must be bradley_terry for method reward; other objectives need method supervised, preference or"
                        + " unpaired");
        reportShape(recipe, EnumSet.of(Shape.Kind.PAIRS), diagnosis);
        if (diagnosis.sound("monitor.every") && recipe.monitor().every() > 0) {
            diagnosis.problem("monitor.every", "must be 0 for method reward: monitors read a policy's probabilities");
        }
        if (diagnosis.sound("sample.every") && recipe.sample().every() > 0) {
            diagnosis.problem("sample.every", "must be 0 for method reward: a reward model says nothing");
        }
    }

    private static void reportOnline(Recipe recipe, Diagnosis diagnosis) {
        reportTerms(
                recipe,
                diagnosis,
                objective -> Collections.disjoint(objective.needs(), EnumSet.of(Need.LABELS, Need.SCORES)),
                "must be an objective of pairs or of rewards for method online; this one needs method unpaired or"
                        + " reward");
        Recipe.Online online = recipe.online();
        if (online == null || !diagnosis.sound("online")) {
            return;
        }
        if (online.anchor() > 0) {
            reportReference(recipe, diagnosis);
        }
        if (online.samples().reference() > 0 && diagnosis.sound("reference") && !hasReference(recipe)) {
            diagnosis.problem(
                    "reference", "must be initial or a model directory where online.samples asks it, got none");
        }
        if (online.samples().data() > 0) {
            reportShape(recipe, EnumSet.complementOf(EnumSet.of(Shape.Kind.PROMPTS)), diagnosis);
        }
        reportRewarded(recipe, online, diagnosis);
        if (recipe.objective().needsPairs() && online.samples().total() < 2) {
            diagnosis.problem(
                    "online.samples",
                    "must be at least 2 in all for an objective of pairs, got "
                            + online.samples().total());
        }
        if (recipe.monitor().every() > 0 && recipe.data().shape() == Shape.PROMPT) {
            diagnosis.problem("monitor.every", "must be 0 where rows are prompts only: monitors read held-out answers");
        }
    }

    /// What an objective of rewards asks of the completions.
    private static void reportRewarded(Recipe recipe, Recipe.Online online, Diagnosis diagnosis) {
        List<Term> terms = recipe.objective().terms();
        for (int i = 0; i < terms.size(); i++) {
            if (terms.get(i).objective() instanceof RewardedObjective objective
                    && diagnosis.sound("objective." + i + ".type")) {
                if (terms.size() > 1) {
                    diagnosis.problem(
                            "objective", "must hold nothing beside an objective of rewards, got " + terms.size());
                }
                reportRewarded("objective." + i, objective, recipe, online, diagnosis);
            }
        }
    }

    private static void reportRewarded(
            String key, RewardedObjective objective, Recipe recipe, Recipe.Online online, Diagnosis diagnosis) {
        Credit credit = objective.credit();
        Recipe.Samples samples = online.samples();
        if (samples.total() < credit.samples()) {
            diagnosis.problem(
                    "online.samples",
                    "must be at least " + credit.samples() + " in all for " + key
                            + ", which compares a prompt's completions, got " + samples.total());
        }
        boolean paid = objective.penalty().beta() > 0;
        if (paid && online.anchor() > 0 && diagnosis.sound("reference") && !hasReference(recipe)) {
            diagnosis.problem(
                    "reference", "must be initial or a model directory where " + key + ".kl is above 0, got none");
        }
        if (objective.penalty().ofReward() > 0 && online.anchor() == 0) {
            diagnosis.problem(
                    "online.anchor",
                    "must be initial or a number in (0, 1) where " + key
                            + ".kl enters the reward: against the policy that" + " draws, it is 0");
        }
        if (!credit.onPolicy()) {
            return;
        }
        if (online.temperature() != 1) {
            diagnosis.problem(
                    "online.temperature",
                    "must be 1 for " + key
                            + ": at another the samples are not the policy's, and the gradient is none of"
                            + " its expected reward, got " + RecipeText.number(online.temperature()));
        }
        if (samples.policy() < samples.total()) {
            diagnosis.problem(
                    "online.samples", "must be of the policy alone for " + key + ", a policy gradient, got others");
        }
        if (objective instanceof PolicyGradient && online.replay().share() > 0) {
            diagnosis.problem(
                    "online.replay.share",
                    "must be 0 for " + key + ": nothing corrects for an older policy's samples, as in grpo and ppo");
        }
    }

    private static boolean hasReference(Recipe recipe) {
        return !(recipe.reference() instanceof Reference.None);
    }

    private static void reportTerms(Recipe recipe, Diagnosis diagnosis, Predicate<Objective> legal, String message) {
        List<Term> terms = recipe.objective().terms();
        for (int i = 0; i < terms.size(); i++) {
            String key = "objective." + i + ".type";
            if (diagnosis.sound("objective", key) && !legal.test(terms.get(i).objective())) {
                diagnosis.problem(key, message);
            }
        }
    }

    private static void reportReference(Recipe recipe, Diagnosis diagnosis) {
        List<Term> terms = recipe.objective().terms();
        for (int i = 0; i < terms.size(); i++) {
            if (diagnosis.sound("reference")
                    && !hasReference(recipe)
                    && terms.get(i).objective().needsReference()) {
                diagnosis.problem(
                        "reference", "must be initial or a model directory for objective." + i + ", got none");
            }
        }
    }

    private static void reportShape(Recipe recipe, Set<Shape.Kind> legal, Diagnosis diagnosis) {
        Shape shape = recipe.data().shape();
        if (diagnosis.sound("data.shape") && shape != null && !legal.contains(shape.kind())) {
            String words = Arrays.stream(Shape.values())
                    .filter(other -> legal.contains(other.kind()))
                    .map(RecipeText::word)
                    .collect(Collectors.joining(" | "));
            diagnosis.problem(
                    "data.shape",
                    "must be detect | " + words + " for method " + RecipeText.word(recipe.method()) + ", got "
                            + RecipeText.word(shape));
        }
    }
}

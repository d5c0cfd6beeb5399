package dev.poise.run;

import static dev.poise.run.RecipeTest.flags;
import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.data.Shape;
import dev.poise.objective.Aot;
import dev.poise.objective.Divergence;
import dev.poise.objective.Dpo;
import dev.poise.objective.Exo;
import dev.poise.objective.FormulaWeights;
import dev.poise.objective.GivenWeights;
import dev.poise.objective.Hinge;
import dev.poise.objective.Ipo;
import dev.poise.objective.Kto;
import dev.poise.objective.LengthDesensitised;
import dev.poise.objective.Margin;
import dev.poise.objective.Mle;
import dev.poise.objective.Normalise;
import dev.poise.objective.Objective;
import dev.poise.objective.Robust;
import dev.poise.objective.SimPo;
import dev.poise.objective.Wpo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ObjectiveBindingTest {

    private static final Margin MEANS = Margin.of(true, Normalise.TOKENS);

    /// Every type with what it cannot do without; what is written shows the type and reads back as the same.
    @ParameterizedTest
    @EnumSource(ObjectiveType.class)
    void everyTypeIsWrittenWithItsDefaultsAndReadBackEqual(ObjectiveType type) {
        String more =
                switch (type) {
                    case EXO_PAIR -> ", label_smoothing: 1e-3";
                    case WPO -> ", of: {type: ld, alpha: 0.25, of: {type: sigmoid, beta: 0.7}}";
                    case LD -> ", of: {type: aot, beta: 0.7}";
                    case SPREAD -> ", mass: 0.9, entropy_weight: 0.25";
                    case WEIGHTS -> ", good: 1, bad: \"c * exp(bad)\", c: 0.25";
                    default -> "";
                };
        String method =
                switch (type) {
                    case KTO, APO_ZERO_UNPAIRED, BCO_UNPAIRED -> "unpaired";
                    case BRADLEY_TERRY -> "reward";
                    case BEST_OF_N, RWR, REST, REINFORCE, RLOO, GRPO, PPO -> "online";
                    default -> "preference";
                };
        Recipe recipe = recipe(method, "{type: " + RecipeText.word(type) + more + "}");
        String written = recipe.toYaml();
        assertThat(Recipe.parse("again", written, List.of())).isEqualTo(recipe);
        assertThat(Recipe.parse("again", written, List.of()).toYaml()).isEqualTo(written);
    }

    @Test
    void namesOfTrlMeanTrlsForm() {
        assertThat(one("{type: sigmoid}")).isEqualTo(new Dpo(0.1, 0));
        assertThat(one("{type: sigmoid_norm, beta: 0.5}")).isEqualTo(new Dpo(0.5, 0, MEANS));
        assertThat(one("{type: sft}")).isEqualTo(new Mle());
        assertThat(one("{type: ipo}")).isEqualTo(new Ipo(0.1, Ipo.Form.RESIDUAL, MEANS));
        assertThat(one("{type: hinge}")).isEqualTo(new Hinge(0.1, true));
        assertThat(one("{type: robust, label_smoothing: 0.1}")).isEqualTo(new Robust(0.1, 0.1, Margin.OF_REWARDS));
        assertThat(one("{type: exo_pair, label_smoothing: 0.1}")).isEqualTo(new Exo(0.1, 0.1, Margin.OF_REWARDS));
        assertThat(one("{type: aot_unpaired}")).isEqualTo(new Aot(0.1, 0, Aot.Sorted.REWARDS));
        assertThat(one("{type: simpo}")).isEqualTo(new SimPo(2, 0.5, 0, 0, Normalise.TOKENS));
        assertThat(one("{type: sigmoid, divergence: alpha_divergence, divergence_coefficient: 0.3}"))
                .isEqualTo(new Dpo(0.1, 0, new Margin(true, new Divergence.Alpha(0.3), Normalise.NONE)));
        assertThat(recipe("unpaired", "{type: kto, desirable_weight: 1.3}")
                        .objective()
                        .terms()
                        .getFirst()
                        .objective())
                .isEqualTo(new Kto(0.1, 1.3, 1, Kto.Indifference.MISMATCHED));
    }

    @Test
    void modifiersHoldTheObjectiveThatTheyModify() {
        assertThat(one("{type: wpo, of: {type: ld, alpha: 0.3, of: {type: dpo, beta: 0.2}}}"))
                .isEqualTo(new Wpo(new LengthDesensitised(new Dpo(0.2, 0), 0.3)));
        assertThat(recipe("preference", "{type: wpo, weight: 0.5, of: {type: slic}}")
                        .toYaml())
                .contains("  - {type: wpo, weight: 0.5, of: {type: slic, delta: 1, normalise: none}}\n");
    }

    @Test
    void weightsAreGivenAsFormulasWithParameters() {
        String formula = "beta * sigmoid(-beta * delta)";
        Recipe recipe = recipe(
                "preference", "{type: weights, good: \"" + formula + "\", bad: \"" + formula + "\", beta: 0.25}");
        FormulaWeights weights = FormulaWeights.parse(formula, formula, new LinkedHashMap<>(Map.of("beta", 0.25)));
        assertThat(recipe.objective().terms().getFirst().objective()).isEqualTo(new GivenWeights(weights, true, false));
        assertThat(recipe.toYaml())
                .contains("  - {type: weights, weight: 1, good: \"" + formula + "\", bad: \"" + formula
                        + "\", path_dependent: false, beta: 0.25}\n");
        assertThat(one("{type: weights, good: 1, bad: exp(bad)}").needsReference())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "{type: exo_pair} => objective.0.label_smoothing must be given: a number in (0, 0.5)",
                "{type: exo_pair, label_smoothing: 0} => objective.0.label_smoothing must be a number in (0, 0.5), got 0",
                "{type: discopop, tau: 0} => objective.0.tau must be a number in (0, 1], got 0",
                "{type: unlikelihood, alpha: -1} => objective.0.alpha must be a number of at least 0, got -1",
                "{type: sigmoid, label_smoothing: 0.1} => objective.0.label_smoothing is not a key; legal keys: type,"
                        + " weight, beta, divergence",
                "{type: dpo, divergence: kl} => objective.0.divergence must be reverse_kl | forward_kl | js_divergence |"
                        + " alpha_divergence, got \"kl\"",
                "{type: dpo, reference: false, divergence: forward_kl} => objective.0.divergence must be reverse_kl where"
                        + " reference is false",
                "{type: wpo} => objective.0.of must be given: the objective that is modified, such as {type: dpo, beta:"
                        + " 0.1}",
                "{type: wpo, of: {type: aot}} => objective.0.of.type must be an objective of pairs that is a sum over"
                        + " them, such as dpo, for wpo",
                "{type: wpo, of: {type: dpo, beta: 0}} => objective.0.of.beta must be a number above 0, got 0",
                "{type: ld, of: {type: token_unlikelihood}} => objective.0.of.type must be an objective of pairs that"
                        + " reads sums over answers, such as dpo, for ld",
                "{type: weights, good: 1} => objective.0.bad must be given: a formula such as \"beta * sigmoid(-beta *"
                        + " delta)\"",
                "{type: weights, good: \"1 + beta\", bad: 0} => objective.0.good column 5: must be one of good, bad,"
                        + " reference_good, reference_bad, delta, good_tokens, bad_tokens or a function (exp, log, sqrt,"
                        + " sigmoid, softplus, min, max), got beta, in \"1 + beta\"",
                "{type: weights, good: 1, bad: 0, beta: 0.1} => objective.0.beta must be used in good or bad, or be good,"
                        + " bad, weight or path_dependent",
                "{type: weights, good: 1, bad: 0, beta: x} => objective.0.beta must be a number that is finite, got \"x\""
            })
    void whatIsNotLegalIsRefusedWithWhatIs(String objective, String message) {
        assertThat(problems("preference", objective).getFirst()).endsWith(" " + message);
    }

    @Test
    void weightsThatHaveNoLossAreRefusedUnlessThatIsKnown() {
        String twice = "{type: weights, good: delta, bad: 2 * delta";
        assertThat(problems("preference", twice + "}"))
                .singleElement()
                .asString()
                .contains(" objective.0.bad good and bad must be the gradient of one loss, but at good = ")
                .endsWith(
                        "; path_dependent: true allows it, and the loss shown then depends on the path of integration");
        assertThat(recipe("preference", twice + ", path_dependent: true}")
                        .objective()
                        .remarks())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "apo => , which may be apo_zero | apo_down | apo_zero_unpaired",
                "aot_pair => , which may be aot | aot_unpaired",
                "exo => , did you mean exo_pair?",
                "sigmoit => , did you mean sigmoid?",
                "nonsense => ``"
            })
    void unknownAndAmbiguousNamesAreRefusedWithTheLegalOnes(String name, String hint) {
        assertThat(problems("preference", "{type: " + name + ", beta: 3}"))
                .singleElement()
                .asString()
                .endsWith(" objective.0.type must be " + ObjectiveType.words() + ", got \"" + name + "\"" + hint);
    }

    @Test
    void objectivesThatDoNotFitTogetherAreRefused() {
        assertThat(problems("preference", "{type: dpo}, {type: kto}"))
                .singleElement()
                .asString()
                .endsWith(
                        " objective.1.type must be an objective of pairs like the others of the list, got one of labelled"
                                + " examples");
        assertThat(problems("preference", "{type: kto}"))
                .singleElement()
                .asString()
                .endsWith(" objective.0.type must be an objective of pairs for method preference; this one needs method"
                        + " unpaired");
        assertThat(problems("unpaired", "{type: kto}, {type: anchor}, {type: mle, weight: 0.1}"))
                .isEmpty();
        assertThat(problems("unpaired", "{type: mate}"))
                .singleElement()
                .asString()
                .contains(" objective.0.type must be an objective of labelled examples for method unpaired");
        assertThat(problems("unpaired", "{type: mle}"))
                .singleElement()
                .asString()
                .contains(" objective must hold at least one objective of labelled examples for method unpaired");
        assertThat(problems("preference", "{type: anchor}", "reference", "none"))
                .containsExactly("--reference must be initial or a model directory for objective.0, got none");
        assertThat(problems("unpaired", "{type: kto}", "train.batch_pairs", "1"))
                .containsExactly(
                        "--train.batch_pairs must be at least 2 for kto, which mixes a batch's completions, got 1");
        assertThat(problems("unpaired", "{type: kto}", "data.shape", "text").getFirst())
                .contains("--data.shape must be detect | " + Shapes.words(Shape.Kind.PAIRS, Shape.Kind.LABELLED)
                        + " for method unpaired, got text");
    }

    private static Objective one(String objective) {
        return recipe("preference", objective).objective().terms().getFirst().objective();
    }

    private static Recipe recipe(String method, String objectives) {
        return Recipe.parse("r.yaml", text(method, objectives), List.of());
    }

    private static List<String> problems(String method, String objectives, String... flags) {
        try {
            Recipe.parse("r.yaml", text(method, objectives), flags(flags));
            return List.of();
        } catch (RecipeException e) {
            return e.problems().stream().map(Problem::toString).toList();
        }
    }

    private static String text(String method, String objectives) {
        String online = method.equals("online") ? ", online: {reward: \"length:words:shortest\"}" : "";
        return "{method: " + method + ", model: m, data: {train: d.jsonl}, output: o, objective: [" + objectives + "]"
                + online + "}";
    }
}

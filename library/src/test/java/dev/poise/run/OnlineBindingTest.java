package dev.poise.run;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.oracle.PairBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OnlineBindingTest {

    private static final String SMALLEST = """
            method: online
            model: m
            data: {train: d.jsonl}
            objective: [{type: dpo}]
            online: {reward: "length:words:shortest"}
            output: o
            """;

    @Test
    void whatIsLeftOutHasTheDocumentedDefault() {
        assertThat(Recipe.parse("r.yaml", SMALLEST, List.of()).toYaml())
                .contains("""
                online:
                  reward: ["length:words:shortest"]
                  prompts: 32
                  samples: {policy: 2, reference: 0, data: 0}
                  inner: 1
                  anchor: initial
                  pairs: {type: best_worst}
                  replay: {share: 0, decay: 0.5, rounds: 2}
                  max_new_tokens: 64
                  temperature: 1
                """)
                .contains("best: eval_reward\n")
                .contains("collapse: {share: 0.9, entropy: 0.01, patience: 3}\n");
    }

    /// Every key differs from its default.
    @Test
    void whatIsWrittenReadsBackAsAnEqualRecipe() {
        Recipe recipe = Recipe.parse("r.yaml", SMALLEST, List.of(new RecipeOverride("online", """
                {reward: ["2*lexical:good;-bad", "regex:a b"], prompts: 7, samples: {policy: 3, reference: 2, data: 1},
                 inner: 4, anchor: 0.25, pairs: {type: margin, margin: 0.5, limit: 3},
                 replay: {share: 0.3, decay: 0.7, rounds: 5}, max_new_tokens: 9, temperature: 0.8}
                """.strip())));
        Recipe.Online online = requireNonNull(recipe.online());
        assertThat(online)
                .isEqualTo(new Recipe.Online(
                        List.of("2*lexical:good;-bad", "regex:a b"),
                        7,
                        new Recipe.Samples(3, 2, 1),
                        4,
                        0.25,
                        new PairBuilder.Margin(0.5, 3),
                        new Recipe.Replay(0.3, 0.7, 5),
                        9,
                        0.8));
        assertThat(Recipe.parse("again", recipe.toYaml(), List.of())).isEqualTo(recipe);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "online => {} => online.reward must be given: a rule such as length:words:shortest, or model:DIR, or a list",
                "online.reward => length:words:long => reward \"length:words:long\": goal must be shortest, longest or"
                        + " closest=N, got \"long\"",
                "online.samples => {policy: 1} => online.samples must be at least 2 in all for an objective of pairs, got 1",
                "online.samples => {policy: 0} => must ask for at least one completion a prompt, got none",
                "online.anchor => 1.5 => online.anchor must be initial | previous | a number in (0, 1)",
                "online.pairs => {type: margin} => online.pairs.margin must be given: a number above 0",
                "online.pairs => {type: best_worst, margin: 1} => online.pairs.margin is not a key",
                "online.temperature => 0 => online.temperature must be a number above 0, got 0",
                "objective => [{type: rloo}, {type: mle}] => must hold nothing beside an objective of rewards, got 2",
                "objective => [{type: kto}] => must be an objective of pairs or of rewards for method online",
                "reference => none => reference must be initial or a model directory for objective.0, got none",
                "method => preference => online must be left out for method preference",
                "monitor.alarms.collapse.share => 2 => monitor.alarms.collapse.share must be a number in (0, 1], got 2"
            })
    void illegalCombinationsAreRefusedWithWhatIsLegal(String key, String value, String message) {
        assertThatThrownBy(() -> Recipe.parse("r.yaml", SMALLEST, List.of(new RecipeOverride(key, value))))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "{type: rloo} => temperature: 0.7 => online.temperature must be 1 for objective.0",
                "{type: grpo} => samples: {policy: 3, data: 1} => online.samples must be of the policy alone for objective.0",
                "{type: rloo} => samples: {policy: 1} => online.samples must be at least 2 in all for objective.0",
                "{type: reinforce} => replay: {share: 0.5} => online.replay.share must be 0 for objective.0"
            })
    void policyGradientsTakeThePolicysOwnSamples(String objective, String online, String message) {
        String text = SMALLEST.replace("{type: dpo}", objective).replace("shortest\"", "shortest\", " + online);
        assertThatThrownBy(() -> Recipe.parse("r.yaml", text, List.of()))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining(message);
        assertThat(Recipe.parse("r.yaml", text.replace(objective, "{type: rwr}"), List.of())
                        .online())
                .isNotNull();
    }

    @Test
    void rewardsOfCompletionsNeedMethodOnline() {
        assertThatThrownBy(() -> Recipe.parse(
                        "r.yaml",
                        "{method: preference, model: m, data: {train: d}, output: o, objective: [{type: grpo}]}",
                        List.of()))
                .hasMessageContaining("must be an objective of answers that are given; this one needs method online");
    }
}

package dev.poise.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.run.Machine;
import dev.poise.run.Manifest;
import dev.poise.run.MetricLine;
import dev.poise.run.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ModelCardTest {

    private static final String CACHE = "cache/models--acme--tiny-chat/snapshots/0ab1";

    private static MetricLine line(long step, Object... entries) {
        SequencedMap<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            values.put((String) entries[i], entries[i + 1]);
        }
        return new MetricLine(step, values);
    }

    private static Recipe recipe(String model, String data) {
        return Recipe.parse("r.yaml", """
                method: preference
                model: %s
                data: {train: ["%s"], evaluate: 0.25, chat_template: chatml}
                objective: [{type: dpo, beta: 0.1}, {type: exmate, weight: 0.5}]
                seed: 3
                output: runs/first
                """.formatted(model, data), List.of());
    }

    private static Manifest manifest(Recipe recipe) throws IOException {
        return new Manifest(
                "1.2",
                "abc",
                "preference",
                3,
                List.of(new Manifest.DataFile(recipe.data().train().getFirst().toString(), "d1d1", 80)),
                new Manifest.Weights(recipe.model().toString(), "e2e2"),
                null,
                List.of(new Manifest.Template("chatml", null, "c3c3")),
                new TreeMap<>(Map.of()),
                Machine.here(1, "cpu"),
                Instant.EPOCH,
                null,
                Manifest.Status.RUNNING,
                null,
                0,
                null);
    }

    private static String card(String model, String data, List<MetricLine> lines, SequencedMap<String, Double> end)
            throws IOException {
        Recipe recipe = recipe(model, data);
        return new ModelCard(recipe, manifest(recipe), false, lines, 30, null, end, 20).text();
    }

    @Test
    void aCardTellsRecipeResultsAndData() throws IOException {
        SequencedMap<String, Double> end = new LinkedHashMap<>();
        end.put("eval_loss", 0.61);
        end.put("eval_rewards/accuracies", 0.8);
        end.put("eval_mean_token_accuracy", 0.75);
        end.put("eval_reward", 1.5);
        end.put("eval_reward_low", 1.25);
        end.put("eval_reward_high", 1.75);
        List<MetricLine> lines = new ArrayList<>();
        lines.add(line(0, "epoch", 0.0, "eval_loss", 0.69, "eval_rewards/accuracies", 0.0));
        for (int step = 1; step <= 30; step++) {
            lines.add(line(step, "epoch", step / 15.0, "loss", 1.0 / step, "rewards/margins", 0.5 * step));
        }
        lines.add(line(20, "epoch", 1.33, "eval_loss", 0.55));
        lines.add(line(30, "epoch", 2.0, "eval_loss", 0.61, "monitor/entropy_top", 1.0));
        lines.add(line(
                30,
                "event",
                "alarm",
                "name",
                "bend",
                "since",
                20L,
                "title",
                "Bent",
                "happened",
                "Rose | fell.",
                "meaning",
                "m",
                "advice",
                "a"));

        String card = card(CACHE, "x/datasets--acme--pairs/p.jsonl", lines, end);

        assertThat(card)
                .startsWith("""
                        ---
                        library_name: transformers
                        pipeline_tag: text-generation
                        base_model: acme/tiny-chat
                        datasets:
                        - acme/pairs
                        tags:
                        - poise
                        - preference
                        - dpo
                        - exmate
                        ---

                        # first

                        Tuned with Poise from `acme/tiny-chat` by method preference, objective dpo + exmate: 30 steps, 2.000 epochs.
                        """)
                .doesNotContain("license:")
                .contains("On 20 held-out rows")
                .contains("| eval_loss | 0.6900 | 0.6100 |  |")
                // Wilson's interval of 16 of 20.
                .contains("| eval_rewards/accuracies | 0.000 | 0.8000 | 0.5840 to 0.9193 |")
                .contains("| eval_mean_token_accuracy |  | 0.7500 |  |")
                .contains("| eval_reward |  | 1.500 | 1.250 to 1.750 |")
                .doesNotContain("| eval_reward_low")
                .contains("best at step 20 (0.5500): these weights are those of step 30; those of the best were kept in"
                        + " checkpoint-20")
                .contains("- step 30, alarm: Bent (bend). Rose \\| fell.")
                .contains("| step | loss | rewards/margins |")
                .contains("| 1 | 1.000 | 0.5000 |")
                .contains("| 30 | 0.03333 | 15.00 |")
                .contains("| `p.jsonl` | 80 | `d1d1` |")
                .contains("`e2e2`")
                .contains(
                        "by the chat template `chatml` (SHA-256 `c3c3`). Seed 3, products in float32, Poise 1.2 (abc).")
                .contains("```yaml\nmethod: preference\n");
        long rows = card.lines()
                .filter(row -> row.matches("\\| [1-9]\\d* \\| \\d\\S* \\| \\d\\S* \\|"))
                .count();
        assertThat(rows).as("thirty lines thinned").isEqualTo(10);
    }

    @Test
    void whatTheRunDoesNotKnowStaysOut() throws IOException {
        String card = card("models/base", "pairs.jsonl", List.of(), new LinkedHashMap<>());
        assertThat(card)
                .doesNotContain("base_model")
                .doesNotContain("datasets:")
                .doesNotContain("## Results")
                .doesNotContain("## Watched")
                .doesNotContain("## Curves")
                .contains("Tuned with Poise from `base`")
                .contains("No rows were held out: nothing here says how it does on others.");
    }

    @Test
    void onlyTheHubsOwnFoldersTellANameOnIt() {
        assertThat(ModelCard.onTheHub(Path.of("/c/hub/models--a--b-c/snapshots/1")))
                .contains("a/b-c");
        assertThat(ModelCard.onTheHub(Path.of("models--gpt2/snapshots/1"))).contains("gpt2");
        assertThat(ModelCard.onTheHub(Path.of("acme/tiny-chat"))).isEmpty();
    }
}

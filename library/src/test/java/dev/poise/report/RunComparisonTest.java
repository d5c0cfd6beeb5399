package dev.poise.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.poise.report.RunComparison.Difference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunComparisonTest {

    @TempDir
    private Path folder;

    @Test
    void whatDiffersIsToldWithWhereItBelongsAndWhatIsEqualIsNot() throws IOException {
        Path one = run("one", """
                method: preference
                objective:
                  - {type: dpo, weight: 1, beta: 0.1}
                train:
                  epochs: 1
                  learning_rate: 1e-6
                monitor:
                  alarms:
                    bend: {fall: 0.25, patience: 1}
                seed: 0
                output: runs/one
                """, "aaaabbbbccccdddd", "1.0");
        Path other = run("other", """
                method: preference
                objective:
                  - {type: dpo, weight: 1, beta: 0.1}
                  - {type: mle, weight: 0.2, mean: tokens}
                train:
                  epochs: 1
                  learning_rate: 2e-6
                monitor:
                  alarms:
                    bend: {fall: 0.5, patience: 1}
                seed: 0
                output: runs/other
                """, "eeeeffff00001111", "1.1");
        assertThat(RunComparison.of(List.of(one, other)).differences())
                .extracting(Difference::of, Difference::key, Difference::values)
                .containsExactly(
                        tuple("recipe", "train.learning_rate", List.of("1e-6", "2e-6")),
                        tuple(
                                "recipe",
                                "monitor.alarms.bend",
                                List.of("{fall: 0.25, patience: 1}", "{fall: 0.5, patience: 1}")),
                        tuple("recipe", "objective.1", List.of("-", "{type: mle, weight: 0.2, mean: tokens}")),
                        tuple(
                                "data",
                                "data",
                                List.of("p.jsonl (7 rows, aaaabbbbcccc)", "p.jsonl (7 rows, eeeeffff0000)")),
                        tuple(
                                "data",
                                "chat_templates",
                                List.of("model:default (aaaabbbbcccc)", "model:default (eeeeffff0000)")),
                        tuple("code", "poise", List.of("1.0", "1.1")));
    }

    /// Held-out numbers and monitors at their end, with a gap where a run has none, and what the runs told.
    @Test
    void whatCameOfItStandsSideBySide() throws IOException {
        Path one = run("one", "seed: 0\n", "aa", "1");
        Path other = run("other", "seed: 1\n", "aa", "1");
        Files.write(
                one.resolve("metrics.jsonl"),
                List.of(
                        "{\"step\":0,\"eval_loss\":0.7,\"monitor/margin\":0}",
                        "{\"step\":2,\"eval_loss\":0.5,\"monitor/margin\":3}",
                        "{\"step\":2,\"event\":\"alarm\",\"name\":\"bend\",\"since\":1,\"title\":\"Bend\",\"happened\":\"\","
                                + "\"meaning\":\"\",\"advice\":\"\"}"));
        Files.write(
                other.resolve("metrics.jsonl"),
                List.of("{\"step\":0,\"eval_loss\":0.8}", "{\"step\":2,\"eval_loss\":0.6}", "{\"step\":2,\"eval"));
        RunComparison comparison = RunComparison.of(List.of(one, other));
        assertThat(comparison.outcomes().getFirst())
                .isEqualTo(new RunComparison.Outcome("eval_loss", List.of(0.5, 0.6)));
        assertThat(comparison.outcomes().getLast().values()).containsExactly(3.0, null);
        assertThat(comparison.told().getFirst())
                .extracting(event -> event.name())
                .containsExactly("bend");
        assertThat(comparison.told().getLast()).isEmpty();
        assertThat(comparison.curves())
                .extracting(RunComparison.Overlay::metric)
                .containsExactly("eval_loss");
        assertThat(comparison.problems()).containsExactly("other: metrics.jsonl:3 is cut off; it is left out");
        assertThat(comparison.writeTo(folder.resolve("page.html")))
                .content()
                .contains("What differed")
                .contains("\"eval_loss\"");
    }

    @Test
    void refusesOneRunAndWhatIsNone() throws IOException {
        Path one = run("one", "seed: 0\n", "aa", "1");
        assertThatThrownBy(() -> RunComparison.of(List.of(one)))
                .hasMessage("a comparison needs at least two runs, got 1");
        assertThatThrownBy(() -> RunComparison.of(List.of(one, folder)))
                .hasMessage(folder + " must be a run directory, and holds no recipe.yaml");
    }

    private Path run(String name, String recipe, String hash, String version) throws IOException {
        Path run = Files.createDirectories(folder.resolve(name));
        Files.writeString(run.resolve("recipe.yaml"), recipe);
        Files.writeString(
                run.resolve("manifest.json"),
                "{\"poise\": \"" + version + "\", \"started\": \"" + name + "\", \"data\": [{\"file\": \"p.jsonl\","
                        + " \"sha256\": \"" + hash
                        + "\", \"rows\": 7}], \"chat_templates\": [{\"choice\": \"model:default\","
                        + " \"file\": \"" + name + "/chat_template.jinja\", \"sha256\": \"" + hash
                        + "\"}], \"monitoring\": {\"own_seconds\": 1"
                        + hash.length() + "}}");
        return run;
    }
}

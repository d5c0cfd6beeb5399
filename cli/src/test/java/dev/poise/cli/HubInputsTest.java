package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.hub.HubException;
import dev.poise.hub.HubSettings;
import dev.poise.run.Recipe;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Names of the hub where folders and files go. The cache is filled by hand, and nothing is asked of any server.
final class HubInputsTest {

    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path rows = Path.of("");

    @BeforeEach
    void fill() throws IOException {
        model = snapshot("models--org--tiny");
        Files.writeString(model.resolve("config.json"), "{}");
        Files.writeString(model.resolve("model.safetensors"), "weights");
        rows = snapshot("datasets--org--pairs");
        Files.writeString(rows.resolve("train.jsonl"), "{}");
        Files.writeString(rows.resolve("test.jsonl"), "{}");
    }

    private Path snapshot(String name) throws IOException {
        Path cached = folder.resolve("hub").resolve(name);
        Files.createDirectories(cached.resolve("refs"));
        Files.writeString(cached.resolve("refs/main"), COMMIT);
        return Files.createDirectories(cached.resolve("snapshots").resolve(COMMIT));
    }

    @Test
    void aFolderThatIsThereComesFirst() {
        assertThat(inputs().model(folder)).isEqualTo(folder);
        assertThat(inputs().model(Path.of("org/tiny"))).isEqualTo(model);
        assertThat(inputs().model(Path.of("hf:org/tiny@main"))).isEqualTo(model);
        assertThat(inputs().model(Path.of("no", "such", "folder"))).isEqualTo(Path.of("no", "such", "folder"));
        assertThat(inputs().rows(Path.of("org/pairs"))).containsExactly(Path.of("org/pairs"));
        assertThat(inputs().rows(Path.of("hf:org/pairs#test"))).containsExactly(rows.resolve("test.jsonl"));
    }

    @Test
    void saysThatAFolderMayHaveBeenMeant() {
        assertThatThrownBy(() -> inputs().model(Path.of("org/absent")))
                .isInstanceOf(HubException.class)
                .hasMessageStartingWith("org/absent is no folder here; model org/absent: is not in the cache");
    }

    @Test
    void findsEverythingThatARecipeNames() {
        Recipe recipe = inputs().located(Recipe.parse("r.yaml", """
                method: preference
                model: org/tiny
                reference: hf:org/tiny
                data: {train: [mine.jsonl, 'hf:org/pairs'], evaluate: 'hf:org/pairs#test'}
                objective: [{type: dpo, beta: 0.1}]
                output: o
                """, List.of()));
        assertThat(recipe.model()).isEqualTo(model);
        assertThat(recipe.reference()).isEqualTo(new Recipe.Reference.Directory(model));
        assertThat(recipe.data().train()).containsExactly(Path.of("mine.jsonl"), rows.resolve("train.jsonl"));
        assertThat(recipe.data().evaluate()).isEqualTo(new Recipe.HeldOut.File(rows.resolve("test.jsonl")));
    }

    @Test
    void findsTheRewardModelsOfARecipe() {
        Recipe recipe = inputs().located(Recipe.parse("r.yaml", """
                method: online
                model: org/tiny
                data: {train: 'hf:org/pairs#test'}
                objective: [{type: dpo, beta: 0.1}]
                online: {reward: ['length:words:shortest', '0.5*model:org/tiny']}
                output: o
                """, List.of()));
        assertThat(Objects.requireNonNull(recipe.online()).reward())
                .containsExactly("length:words:shortest", "0.5*model:" + model);
    }

    private HubInputs inputs() {
        return new HubInputs(
                CommandRun.silent(),
                home -> new HubSettings(
                        URI.create("http://localhost:1"), folder.resolve("hub"), Optional.empty(), true));
    }
}

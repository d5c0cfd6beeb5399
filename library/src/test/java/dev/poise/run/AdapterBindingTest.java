package dev.poise.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.run.Recipe.Adapter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AdapterBindingTest {

    private static final String REST = """
            method: preference
            model: m
            data: {train: p.jsonl}
            output: o
            objective: [{type: dpo, beta: 0.1}]
            """;

    @Test
    void isASectionADirectoryOrNone() {
        assertThat(bind("").adapter()).isEqualTo(new Adapter.None());
        assertThat(bind("adapter: none\n").adapter()).isEqualTo(new Adapter.None());
        assertThat(bind("adapter: runs/a/model\n").adapter()).isEqualTo(new Adapter.Directory(Path.of("runs/a/model")));
        assertThat(bind("adapter: {rank: 3, alpha: 7, rslora: true, targets: [q_proj, lm_head]}\n")
                        .adapter())
                .isEqualTo(new Adapter.Lora(3, 7, true, List.of("q_proj", "lm_head")));
        assertThat(bind("adapter: {targets: q_proj}\n").adapter())
                .isEqualTo(new Adapter.Lora(8, 16, false, List.of("q_proj")));
        assertThat(bind("adapter: {}\n").adapter()).isEqualTo(new Adapter.Lora(8, 16, false, List.of("all-linear")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "adapter: runs/a/model\n",
                "adapter: {rank: 3, alpha: 7.5, rslora: true, targets: [q_proj, lm_head]}\n",
                "adapter: {}\n"
            })
    void isWrittenAsItIsRead(String adapter) {
        Recipe recipe = bind(adapter);
        assertThat(Recipe.parse("again", recipe.toYaml(), List.of())).isEqualTo(recipe);
    }

    @Test
    void isSetFromTheCommandLine() {
        assertThat(Recipe.parse("r", REST, List.of(new RecipeOverride("adapter.rank", "5")))
                        .adapter())
                .isEqualTo(new Adapter.Lora(5, 16, false, List.of("all-linear")));
        assertThat(Recipe.parse("r", REST + "adapter: {rank: 5}\n", List.of(new RecipeOverride("adapter", "none")))
                        .adapter())
                .isEqualTo(new Adapter.None());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{rank: 0} | adapter.rank must be a whole number of at least 1, got 0",
                "{alpha: 0} | adapter.alpha must be a number above 0",
                "{targets: []} | adapter.targets must be all-linear, or the name of a linear layer",
                "{targets: [all-linear, q_proj]} | adapter.targets must be all-linear",
                "{type: dora} | adapter.type must be lora, got",
                "{dropout: 0.1} | adapter.dropout",
                "[1] | adapter must be none, the directory of an adapter, or a section such as"
            })
    void saysWhatIsWrong(String adapter, String message) {
        assertThatThrownBy(() -> bind("adapter: " + adapter + "\n"))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining(message);
    }

    private static Recipe bind(String adapter) {
        return Recipe.parse("r", REST + adapter, List.of());
    }
}

package dev.poise.run;

import static dev.poise.run.RecipeTest.flags;
import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.objective.Dpo;
import dev.poise.objective.Mixture.Term;
import dev.poise.objective.Mle;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RecipeOverrideTest {

    private static final String TEXT = """
            method: preference
            model: m
            data:
              train: d.jsonl
            objective:
              - {type: dpo, beta: 0.1}
            train:
            output: o
            """;

    @Test
    void setsWhatTheFileHasAndWhatItLacks() {
        Recipe recipe = parse("model", "other/model", "objective.0.beta", "0.2", "train.learning_rate", "5e-7");
        assertThat(recipe.model()).isEqualTo(Path.of("other/model"));
        assertThat(recipe.objective().terms()).containsExactly(new Term(new Dpo(0.2, 0), 1));
        assertThat(recipe.train().learningRate()).isEqualTo(5e-7);
        assertThat(recipe.output()).isEqualTo(Path.of("o"));
    }

    @Test
    void theFirstIndexPastTheEndAppends() {
        assertThat(parse("objective.1.type", "mle", "objective.1.weight", "0.5")
                        .objective()
                        .terms())
                .containsExactly(new Term(new Dpo(0.1, 0), 1), new Term(new Mle(), 0.5));
        assertThat(problems("objective.2.type", "mle"))
                .containsExactly(
                        "--objective.2.type must index the list with a number from 0 to 1, which appends, got 2");
        assertThat(problems("objective.first.type", "mle"))
                .containsExactly(
                        "--objective.first.type must index the list with a number from 0 to 1, which appends, got first");
    }

    @Test
    void listsAndSectionsAreWrittenInBrackets() {
        Recipe recipe = parse("data.train", "[a.jsonl, 'b c.jsonl']", "train", "{epochs: 2, threads: 3}");
        assertThat(recipe.data().train()).containsExactly(Path.of("a.jsonl"), Path.of("b c.jsonl"));
        assertThat(recipe.train().epochs()).isEqualTo(2);
        assertThat(recipe.train().threads()).isEqualTo(3);
        assertThat(problems("train", "{epochs: zwei}"))
                .containsExactly("--train train.epochs must be a number above 0, got \"zwei\"");
        assertThat(problems("data.train", "[a, {}]"))
                .containsExactly("--data.train data.train.1 must be a file or folder, got a section");
    }

    @Test
    void aListIsBuiltWhereTheFileHasNone() {
        Recipe recipe = Recipe.parse(
                "r.yaml",
                "method: preference",
                flags("model", "m", "data.train.0", "d", "objective.0.type", "dpo", "output", "o"));
        assertThat(recipe.data().train()).containsExactly(Path.of("d"));
        assertThat(recipe.objective().terms()).containsExactly(new Term(new Dpo(0.1, 0), 1));
    }

    @Test
    void textNeedsNoQuotes() {
        for (String path : List.of("a: b", "a #b", "*a", "&a", "- a", "@a", "!a", "%a", "C:\\a", "|", "a]", "a, b")) {
            assertThat(parse("model", path).model()).as(path).isEqualTo(Path.of(path));
        }
    }

    @Test
    void theLastOfSeveralHolds() {
        assertThat(parse("seed", "1", "seed", "2").seed()).isEqualTo(2);
    }

    @Test
    void whatCannotBeSetIsReportedAtTheFlag() {
        assertThat(problems("model.path", "x"))
                .containsExactly("--model.path must lead to a key, got \"m\" (at r.yaml:2:8) where path is looked for");
        assertThat(problems("train", "{epochs: 1").getFirst()).startsWith("--train must be YAML: ");
        assertThat(problems("model", ""))
                .containsExactly("--model must be given: a model directory, here or as --model");
        assertThat(problems("", "x").getFirst()).startsWith("-- is not a key");
    }

    private static Recipe parse(String... keysAndValues) {
        return Recipe.parse("r.yaml", TEXT, flags(keysAndValues));
    }

    private static List<String> problems(String... keysAndValues) {
        return RecipeProblemsTest.problemsOf(() -> parse(keysAndValues));
    }
}

package dev.poise.cli;

import dev.poise.gradient.ChesFilter;
import dev.poise.gradient.GradientJson;
import dev.poise.gradient.GradientMap;
import dev.poise.gradient.GradientPage;
import dev.poise.gradient.GradientStudy;
import dev.poise.gradient.Step.Optimiser;
import dev.poise.run.AtomicWrite;
import dev.poise.run.Problem;
import dev.poise.run.Recipe;
import dev.poise.run.RecipeException;
import dev.poise.run.RecipeOverride;
import dev.poise.tokenize.Tokenizer;
import dev.poise.train.Start;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `poise gradients`: what one step of a recipe would do to its pairs.
@Command(
        customSynopsis = "poise gradients [OPTIONS] RECIPE [--KEY VALUE]...",
        footer = {
            "",
            "Recipe and keys are those of poise train: --model DIR, --data.train FILE, --objective.0.beta 0.2. Where a"
                    + " recipe names neither model nor data, the maps of its objectives are all there is.",
            "",
            "Nothing is printed of the data's text; the page shows that of the pairs it looks at token by token. The"
                    + " meaning of every number is in docs/gradients.md."
        })
final class Gradients implements Callable<Integer> {

    /// Stands in for what a recipe must name and this verb does not read.
    private static final String UNUSED = "unused";

    private final Console console;

    @Option(names = "--limit", paramLabel = "N", description = "First so many rows only.")
    private @Nullable Long limit;

    @Option(names = "--learning-rate", paramLabel = "R", description = "Of the step (default: the recipe's).")
    private @Nullable String learningRate;

    @Option(
            names = "--optimiser",
            paramLabel = "NAME",
            defaultValue = "adamw",
            description = "Who takes the step: sgd, or adamw from rest (default: ${DEFAULT-VALUE}).")
    private Optimiser optimiser;

    @Option(names = "--no-check", description = "Takes no real steps: a third faster, nothing to compare with.")
    private boolean unchecked;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "10",
            description = "Pairs that are listed and looked at token by token (default: ${DEFAULT-VALUE}).")
    private int top;

    @Option(
            names = "--pair",
            paramLabel = "INDEX",
            description = "A row to look at token by token besides; repeatable.")
    private List<Integer> asked = new ArrayList<>();

    @Option(
            names = "--filter",
            paramLabel = "FILE",
            description = "Writes the data without its most alike pairs there.")
    private @Nullable Path filter;

    @Option(
            names = "--percentile",
            paramLabel = "P",
            defaultValue = "95",
            description = "Of length-normalised CHES, up to which --filter keeps pairs (default: ${DEFAULT-VALUE}).")
    private double percentile;

    @Option(names = "--output", paramLabel = "PAGE", description = "Writes a self-contained page there.")
    private @Nullable Path output;

    @Option(names = "--json", description = "Prints one JSON object a line: pairs, then their summary.")
    private boolean json;

    @Parameters(paramLabel = "RECIPE", arity = "0..*", description = "A recipe (YAML), and keys of it to set.")
    private List<String> words = new ArrayList<>();

    Gradients(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        requireOptions();
        RecipeArguments arguments = RecipeArguments.of(words);
        List<RecipeOverride> overrides = new ArrayList<>(arguments.overrides());
        overrides.add(new RecipeOverride("output", UNUSED));
        if (limit != null) {
            overrides.add(new RecipeOverride("data.limit", Long.toString(limit)));
        }
        if (learningRate != null) {
            overrides.add(new RecipeOverride("train.learning_rate", learningRate));
        }
        try {
            study(new RecipeArguments(arguments.recipe(), overrides).bind(HubInputs.of(console)));
        } catch (RecipeException e) {
            Set<String> lacking = e.problems().stream().map(Problem::key).collect(Collectors.toSet());
            if (!lacking.equals(Set.of("model", "data.train")) || filter != null) {
                throw e;
            }
            overrides.add(new RecipeOverride("model", UNUSED));
            overrides.add(new RecipeOverride("data.train", UNUSED));
            maps(new RecipeArguments(arguments.recipe(), overrides).bind(HubInputs.of(console)));
        }
        return 0;
    }

    private void requireOptions() {
        if (!(percentile > 0 && percentile <= 100)) {
            throw new UsageException("--percentile must be in (0, 100], got " + percentile);
        }
        if (top < 0) {
            throw new UsageException("--top must be at least 0, got " + top);
        }
        for (Path target : new Path[] {filter, output}) {
            Path folder = target == null ? null : target.toAbsolutePath().getParent();
            if (folder != null && !Files.isDirectory(folder)) {
                throw new UsageException(target + " must be in a folder that exists");
            }
        }
    }

    private void study(Recipe recipe) throws IOException {
        GradientStudy study;
        try (RunProgress progress = new RunProgress(console)) {
            GradientStudy.Question question =
                    new GradientStudy.Question(optimiser, !unchecked, output == null ? 0 : top, asked);
            study = GradientStudy.of(recipe, question, progress);
        }
        if (json) {
            study.pairs().forEach(pair -> console.result(GradientJson.of(pair).toString()));
            console.result(GradientJson.of(study.summary(), study.step()).toString());
        } else {
            new GradientsText(study, recipe.train().batchPairs(), top).lines().forEach(console::result);
        }
        if (filter != null) {
            ChesFilter kept = ChesFilter.of(study.pairs(), percentile);
            long written = kept.write(recipe.data().train(), filter);
            console.note(filter + ": " + written + " of " + study.pairs().size() + " pairs, CHES by length up to "
                    + kept.limit());
        }
        if (output != null) {
            try (Tokenizer tokenizer = Tokenizer.read(Start.files(recipe).tokens())) {
                write(GradientPage.of(title(recipe), facts(recipe, study), study, tokenizer::piece));
            }
        }
    }

    private void maps(Recipe recipe) throws IOException {
        List<GradientMap> maps = GradientStudy.maps(recipe);
        if (json) {
            maps.forEach(map -> console.result(GradientJson.of(map).toString()));
        } else {
            GradientsText.lines(maps).forEach(console::result);
        }
        if (output != null) {
            write(GradientPage.of("Gradient maps", List.of(objective(recipe)), maps));
        }
    }

    private void write(String page) throws IOException {
        Path target = Objects.requireNonNull(output);
        AtomicWrite.file(target, page.getBytes(StandardCharsets.UTF_8));
        console.note("page  " + target);
    }

    private static String title(Recipe recipe) {
        return "Gradients of " + recipe.model().toAbsolutePath().normalize().getFileName();
    }

    private List<List<String>> facts(Recipe recipe, GradientStudy study) {
        Recipe.Train train = recipe.train();
        return List.of(
                objective(recipe),
                List.of("model", Start.files(recipe).newest().toString()),
                List.of(
                        "reference",
                        switch (recipe.reference()) {
                            case Recipe.Reference.None _ -> "none";
                            case Recipe.Reference.Initial _ -> "the model itself";
                            case Recipe.Reference.Directory(Path other) -> other.toString();
                        }),
                List.of(
                        "data",
                        recipe.data().train().stream().map(Path::toString).collect(Collectors.joining(", "))),
                List.of("pairs", Integer.toString(study.pairs().size())),
                List.of("step", study.step().optimiser() == Optimiser.SGD ? "gradient descent" : "AdamW from rest"),
                List.of("learning rate", Double.toString(study.step().learningRate())),
                List.of("pairs a batch", Integer.toString(train.batchPairs())),
                List.of("precision", train.precision().name().toLowerCase(Locale.ROOT)),
                List.of("clip norm", Double.toString(train.clipNorm())));
    }

    private static List<String> objective(Recipe recipe) {
        return List.of("objective", String.join(", ", recipe.objectives()));
    }
}

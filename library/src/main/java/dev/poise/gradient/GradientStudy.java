package dev.poise.gradient;

import dev.poise.data.DataException;
import dev.poise.data.Encoder;
import dev.poise.gradient.Step.Optimiser;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.model.ModelFiles;
import dev.poise.objective.Mixture;
import dev.poise.objective.Need;
import dev.poise.run.Recipe;
import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Torch;
import dev.poise.train.AdamW;
import dev.poise.train.Fitting;
import dev.poise.train.Likelihoods;
import dev.poise.train.Progress;
import dev.poise.train.Start;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/// What one step of a recipe does to its model and data.
///
/// @param step the step that was forecast
/// @param pairs of all rows that are pairs, in their order
/// @param summary over all of them
/// @param tokens of the pairs that were asked for and of those whose chosen answer falls deepest
/// @param maps of the objective and its terms
public record GradientStudy(
        Step step, List<PairForecast> pairs, Summary summary, List<TokenMoves> tokens, List<GradientMap> maps) {

    /// Cells of a map in each direction.
    private static final int CELLS = 40;

    /// Models whose weights take no more than this have operations too small for several cores: threads take a batch
    /// each instead.
    private static final long SMALL_BYTES = 64L << 20;

    /// What is asked beyond the recipe.
    ///
    /// @param optimiser who takes the step
    /// @param check whether steps are taken to see
    /// @param deepest how many pairs are looked at token by token, those whose chosen answer falls deepest first
    /// @param asked indices of rows that are looked at token by token besides
    public record Question(Optimiser optimiser, boolean check, int deepest, List<Integer> asked) {}

    /// Looks at what a recipe names: its model, reference, data, objective, learning rate and batch.
    ///
    /// @throws IllegalArgumentException when the recipe's parts do not fit each other
    /// @throws DataException when there is no pair to look at
    public static GradientStudy of(Recipe recipe, Question question, Progress progress) {
        requirePairs(recipe);
        Torch.start(recipe.train().threads());
        ModelFiles files = Start.files(recipe);
        try (Tokenizer tokenizer = Tokenizer.read(files.tokens())) {
            Fitting.require(recipe, files.newest(), ModelDirectory.architecture(files), tokenizer);
            Fitting.requireAdapter(recipe, files.newest(), ModelDirectory.architecture(files));
            Encoder encoder = new Encoder(
                    tokenizer,
                    ChatTemplate.chosen(
                            recipe.data().chatTemplate(),
                            files.tokens(),
                            tokenizer,
                            LocalDateTime.now(ZoneId.systemDefault())),
                    recipe.train().maxTokens(),
                    recipe.data().tooLong());
            PairData data = PairData.read(recipe, encoder, progress);
            requireAsked(question.asked(), data);
            try (Decoder policy = Start.policy(recipe)) {
                List<PairRow> rows = data.rows(reference(recipe, tokenizer, data, progress));
                return study(recipe, question, policy, rows, progress);
            }
        }
    }

    private static GradientStudy study(
            Recipe recipe, Question question, Decoder policy, List<PairRow> rows, Progress progress) {
        Step step = step(recipe, question.optimiser());
        List<PairForecast> pairs =
                analyse(recipe, question, policy, rows, counting(progress, "gradients", rows.size()));
        List<PairRow> looked = looked(question, pairs, rows);
        List<TokenMoves> tokens = new ArrayList<>();
        try (TokenAnalysis analysis = new TokenAnalysis(policy, recipe.objective(), step, question.check())) {
            looked.forEach(row -> tokens.add(analysis.of(row)));
        }
        return new GradientStudy(step, pairs, Summary.of(pairs, question.optimiser()), tokens, maps(recipe));
    }

    private static List<PairForecast> analyse(
            Recipe recipe, Question question, Decoder policy, List<PairRow> rows, IntConsumer counting) {
        Recipe.Train train = recipe.train();
        GradientAnalysis.Settings settings =
                new GradientAnalysis.Settings(step(recipe, question.optimiser()), train.batchPairs(), question.check());
        int threads = Torch.start(train.threads());
        int batches = Math.ceilDiv(rows.size(), train.batchPairs());
        if (threads > 1 && batches > 1 && policy.weights().values().nbytes() <= SMALL_BYTES) {
            Torch.start(1);
            return new SharedAnalysis(
                            () -> Start.policy(recipe), recipe.objective(), settings, Math.min(threads, batches))
                    .of(rows, counting);
        }
        try (GradientAnalysis analysis = new GradientAnalysis(policy, recipe.objective(), settings)) {
            return analysis.of(rows, counting);
        }
    }

    /// Maps of the recipe's objective and, where it has several terms, of each of them. Needs no model.
    public static List<GradientMap> maps(Recipe recipe) {
        requirePairs(recipe);
        List<GradientMap> maps = new ArrayList<>();
        List<String> names = recipe.objectives();
        List<Mixture.Term> terms = recipe.objective().terms();
        if (terms.size() > 1) {
            maps.add(GradientMap.of("all together", recipe.objective(), CELLS));
        }
        for (int i = 0; i < terms.size(); i++) {
            maps.add(GradientMap.of(names.get(i), new Mixture(List.of(terms.get(i))), CELLS));
        }
        return maps;
    }

    private static Step step(Recipe recipe, Optimiser optimiser) {
        Recipe.Train train = recipe.train();
        return new Step(
                optimiser,
                train.learningRate(),
                new AdamW.Settings(train.adamBeta1(), train.adamBeta2(), train.adamEpsilon(), train.weightDecay()),
                train.clipNorm());
    }

    private static List<PairRow> looked(Question question, List<PairForecast> pairs, List<PairRow> rows) {
        Set<Integer> indices = new LinkedHashSet<>(question.asked());
        Summary.byDisplacement(pairs, question.optimiser()).stream()
                .limit(question.deepest())
                .forEach(pair -> indices.add(pair.index()));
        return indices.stream()
                .map(index -> rows.stream()
                        .filter(row -> row.index() == index)
                        .findFirst()
                        .orElseThrow())
                .toList();
    }

    private static IntFunction<PairRow.Reference> reference(
            Recipe recipe, Tokenizer tokenizer, PairData data, Progress progress) {
        if (!recipe.objective().needsReference()) {
            return pair -> new PairRow.Reference.None();
        }
        return switch (recipe.reference()) {
            case Recipe.Reference.None _ -> pair -> new PairRow.Reference.None();
            case Recipe.Reference.Initial _ -> pair -> new PairRow.Reference.Policy();
            case Recipe.Reference.Directory(Path other) -> {
                Fitting.require(recipe, other, ModelDirectory.architecture(other), tokenizer);
                try (Decoder decoder = ModelDirectory.read(other, recipe.train().precision(), false)) {
                    double[][][] known = Likelihoods.byToken(
                            decoder,
                            data.pairs(),
                            recipe.train().microBatchTokens(),
                            counting(progress, "reference", data.pairs().size()));
                    yield pair -> new PairRow.Reference.Known(known[pair][0], known[pair][1]);
                }
            }
        };
    }

    private static IntConsumer counting(Progress progress, String stage, int total) {
        return done -> progress.advanced(stage, done, total, new LinkedHashMap<>());
    }

    private static void requirePairs(Recipe recipe) {
        if (recipe.method() != Recipe.Method.PREFERENCE) {
            throw new IllegalArgumentException("method must be preference, since gradients of pairs are compared, got "
                    + recipe.method().name().toLowerCase(Locale.ROOT));
        }
        if (recipe.objective().needs().contains(Need.PROMPTS)) {
            throw new IllegalArgumentException("objective must read answers only, since a step on prompts is not "
                    + "forecast, got one that reads prompts: " + String.join(", ", recipe.objectives()));
        }
        requireNoSpread(recipe);
    }

    /// What is no push on a token's log-probability is not forecast either.
    private static void requireNoSpread(Recipe recipe) {
        if (recipe.objective().needs().contains(Need.SPREAD)) {
            throw new IllegalArgumentException("objective must push on log-probabilities only, got one with a spread"
                    + " term: " + String.join(", ", recipe.objectives()));
        }
    }

    private static void requireAsked(List<Integer> asked, PairData data) {
        for (int index : asked) {
            if (!data.indices().contains(index)) {
                throw new IllegalArgumentException(
                        "the pair asked for must be the index of a row that was read and encoded, got " + index);
            }
        }
    }
}

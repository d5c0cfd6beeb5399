package dev.poise.experiment;

import dev.poise.evaluate.Estimate;
import dev.poise.evaluate.WinRate;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.oracle.Candidates;
import dev.poise.oracle.PairBuilder;
import dev.poise.oracle.Reward;
import dev.poise.oracle.ScoredPair;
import dev.poise.run.Recipe;
import dev.poise.run.RecipeOverride;
import dev.poise.run.Results;
import dev.poise.run.RunDirectory;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sampler;
import dev.poise.sample.TextSample;
import dev.poise.sample.TextSampler;
import dev.poise.tokenize.SequenceTokenizer;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Precision;
import dev.poise.torch.Torch;
import dev.poise.train.Progress;
import dev.poise.train.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/// The main job on an embedded default: a tiny decoder learns a made-up language, then to prefer cheerful answers.
///
/// First a fresh decoder is trained on generated texts, half of whose moods are cheerful and half gloomy. It answers
/// prompts several times, and the ground truth, which counts cheerful words, makes a pair of the best and the worst
/// answer. DPO with a likelihood term on the chosen answers tunes the decoder on the pairs: DPO alone takes
/// probability from chosen answers too, and its answers cease to be sentences of the language. In the end both
/// decoders answer prompts that neither saw, and the ground truth says how often the tuned one's answer is better.
public final class Quickstart {

    private static final int DEMONSTRATIONS = 1200;
    private static final int PAIR_PROMPTS = 500;
    private static final int SAMPLES_A_PROMPT = 6;
    private static final int TEST_PROMPTS = 300;
    private static final int MAX_NEW_TOKENS = 32;
    private static final int BATCH = 250;

    private static final String SUPERVISED = """
            method: supervised
            train: {epochs: 5, batch_pairs: 32, max_tokens: 64, learning_rate: 4e-3, schedule: cosine, warmup_steps: 20}
            log: {every: 5}
            data: {evaluate: 0.05}
            checkpoint: {every: 0, keep: 1}
            """;

    private static final String PREFERENCE = """
            method: preference
            objective: [{type: dpo, beta: 0.5}, {type: mle, weight: 4.0}]
            train: {epochs: 4, batch_pairs: 32, max_tokens: 64, learning_rate: 1e-3, schedule: linear, warmup_steps: 5}
            log: {every: 1}
            evaluate: {every: 10}
            data: {evaluate: 0.1}
            sample: {every: 20, prompts: 6, max_new_tokens: 32, temperature: 1.0}
            checkpoint: {every: 0, keep: 1}
            """;

    private final Path folder;
    private final long seed;
    private final Progress progress;

    private Quickstart(Path folder, long seed, Progress progress) {
        this.folder = folder;
        this.seed = seed;
        this.progress = progress;
    }

    /// What the quickstart found.
    ///
    /// @param run the preference run's directory
    /// @param winRate how often the tuned decoder's answer is the more cheerful one, ties half
    public record Outcome(Path run, Estimate winRate) {}

    /// Runs everything in a folder that does not exist yet, or is empty.
    public static Outcome run(Path folder, long seed, Progress progress) throws IOException {
        Torch.start(0);
        return new Quickstart(folder, seed, progress).run();
    }

    private Outcome run() throws IOException {
        TinyWorld world = new TinyWorld(seed);
        List<String> prompts = world.prompts(DEMONSTRATIONS + PAIR_PROMPTS + TEST_PROMPTS);
        Path data = Files.createDirectories(folder.resolve("data"));

        progress.note("1/4  a fresh decoder learns the language of " + DEMONSTRATIONS + " generated stories");
        Path demonstrations = data.resolve("stories.jsonl");
        write(
                demonstrations,
                prompts.subList(0, DEMONSTRATIONS).stream().map(world::story).toList());
        Path fresh = folder.resolve("fresh");
        TinyModel.write(fresh, TinyWorld.words(), seed);
        Path start = tune(SUPERVISED, fresh, demonstrations, "supervised");

        progress.note("2/4  it answers " + PAIR_PROMPTS + " prompts " + SAMPLES_A_PROMPT
                + " times; cheerful answers are preferred");
        Path pairs = data.resolve("pairs.jsonl");
        PairBuilder.Result built = pairs(start, prompts.subList(DEMONSTRATIONS, DEMONSTRATIONS + PAIR_PROMPTS));
        write(pairs, built.pairs().stream().map(Quickstart::row).toList());
        progress.note(built.counts().pairs() + " pairs of " + built.counts().prompts() + " prompts; "
                + built.counts().equal() + " without a difference");

        progress.note("3/4  DPO and a likelihood term tune it on the pairs");
        Path tuned = tune(PREFERENCE, start, pairs, "preference");

        progress.note("4/4  both answer " + TEST_PROMPTS + " prompts that neither saw");
        return compare(start, tuned, prompts.subList(DEMONSTRATIONS + PAIR_PROMPTS, prompts.size()));
    }

    private Path tune(String recipe, Path model, Path data, String name) throws IOException {
        Recipe bound = Recipe.parse(
                "quickstart " + name,
                recipe,
                List.of(
                        new RecipeOverride("model", model.toString()),
                        new RecipeOverride("data.train", data.toString()),
                        new RecipeOverride("output", folder.resolve(name).toString()),
                        new RecipeOverride("seed", Long.toString(seed))));
        return Training.run(bound, false, progress).model();
    }

    private PairBuilder.Result pairs(Path model, List<String> prompts) {
        List<List<String>> answers = answers(model, prompts, SAMPLES_A_PROMPT, seed + 1);
        List<Candidates> candidates = Candidates.scored(TinyWorld.cheerfulness(), prompts, answers);
        return new PairBuilder.BestWorst()
                .build(candidates.stream().map(Candidates::withoutBlank).toList());
    }

    private Outcome compare(Path start, Path tuned, List<String> prompts) throws IOException {
        List<String> before = answers(start, prompts, seed + 2);
        List<String> after = answers(tuned, prompts, seed + 3);
        Reward truth = TinyWorld.cheerfulness();
        double[] rewardBefore = truth.scoreAll(prompts, before);
        double[] rewardAfter = truth.scoreAll(prompts, after);
        Estimate winRate = WinRate.paired(rewardAfter, rewardBefore).toEstimate("win rate against the start");
        RunDirectory run = new RunDirectory(folder.resolve("preference"));
        List<Results.Figure> figures = Stream.of(
                        winRate,
                        Estimate.mean("cheerfulness before", "share", rewardBefore),
                        Estimate.mean("cheerfulness after", "share", rewardAfter),
                        wellFormed("well-formed before", before),
                        wellFormed("well-formed after", after))
                .map(Quickstart::figure)
                .toList();
        new Results(
                        "Quickstart: a tiny decoder learns to be cheerful",
                        List.of(new Results.Table("ground truth on prompts that neither decoder saw", figures)),
                        List.of("Ground truth: the share of cheerful words less that of gloomy ones. Well-formed: an"
                                + " answer is in the generated language, which tuning should not break."))
                .writeTo(run.results());
        return new Outcome(folder.resolve("preference"), winRate);
    }

    private static Estimate wellFormed(String name, List<String> answers) {
        return Estimate.proportion(
                name, answers.stream().filter(TinyWorld::isWellFormed).count(), answers.size());
    }

    private static Results.Figure figure(Estimate estimate) {
        return new Results.Figure(
                estimate.name(),
                estimate.value(),
                estimate.interval().low(),
                estimate.interval().high(),
                estimate.n(),
                estimate.unit());
    }

    private static List<String> answers(Path model, List<String> prompts, long seed) {
        return answers(model, prompts, 1, seed).stream().map(List::getFirst).toList();
    }

    private static List<List<String>> answers(Path model, List<String> prompts, int each, long seed) {
        try (Decoder decoder = ModelDirectory.read(model, Precision.FLOAT32, false);
                Tokenizer tokenizer = Tokenizer.read(model)) {
            SequenceTokenizer sequences = new SequenceTokenizer(tokenizer);
            List<int[]> ids = prompts.stream().map(sequences::encode).toList();
            Sampler sampler = new Sampler(decoder, tokenizer.specialTokens().stop(), BATCH);
            Decoding decoding = Decoding.random(MAX_NEW_TOKENS, seed);
            return new TextSampler(sampler, tokenizer)
                    .sample(ids, each, decoding, count -> {}).stream()
                            .map(answers ->
                                    answers.stream().map(TextSample::text).toList())
                            .toList();
        }
    }

    private record Row(String prompt, String chosen, String rejected) {}

    private static Row row(ScoredPair pair) {
        return new Row(pair.prompt(), pair.chosen(), pair.rejected());
    }

    private static void write(Path file, List<?> rows) throws IOException {
        List<String> lines =
                rows.stream().map(JsonMapper.shared()::writeValueAsString).toList();
        Files.write(file, lines);
    }
}

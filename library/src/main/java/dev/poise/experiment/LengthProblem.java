package dev.poise.experiment;

import dev.poise.bandit.LengthGoal;
import dev.poise.evaluate.Estimate;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.oracle.Reward;
import dev.poise.parallel.Cores;
import dev.poise.run.MetricLine;
import dev.poise.run.Metrics;
import dev.poise.run.Recipe;
import dev.poise.run.RecipeOverride;
import dev.poise.run.RunDirectory;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sample;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The length problems of arXiv 2404.14367 on real text: a decoder that writes stories learns to end them sooner, or at
/// their usual length, in five ways, from a reward model that was itself learnt from pairs.
///
/// A prompt is a story of the decoder's own without its last 16 to 80 tokens, so that endings come within the 96 tokens
/// of a completion, and a dash: without one nothing would tell a reward model where the completion begins, and so how
/// long it is. For every goal and seed, pairs of completions are drawn from the decoder and labelled by the truth,
/// for [LengthGoal#SKEW] cut behind ⌊e⌋ tokens, e exponential of mean 12, and ended there. A reward model learns from
/// them; on-policy ways are rewarded by it, offline ones learn from labels: for `SKEW` of those pairs, else of
/// completions drawn by the decoder as they were. What comes out is measured by the truth, on prompts that nobody
/// learnt from.
///
/// Everything is a run of method `online` or `reward`, one thread each, in folders of its own.
public final class LengthProblem {

    private static final int MAX_NEW_TOKENS = 96;
    private static final int STORY_TOKENS = 400;
    private static final int LEAST_CUT = 16;
    private static final int MOST_CUT = 80;
    private static final String DASH = " --";
    private static final double SKEW_MEAN = 12;
    private static final int PAIRS_A_PROMPT = 2;
    private static final int BATCH = 64;
    private static final long STORIES = 0x73746f72696573L; // keeps prompts the same whatever the seeds are

    /// How a policy is tuned.
    public enum Way {
        /// DPO on its own completions.
        ON_POLICY_DPO("[{type: dpo, beta: 0.1}]", true),
        /// REINFORCE with the mean of the prompt's other completions as baseline.
        RLOO("[{type: rloo}]", true),
        /// Reward-weighted regression on its own completions.
        RWR("[{type: rwr, beta: 1}]", true),
        /// DPO on completions of the decoder as it was.
        OFFLINE_DPO("[{type: dpo, beta: 0.1}]", false),
        /// Likelihood of the better one of the same.
        PREF_FT("[{type: mle, mean: sequence_sums}]", false);

        private final String objective;
        private final boolean onPolicy;

        Way(String objective, boolean onPolicy) {
            this.objective = objective;
            this.onPolicy = onPolicy;
        }

        /// Whether it learns from its own completions.
        public boolean onPolicy() {
            return onPolicy;
        }
    }

    /// How much is done.
    ///
    /// @param prompts that are learnt from, at least `promptsAStep`
    /// @param tests prompts that are only measured on, at least 2
    /// @param steps optimiser steps
    /// @param promptsAStep with four completions on-policy, two offline, each
    /// @param learningRate of AdamW, the same for all
    /// @param learned whether on-policy ways are rewarded by a reward model; else by the truth
    public record Scale(int prompts, int tests, int steps, int promptsAStep, double learningRate, boolean learned) {

        /// What takes minutes.
        public static final Scale USUAL = new Scale(256, 64, 100, 8, 1e-4, true);

        public Scale {
            if (promptsAStep < 1 || prompts < promptsAStep || tests < 2 || steps < 1 || !(learningRate > 0)) {
                throw new IllegalArgumentException("prompts must be at least those of a step, these and steps at least"
                        + " 1, tests at least 2 and the learning rate above 0, got " + prompts + ", " + promptsAStep
                        + ", " + steps + ", " + tests + " and " + learningRate);
            }
        }
    }

    /// A policy's answers to the test prompts, one each.
    ///
    /// @param gold what they are truly worth, in tokens: minus the length, or minus its distance to the usual one
    /// @param length tokens, the ending one included
    /// @param ended share that the policy ended itself
    public record Answers(Estimate gold, Estimate length, Estimate ended) {}

    /// One policy, tuned.
    ///
    /// @param steps where lengths were measured on the way, with those of the start and the end
    /// @param lengths mean length of answers to the test prompts there, tokens
    /// @param before the decoder's answers
    /// @param after the policy's answers
    /// @param rewardCalls completions scored on the way
    /// @param tokensPerSecond of drawing and scoring, over rounds; NaN where the policy drew none
    /// @param samplingShare of the run's time that rounds took to draw, score and measure
    /// @param seconds that the run took
    public record Run(
            LengthGoal goal,
            Way way,
            long seed,
            List<Integer> steps,
            List<Double> lengths,
            Answers before,
            Answers after,
            long rewardCalls,
            double tokensPerSecond,
            double samplingShare,
            double seconds) {}

    /// What came out.
    ///
    /// @param usual the median length of the decoder's own completions that end, tokens
    /// @param runs by goal, seed and way
    /// @param accuracies of reward models on pairs that they did not learn from, by goal and seed; empty for the
    ///     truth
    public record Outcome(int usual, List<Run> runs, List<Double> accuracies) {

        /// Mean over seeds of what a way's answers are truly worth at the end, with its interval.
        ///
        /// @throws IllegalArgumentException with fewer than two seeds
        public Estimate gold(LengthGoal goal, Way way) {
            return Estimate.mean(
                    "gold reward",
                    "tokens",
                    runs.stream()
                            .filter(run -> run.goal() == goal && run.way() == way)
                            .mapToDouble(run -> run.after().gold().value())
                            .toArray());
        }
    }

    private final Path model;
    private final Path folder;
    private final Scale scale;
    private final Progress progress;
    private final AtomicLong done = new AtomicLong();
    private long total;

    private LengthProblem(Path model, Path folder, Scale scale, Progress progress) {
        this.model = model;
        this.folder = folder;
        this.scale = scale;
        this.progress = progress;
    }

    /// Runs goals, ways and seeds, as many at once as there are cores, one core each.
    ///
    /// @param model a decoder that writes stories and ends them, in the Hugging Face layout
    /// @param folder where runs are written; must not exist yet, or be empty
    /// @param seeds of pairs, draws and order
    public static Outcome run(
            Path model,
            Path folder,
            List<LengthGoal> goals,
            List<Way> ways,
            List<Long> seeds,
            Scale scale,
            Progress progress)
            throws IOException {
        int workers = Torch.start(0);
        Torch.start(1);
        return new LengthProblem(model, folder, scale, progress).run(goals, ways, seeds, workers);
    }

    /// Prompts and what the decoder makes of them.
    private record Ground(List<String> prompts, List<String> tests, int usual, Answers before) {}

    private Outcome run(List<LengthGoal> goals, List<Way> ways, List<Long> seeds, int workers) throws IOException {
        total = (long) goals.size() * seeds.size() * ways.size();
        Files.createDirectories(folder);
        progress.note("stories are drawn and cut");
        List<String> stories = stories(scale.prompts() + scale.tests());
        List<String> prompts = stories.subList(0, scale.prompts());
        List<String> tests = stories.subList(scale.prompts(), stories.size());
        Path promptFile = folder.resolve("prompts.jsonl");
        Files.write(promptFile, prompts.stream().map(LengthProblem::row).toList());
        Files.write(
                folder.resolve("tests.jsonl"),
                tests.stream().map(LengthProblem::row).toList());
        int usual = usual(prompts);
        progress.note("the decoder's usual length is " + usual + " tokens");
        List<Run> runs = new ArrayList<>();
        List<Double> accuracies = new ArrayList<>();
        record Tuning(Way way, long seed) {}
        List<Tuning> tunings = seeds.stream()
                .flatMap(seed -> ways.stream().map(way -> new Tuning(way, seed)))
                .toList();
        for (LengthGoal goal : goals) {
            Ground ground = new Ground(prompts, tests, usual, answers(model, tests, goal, usual));
            Cores.map(workers, seeds, seed -> judge(ground, goal, seed), accuracy -> {})
                    .forEach(accuracy -> accuracy.ifPresent(accuracies::add));
            runs.addAll(Cores.map(workers, tunings, one -> tuned(ground, goal, one.way(), one.seed()), run -> {}));
        }
        return new Outcome(usual, List.copyOf(runs), List.copyOf(accuracies));
    }

    /// Different stories of the decoder's own without their ends.
    private List<String> stories(int count) {
        try (Tokenizer tokenizer = Tokenizer.read(model);
                Decoder decoder = ModelDirectory.read(model, Precision.FLOAT32, false)) {
            int[] opening = new SequenceTokenizer(tokenizer).encode("");
            Sampler sampler = new Sampler(decoder, tokenizer.specialTokens().stop(), BATCH);
            SplittableRandom random = new SplittableRandom(STORIES);
            List<String> stories = new ArrayList<>();
            for (int draw = 0; stories.size() < count; draw++) {
                if (draw > 4 + count / 4) {
                    throw new IllegalStateException(model + ": must end its stories within " + STORY_TOKENS
                            + " tokens, got " + stories.size() + " of " + draw * BATCH + " that do");
                }
                Decoding decoding = Decoding.random(STORY_TOKENS, STORIES + draw);
                for (Sample sample : sampler.sample(Collections.nCopies(BATCH, opening), decoding)) {
                    int kept = sample.tokens().length - random.nextInt(LEAST_CUT, MOST_CUT + 1);
                    if (sample.ended() && kept >= LEAST_CUT && stories.size() < count) {
                        stories.add(tokenizer.decode(Arrays.copyOf(sample.tokens(), kept), true) + DASH);
                    }
                }
            }
            return List.copyOf(stories);
        }
    }

    /// The median length of completions that ended. It stands for the most common one, since endings come about as
    /// often at one place as at another.
    private int usual(List<String> prompts) {
        int[] lengths = drawn(model, prompts, STORIES).stream()
                .filter(one -> one.sample().ended())
                .mapToInt(one -> one.sample().tokens().length)
                .sorted()
                .toArray();
        if (lengths.length == 0) {
            throw new IllegalStateException(model + ": must end some of its stories within " + MAX_NEW_TOKENS
                    + " tokens behind their cut, got none of " + prompts.size());
        }
        return lengths[lengths.length / 2];
    }

    /// The truth as a reward of texts: their tokens, read again.
    private static Reward truth(LengthGoal goal, int usual, Tokenizer tokenizer) {
        return (prompt, completion) -> goal.worth(tokenizer.encode(completion, false).length, usual);
    }

    private Path home(LengthGoal goal, long seed) {
        return folder.resolve(goal.word() + "-" + seed);
    }

    /// Draws labelled pairs and, where rewards are learnt, a reward model.
    ///
    /// @return its accuracy on held-out pairs
    private OptionalDouble judge(Ground ground, LengthGoal goal, long seed) throws IOException {
        Path home = Files.createDirectories(home(goal, seed));
        Path pairs = home.resolve("pairs.jsonl");
        try (Tokenizer tokenizer = Tokenizer.read(model)) {
            Files.write(pairs, pairs(ground, goal, seed, tokenizer));
        }
        if (!scale.learned()) {
            return OptionalDouble.empty();
        }
        Training.Outcome outcome = Training.run(
                recipe("method: reward", """
                        objective: [{type: bradley_terry, centring: 0.01}]
                        data: {evaluate: 0.1, too_long: drop}
                        train: {epochs: 3, batch_pairs: 16, learning_rate: 1e-3, warmup_steps: 5, threads: 1,
                          max_tokens: 512}
                        checkpoint: {every: 0, keep: 1}
                        """, pairs, home.resolve("judge"), seed), false, Progress.silent());
        return OptionalDouble.of(outcome.evaluation().getOrDefault("eval_accuracy", Double.NaN));
    }

    private List<String> pairs(Ground ground, LengthGoal goal, long seed, Tokenizer tokenizer) {
        Reward truth = truth(goal, ground.usual(), tokenizer);
        SplittableRandom random = new SplittableRandom(seed);
        List<String> prompts = ground.prompts().stream()
                .flatMap(prompt -> Collections.nCopies(2 * PAIRS_A_PROMPT, prompt).stream())
                .toList();
        List<TextSample> drawn = drawn(model, prompts, seed);
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i += 2) {
            String one = answer(goal, drawn.get(i), tokenizer, random);
            String other = answer(goal, drawn.get(i + 1), tokenizer, random);
            double lead = truth.score("", one) - truth.score("", other);
            if (lead != 0 && !one.isBlank() && !other.isBlank()) {
                ObjectNode row = JsonMapper.shared().createObjectNode();
                row.put("prompt", prompts.get(i));
                row.put("chosen", lead > 0 ? one : other).put("rejected", lead > 0 ? other : one);
                rows.add(row.toString());
            }
        }
        return rows;
    }

    private static String answer(LengthGoal goal, TextSample sample, Tokenizer tokenizer, SplittableRandom random) {
        int cut = 1 + (int) (-SKEW_MEAN * Math.log(1 - random.nextDouble()));
        int[] tokens = sample.sample().tokens();
        return switch (goal) {
            case MIN, MODE -> sample.text();
            case SKEW -> tokenizer.decode(Arrays.copyOf(tokens, Math.min(cut, tokens.length)), true);
        };
    }

    private Run tuned(Ground ground, LengthGoal goal, Way way, long seed) throws IOException {
        long began = System.nanoTime();
        Path home = home(goal, seed);
        Path output = home.resolve(way.name().toLowerCase(Locale.ROOT));
        boolean ofPairs = !way.onPolicy && goal == LengthGoal.SKEW;
        String samples = way.onPolicy
                ? "{policy: 4, reference: 0, data: 0}"
                : ofPairs ? "{policy: 0, reference: 0, data: 2}" : "{policy: 0, reference: 2, data: 0}";
        boolean judged = way.onPolicy && scale.learned();
        String reward = judged ? "model:" + home.resolve("judge/model") : "length:tokens:shortest";
        Recipe recipe = recipe(
                "method: online",
                """
                objective: %s
                data: {evaluate: %s}
                online: {reward: %s, prompts: %d, samples: %s, max_new_tokens: %d}
                train: {max_steps: %d, batch_pairs: %d, learning_rate: %s, schedule: constant, threads: 1,
                  max_tokens: 512}
                evaluate: {every: 25}
                checkpoint: {every: 0, keep: 1, best: none}
                monitor: {every: 0}
                log: {every: 5}
                """.formatted(
                                way.objective,
                                quoted(folder.resolve("tests.jsonl").toString()),
                                quoted(reward),
                                scale.promptsAStep(),
                                samples,
                                MAX_NEW_TOKENS,
                                scale.steps(),
                                scale.promptsAStep(),
                                scale.learningRate()),
                ofPairs ? home.resolve("pairs.jsonl") : folder.resolve("prompts.jsonl"),
                output,
                seed);
        try (Tokenizer tokenizer = Tokenizer.read(model)) {
            Reward truth = truth(goal, ground.usual(), tokenizer);
            Training.Outcome outcome = Training.run(recipe, false, Progress.silent(), judged ? null : truth);
            double seconds = (System.nanoTime() - began) / 1e9;
            Answers after = answers(outcome.model(), ground.tests(), goal, ground.usual());
            Run run = run(goal, way, seed, output, ground.before(), after, seconds);
            synchronized (progress) {
                progress.advanced(
                        "runs",
                        done.incrementAndGet(),
                        total,
                        new LinkedHashMap<>(Map.of("gold", after.gold().value())));
            }
            return run;
        }
    }

    private Run run(LengthGoal goal, Way way, long seed, Path output, Answers before, Answers after, double seconds)
            throws IOException {
        List<MetricLine> lines = Metrics.read(new RunDirectory(output).metrics());
        List<Integer> steps = new ArrayList<>(List.of(0));
        List<Double> lengths = new ArrayList<>(List.of(before.length().value()));
        for (MetricLine line : lines) {
            line.number("eval_length").ifPresent(length -> {
                steps.add((int) line.step());
                lengths.add(length);
            });
        }
        return new Run(
                goal,
                way,
                seed,
                List.copyOf(steps),
                List.copyOf(lengths),
                before,
                after,
                (long) last(lines, "rollout/reward_calls"),
                way.onPolicy
                        ? lines.stream()
                                .flatMapToDouble(line -> line.number("rollout/tokens_per_second").stream())
                                .average()
                                .orElse(Double.NaN)
                        : Double.NaN,
                last(lines, "rollout/time_share"),
                seconds);
    }

    private static double last(List<MetricLine> lines, String name) {
        return lines.reversed().stream()
                .flatMapToDouble(line -> line.number(name).stream())
                .findFirst()
                .orElse(Double.NaN);
    }

    private Answers answers(Path directory, List<String> prompts, LengthGoal goal, int usual) {
        List<TextSample> drawn = drawn(directory, prompts, ~STORIES);
        try (Tokenizer tokenizer = Tokenizer.read(model)) {
            Reward truth = truth(goal, usual, tokenizer);
            return new Answers(
                    Estimate.mean(
                            "gold reward",
                            "tokens",
                            drawn.stream()
                                    .mapToDouble(one -> truth.score("", one.text()))
                                    .toArray()),
                    Estimate.mean(
                            "length",
                            "tokens",
                            drawn.stream()
                                    .mapToDouble(one -> one.sample().tokens().length)
                                    .toArray()),
                    Estimate.proportion(
                            "ended",
                            drawn.stream().filter(one -> one.sample().ended()).count(),
                            drawn.size()));
        }
    }

    /// One completion of each prompt.
    private static List<TextSample> drawn(Path directory, List<String> prompts, long seed) {
        try (Tokenizer tokenizer = Tokenizer.read(directory);
                Decoder decoder = ModelDirectory.read(directory, Precision.FLOAT32, false)) {
            SequenceTokenizer sequences = new SequenceTokenizer(tokenizer);
            Sampler sampler = new Sampler(decoder, tokenizer.specialTokens().stop(), BATCH);
            TextSample[] drawn = new TextSample[prompts.size()];
            new TextSampler(sampler, tokenizer)
                    .sample(
                            prompts.stream().map(sequences::encode).toList(),
                            Decoding.random(MAX_NEW_TOKENS, seed),
                            (index, sample) -> drawn[index] = sample);
            return List.of(drawn);
        }
    }

    private Recipe recipe(String method, String rest, Path data, Path output, long seed) {
        return Recipe.parse(
                "length problem",
                method + "\n" + rest,
                List.of(
                        new RecipeOverride("model", model.toString()),
                        new RecipeOverride("data.train", data.toString()),
                        new RecipeOverride("output", output.toString()),
                        new RecipeOverride("seed", Long.toString(seed))));
    }

    private static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }

    private static String row(String prompt) {
        return JsonMapper.shared().createObjectNode().put("prompt", prompt).toString();
    }
}

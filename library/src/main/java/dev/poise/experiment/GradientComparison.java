package dev.poise.experiment;

import dev.poise.data.Encoded;
import dev.poise.data.Shuffle;
import dev.poise.evaluate.Estimate;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.model.TokenBatch;
import dev.poise.model.TokenStatistics;
import dev.poise.objective.Dpo;
import dev.poise.objective.ExMate;
import dev.poise.objective.Mixture;
import dev.poise.objective.Mle;
import dev.poise.objective.Normalise;
import dev.poise.objective.Objective;
import dev.poise.objective.TokenUnlikelihood;
import dev.poise.oracle.Lexical;
import dev.poise.oracle.Reward;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Precision;
import dev.poise.torch.Torch;
import dev.poise.train.AdamW;
import dev.poise.train.Likelihoods;
import dev.poise.train.Progress;
import dev.poise.train.TrainingRow;
import dev.poise.train.Tuner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// The comparison of arXiv 2408.16751 at the scale of a laptop: ExMATE against MLE, and DPO with ExMATE against DPO
/// with MLE, on a story-writing decoder's own samples under a reward that is known.
///
/// Every seed draws its own prompts and continuations, makes pairs of the best and the worst, and tunes the same
/// decoder on them once with each objective: same pairs, same order, same steps. Then all continue the same prompts,
/// which none has seen, with the same stream of draws a prompt, so that a decoder that did not change would write what
/// the start writes.
public final class GradientComparison {

    private static final int EACH = 4;
    private static final int BATCH = 32;
    private static final int MICRO_BATCH_TOKENS = 8192;
    private static final long TEST_SEED = 7_919;

    private static final Set<String> CHEERFUL = Set.of(
            "happy", "fun", "play", "played", "playing", "friend", "friends", "love", "loved", "smile", "smiled",
            "laugh", "laughed", "nice", "good", "kind");
    private static final Set<String> GLOOMY =
            Set.of("sad", "cry", "cried", "scared", "hurt", "angry", "mad", "bad", "lost", "alone", "dark", "afraid");

    /// How much is done.
    ///
    /// @param seeds how often all is repeated
    /// @param prompts beginnings of stories that pairs are made of, a seed
    /// @param testPrompts beginnings that all decoders continue in the end
    /// @param learningRate peak, falling linearly to 0
    public record Scale(int seeds, int prompts, int testPrompts, double learningRate) {

        /// Minutes.
        public static final Scale QUICK = new Scale(3, 400, 1000, 2e-4);

        /// What is quoted.
        public static final Scale FULL = new Scale(5, 1600, 2000, 1e-4);
    }

    /// An objective under its name on the page.
    record Arm(String name, Objective objective) {}

    /// What became of the start with one objective and seed.
    ///
    /// @param wins σ(reward − reward of the start) of every test prompt
    /// @param chosen mean log-probability of a token of held-out chosen continuations, nats
    /// @param rejected the same of rejected ones
    /// @param topEntropy mean entropy of the ten likeliest tokens over chosen continuations, bits
    /// @param topMass mean mass of the ten likeliest tokens
    /// @param reward mean reward
    record Outcome(double[] wins, double chosen, double rejected, double topEntropy, double topMass, double reward) {

        double win() {
            return Arrays.stream(wins).average().orElseThrow();
        }
    }

    /// What became of one arm.
    ///
    /// @param outcomes one a seed
    record Series(String arm, List<Outcome> outcomes) {

        /// A figure over seeds.
        Estimate over(String unit, ToDoubleFunction<Outcome> figure) {
            return Estimate.mean(
                    arm, unit, outcomes.stream().mapToDouble(figure).toArray());
        }

        private double[] winsBySeed() {
            return outcomes.stream().mapToDouble(Outcome::win).toArray();
        }

        /// Of every prompt, the mean over seeds.
        private double[] winsByPrompt() {
            return IntStream.range(0, outcomes.getFirst().wins().length)
                    .mapToDouble(prompt -> outcomes.stream()
                            .mapToDouble(outcome -> outcome.wins()[prompt])
                            .average()
                            .orElseThrow())
                    .toArray();
        }

        /// P_win of this arm less that of another, over seeds.
        Estimate lessBySeed(Series other) {
            return Estimate.pairedDifference("difference", "share", winsBySeed(), other.winsBySeed());
        }

        /// The same over prompts.
        Estimate lessByPrompt(Series other) {
            return Estimate.pairedDifference("difference", "share", winsByPrompt(), other.winsByPrompt());
        }
    }

    /// All outcomes.
    ///
    /// @param series one an arm
    /// @param start the untuned decoder
    /// @param pairs mean number of pairs a seed
    record Study(Scale scale, List<Series> series, Outcome start, double pairs) {

        Series of(String arm) {
            return series.stream()
                    .filter(one -> one.arm().equals(arm))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private final Path model;
    private final Scale scale;
    private final Progress progress;
    private final Tokenizer tokenizer;
    private final List<Arm> arms = arms();

    private GradientComparison(Path model, Scale scale, Progress progress, Tokenizer tokenizer) {
        this.model = model;
        this.scale = scale;
        this.progress = progress;
        this.tokenizer = tokenizer;
    }

    /// Runs the comparison.
    ///
    /// @param model a decoder that writes stories, in the Hugging Face layout
    /// @return its page
    public static ExperimentPage run(Path model, Scale scale, Progress progress) {
        Torch.start(0);
        try (Tokenizer tokenizer = Tokenizer.read(model)) {
            return GradientComparisonText.page(new GradientComparison(model, scale, progress, tokenizer).study());
        }
    }

    /// Objectives in the order of the page. All likelihoods are means over tokens, so that λ weighs like with like.
    static List<Arm> arms() {
        Objective mle = new Mle(Mle.Mean.SEQUENCE_MEANS);
        Objective exMate = new ExMate(1, Normalise.TOKENS);
        Objective mild = new ExMate(0.05, Normalise.TOKENS);
        Objective dpo = new Dpo(0.05, 0);
        return List.of(
                new Arm("MLE", mle),
                new Arm("ExMATE, c = 1", exMate),
                new Arm("ExMATE, c = 0.05", mild),
                new Arm("token unlikelihood", new TokenUnlikelihood(1)),
                new Arm("DPO + 0.5 MLE", with(dpo, 0.5, mle)),
                new Arm("DPO + 0.5 ExMATE, c = 1", with(dpo, 0.5, exMate)),
                new Arm("DPO + 0.1 MLE", with(dpo, 0.1, mle)),
                new Arm("DPO + 0.1 ExMATE, c = 1", with(dpo, 0.1, exMate)),
                new Arm("DPO", dpo));
    }

    private static Objective with(Objective dpo, double weight, Objective other) {
        return new Mixture(List.of(new Mixture.Term(dpo, 1), new Mixture.Term(other, weight)));
    }

    static Reward reward() {
        return new Lexical(CHEERFUL, GLOOMY, Lexical.Measure.COUNT);
    }

    private Study study() {
        List<Series> series = arms.stream()
                .map(arm -> new Series(arm.name(), new ArrayList<>()))
                .toList();
        try (Decoder start = read(false)) {
            StoryPairs stories = new StoryPairs(start, tokenizer, reward());
            List<int[]> test = stories.prompts(scale.testPrompts(), TEST_SEED);
            List<Encoded> held = stories.pairs(test.subList(0, test.size() / 4), EACH, TEST_SEED + 1);
            double[] rewards = stories.rewards(test, StoryPairs.judged(TEST_SEED));
            Outcome unmoved = outcome(start, rewards, rewards, held);
            long pairs = 0;
            for (int seed = 0; seed < scale.seeds(); seed++) {
                List<TrainingRow> rows = rows(start, stories, seed);
                pairs += rows.size();
                for (int i = 0; i < arms.size(); i++) {
                    Arm arm = arms.get(i);
                    LinkedHashMap<String, Double> numbers = new LinkedHashMap<>();
                    try (Decoder policy = read(true)) {
                        tune(policy, arm.objective(), rows, seed);
                        double[] won =
                                new StoryPairs(policy, tokenizer, reward()).rewards(test, StoryPairs.judged(TEST_SEED));
                        Outcome outcome = outcome(policy, won, rewards, held);
                        series.get(i).outcomes().add(outcome);
                        numbers.put("p_win", outcome.win());
                    }
                    progress.advanced(
                            "arms", (long) seed * arms.size() + i + 1, (long) scale.seeds() * arms.size(), numbers);
                }
                progress.note("seed " + seed + ": " + rows.size() + " pairs of " + scale.prompts() + " prompts");
            }
            return new Study(scale, series, unmoved, (double) pairs / scale.seeds());
        }
    }

    private Decoder read(boolean trainable) {
        return ModelDirectory.read(model, Precision.FLOAT32, trainable);
    }

    private List<TrainingRow> rows(Decoder start, StoryPairs stories, int seed) {
        long stream = 100_000L * (seed + 1);
        List<Encoded> pairs = stories.pairs(stories.prompts(scale.prompts(), stream), EACH, stream + 1);
        double[][] reference = Likelihoods.summed(start, pairs, MICRO_BATCH_TOKENS, done -> {});
        return IntStream.range(0, pairs.size())
                .mapToObj(i -> new TrainingRow(pairs.get(i), reference[i]))
                .toList();
    }

    private void tune(Decoder policy, Objective objective, List<TrainingRow> rows, int seed) {
        Tuner.Settings settings = new Tuner.Settings(new AdamW.Settings(0.9, 0.999, 1e-8, 0), 1.0, MICRO_BATCH_TOKENS);
        try (Tuner tuner = new Tuner(policy, objective, settings)) {
            int[] order = Shuffle.epoch(rows.size(), seed, 0);
            int steps = rows.size() / BATCH;
            for (int step = 0; step < steps; step++) {
                List<TrainingRow> batch = Arrays.stream(order, step * BATCH, (step + 1) * BATCH)
                        .mapToObj(rows::get)
                        .toList();
                tuner.step(batch, scale.learningRate() * (steps - step) / steps);
            }
        }
    }

    /// @param rewards of the policy's continuations
    /// @param startRewards of the untuned decoder's
    private static Outcome outcome(Decoder policy, double[] rewards, double[] startRewards, List<Encoded> held) {
        double[] wins = new double[rewards.length];
        Arrays.setAll(wins, i -> 1 / (1 + Math.exp(startRewards[i] - rewards[i])));
        TokenStatistics chosen = measure(policy, held, true);
        TokenStatistics rejected = measure(policy, held, false);
        return new Outcome(
                wins,
                mean(chosen.logProbs()),
                mean(rejected.logProbs()),
                mean(chosen.topEntropies()),
                mean(chosen.topMasses()),
                mean(rewards));
    }

    private static TokenStatistics measure(Decoder policy, List<Encoded> pairs, boolean chosen) {
        return policy.measure(TokenBatch.of(pairs.stream()
                .map(TrainingRow::sequences)
                .map(sides -> List.of(chosen ? sides.getFirst() : sides.getLast()))
                .toList()));
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }
}

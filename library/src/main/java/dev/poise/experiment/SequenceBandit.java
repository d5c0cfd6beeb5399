package dev.poise.experiment;

import dev.poise.bandit.Method;
import dev.poise.bandit.Problem;
import dev.poise.bandit.Round;
import dev.poise.bandit.Setting.Source;
import dev.poise.evaluate.Estimate;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.model.Pass;
import dev.poise.model.TokenBatch;
import dev.poise.objective.Credit.Running;
import dev.poise.parallel.Cores;
import dev.poise.run.AtomicWrite;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sample;
import dev.poise.sample.Sampler;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Precision;
import dev.poise.train.AdamW;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;

/// The bandit over sequences: nine tokens of a hundred in place of one action, written and trained by the real
/// decoder.
///
/// One prompt token, which means nothing, and nine new ones, so that there are 100⁹ answers. The policy is a
/// GPT-2 of three layers, three heads and width 48, first fitted to π_data at every position; an answer's reward
/// is the mean of its tokens', so that 1 is the most. Methods are the bandit's own, on the log-probability of a
/// whole answer, summed over its tokens.
///
/// Source: arXiv 2404.14367 and its released code (`transformer_hyperparam_tuning.py`), with what is wrong there
/// put right: log-probabilities are of the next token and not of the one that is read. Otherwise: no dropout;
/// the first policy is fitted by likelihood on drawn sequences and not by the divergence of its outputs; rewards
/// leave the prompt token out; PPO's ratio is that of a whole answer.
public final class SequenceBandit {

    private static final int NEW_TOKENS = 9;
    private static final int FITTING_STEPS = 300;
    private static final int FITTING_BATCH = 64;
    private static final double FITTING_RATE = 3e-3;
    private static final int EVALUATED = 400;
    private static final int BATCH = 1024;

    private final Setting setting;
    private final double[] rewards;
    private final double[] data;
    private final SplittableRandom random;
    private final Decoder policy;
    private final int[] evaluation;
    private Running returns = Running.START;
    private long queries;

    /// One way to fine-tune.
    ///
    /// @param problem of a hundred actions: what a token is worth and what it starts from
    /// @param method what a step does; an answer counts as one action
    /// @param source where answers come from; the first round's are the fitted policy's in any case
    /// @param states S, prompts a round
    /// @param samples N, answers a prompt
    /// @param rounds how often answers are drawn; offline, how often the one set is gone through T times
    /// @param inner T
    /// @param learningRate of Adam
    /// @param evaluateEvery rounds between two measurements; the last round is always measured
    public record Setting(
            Problem problem,
            Method method,
            Source source,
            int states,
            int samples,
            int rounds,
            int inner,
            double learningRate,
            int evaluateEvery) {

        public Setting {
            if (states < 1 || samples < 1 || rounds < 1 || inner < 1 || evaluateEvery < 1 || !(learningRate > 0)) {
                throw new IllegalArgumentException("states, samples, rounds, inner, evaluate-every must be at least 1,"
                        + " and learning-rate above 0, got " + states + ", " + samples + ", " + rounds + ", " + inner
                        + ", " + evaluateEvery + " and " + learningRate);
            }
            problem.dataLogProbs(); // refuses problems whose actions are numbers
        }
    }

    /// What a policy is like behind a round.
    ///
    /// @param round rounds so far; 0 before the first step
    /// @param queries answers whose reward was asked for so far
    /// @param reward of answers to four hundred prompts, one each, with its interval
    /// @param toData KL(π ‖ π_data) a token by the mean of log π − log π_data over those answers, nats
    public record Point(int round, long queries, Estimate reward, double toData) {}

    private SequenceBandit(Setting setting, long seed, Decoder policy) {
        this.setting = setting;
        this.rewards = setting.problem().rewardOfBins();
        this.data = setting.problem().dataLogProbs();
        this.random = new SplittableRandom(seed);
        this.policy = policy;
        this.evaluation =
                new SplittableRandom(~seed).ints(EVALUATED, 0, data.length).toArray();
    }

    /// Trains every setting under every seed, a run a core. libtorch must have been started, with one thread.
    ///
    /// @param seeds how many, from 1
    /// @param threads runs at once
    /// @param done is told how many runs are done
    /// @return for each setting, for each seed, what [Start#train] returns
    public static List<List<List<Point>>> sweep(List<Setting> settings, int seeds, int threads, IntConsumer done)
            throws IOException {
        AtomicInteger count = new AtomicInteger();
        List<List<List<Point>>> all = settings.stream()
                .map(setting -> (List<List<Point>>) new ArrayList<List<Point>>())
                .toList();
        for (int seed = 1; seed <= seeds; seed++) {
            try (Start start = Start.of(seed)) {
                List<List<Point>> trained =
                        Cores.map(threads, settings, start::train, points -> done.accept(count.incrementAndGet()));
                for (int i = 0; i < all.size(); i++) {
                    all.get(i).add(trained.get(i));
                }
            }
        }
        return all;
    }

    /// The policy that every setting of a seed starts from, fitted to π_data once.
    public static final class Start implements AutoCloseable {

        private final Path directory;
        private final long seed;

        private Start(Path directory, long seed) {
            this.directory = directory;
            this.seed = seed;
        }

        /// Fits a fresh decoder. libtorch must have been started.
        ///
        /// @param seed of weights and draws
        public static Start of(long seed) throws IOException {
            Path directory = Files.createTempDirectory("poise-sequence-bandit");
            try {
                Files.writeString(directory.resolve("config.json"), """
                        {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": 100, "n_embd": 48,
                         "n_layer": 3, "n_head": 3, "n_positions": 10, "n_ctx": 10, "activation_function": "gelu_new",
                         "layer_norm_epsilon": 1e-5, "tie_word_embeddings": false}
                        """);
                try (Decoder policy = ModelDirectory.fresh(directory, Precision.FLOAT32, 0.02, seed)) {
                    fit(policy, new SplittableRandom(seed));
                    ModelDirectory.write(policy, directory, Files.createDirectory(directory.resolve("fitted")));
                }
                return new Start(directory, seed);
            } catch (IOException | RuntimeException e) {
                AtomicWrite.delete(directory);
                throw e;
            }
        }

        /// Trains a copy and measures it on the way.
        ///
        /// @return what it is like before the first step and behind rounds
        public List<Point> train(Setting setting) throws IOException {
            Path fitted = directory.resolve("fitted");
            try (Decoder policy = ModelDirectory.read(fitted, Precision.FLOAT32, true);
                    Decoder initial = ModelDirectory.read(fitted, Precision.FLOAT32, false)) {
                return new SequenceBandit(setting, seed, policy).train(initial);
            }
        }

        @Override
        public void close() throws IOException {
            AtomicWrite.delete(directory);
        }
    }

    /// Steps of likelihood on sequences whose every token is drawn from π_data.
    private static void fit(Decoder policy, SplittableRandom random) {
        double[] data = Problem.of("R1").dataLogProbs(); // of all problems of a hundred actions
        try (AdamW adam = adam(policy)) {
            for (int step = 0; step < FITTING_STEPS; step++) {
                List<int[]> drawn = IntStream.range(0, FITTING_BATCH)
                        .mapToObj(i -> random.ints(NEW_TOKENS, 0, Integer.MAX_VALUE)
                                .map(bits -> drawn(data, bits / (double) Integer.MAX_VALUE))
                                .toArray())
                        .toList();
                int[] prompts = random.ints(FITTING_BATCH, 0, data.length).toArray();
                TokenBatch batch = batch(prompts, drawn);
                double[] slopes = new double[batch.targets().length];
                Arrays.fill(slopes, -1.0 / slopes.length);
                policy.parameters().clearGradients();
                try (PointerScope scope = new PointerScope()) {
                    policy.forward(batch).backward(slopes);
                }
                adam.step(FITTING_RATE * (1 - step / (double) FITTING_STEPS));
            }
        }
    }

    /// The action at which a distribution's cumulative probability passes a number in [0, 1].
    private static int drawn(double[] data, double left) {
        int action = 0;
        double rest = left - Math.exp(data[0]);
        while (rest > 0 && action < data.length - 1) {
            action++;
            rest -= Math.exp(data[action]);
        }
        return action;
    }

    private List<Point> train(Decoder initial) {
        List<Point> points = new ArrayList<>(List.of(measured(0)));
        int[] asked = prompts(setting.states());
        Drawn drawn = draw(asked, initial);
        try (AdamW adam = adam(policy)) {
            for (int round = 1; round <= setting.rounds(); round++) {
                if (round > 1 && setting.source() == Source.ONLINE) {
                    drawn = draw(asked, initial);
                }
                for (int t = 0; t < setting.inner(); t++) {
                    step(drawn, adam);
                }
                if (round % setting.evaluateEvery() == 0 || round == setting.rounds()) {
                    points.add(measured(round));
                }
            }
        }
        return List.copyOf(points);
    }

    /// Answers and what is known of them.
    private record Drawn(TokenBatch batch, Round round) {}

    private Drawn draw(int[] asked, Decoder initial) {
        int samples = setting.samples();
        int[] prompts = IntStream.range(0, asked.length * samples)
                .map(i -> asked[i / samples])
                .toArray();
        List<int[]> answers = answers(prompts, random.nextLong());
        TokenBatch batch = batch(prompts, answers);
        double[] behaviour = sums(policy, batch);
        double[] reference = sums(initial, batch);
        double[] worth = answers.stream().mapToDouble(this::reward).toArray();
        queries += worth.length;
        double[] returned = new double[worth.length];
        for (int i = 0; i < returned.length; i++) {
            returned[i] = worth[i] - setting.method().rewardPenalty() * (behaviour[i] - reference[i]);
            returns = returns.plus(returned[i]);
        }
        double deviation = Math.sqrt(returns.squares() / returns.count());
        return new Drawn(
                batch,
                new Round(asked.length, samples, worth, returned, behaviour, reference, returns.mean(), deviation));
    }

    private void step(Drawn drawn, AdamW adam) {
        TokenBatch batch = drawn.batch();
        policy.parameters().clearGradients();
        try (PointerScope scope = new PointerScope()) {
            Pass pass = policy.forward(batch);
            double[] logProbs = batch.sumBySequence(pass.measure().logProbs());
            Method.Gradient gradient = setting.method().of(drawn.round(), logProbs);
            if (gradient.terms() == 0) {
                return; // nothing to learn from, and Adam's momentum alone is no reason to move
            }
            if (!Double.isFinite(gradient.loss())) {
                throw new ArithmeticException("loss must be finite, got " + gradient.loss() + " in " + setting);
            }
            double[] slopes = new double[batch.targets().length];
            for (int i = 0; i < logProbs.length; i++) {
                Arrays.fill(slopes, batch.offsets()[i], batch.offsets()[i + 1], gradient.byLogProb()[i]);
            }
            pass.backward(slopes);
        }
        adam.step(setting.learningRate());
    }

    private Point measured(int round) {
        List<int[]> answers = answers(evaluation, 1);
        double[] worth = answers.stream().mapToDouble(this::reward).toArray();
        double[] logProbs = sums(policy, batch(evaluation, answers));
        double divergence = 0;
        for (int i = 0; i < worth.length; i++) {
            double ofData = Arrays.stream(answers.get(i))
                    .mapToDouble(token -> data[token])
                    .sum();
            divergence += (logProbs[i] - ofData) / (NEW_TOKENS * worth.length);
        }
        return new Point(round, queries, Estimate.mean("reward", "reward", worth), divergence);
    }

    private int[] prompts(int count) {
        return random.ints(count, 0, data.length).toArray();
    }

    private List<int[]> answers(int[] prompts, long seed) {
        return new Sampler(policy, Set.of(), BATCH)
                        .sample(
                                Arrays.stream(prompts)
                                        .mapToObj(prompt -> new int[] {prompt})
                                        .toList(),
                                Decoding.random(NEW_TOKENS, seed))
                        .stream()
                        .map(Sample::tokens)
                        .toList();
    }

    private double reward(int[] answer) {
        return Arrays.stream(answer)
                .mapToDouble(token -> rewards[token])
                .average()
                .orElseThrow();
    }

    private static TokenBatch batch(int[] prompts, List<int[]> answers) {
        List<List<TokenSequence>> groups = new ArrayList<>();
        for (int i = 0; i < prompts.length; i++) {
            int[] ids = new int[1 + NEW_TOKENS];
            boolean[] trained = new boolean[ids.length];
            ids[0] = prompts[i];
            System.arraycopy(answers.get(i), 0, ids, 1, NEW_TOKENS);
            Arrays.fill(trained, 1, trained.length, true);
            groups.add(List.of(new TokenSequence(ids, trained)));
        }
        return TokenBatch.of(groups);
    }

    private static double[] sums(Decoder decoder, TokenBatch batch) {
        return batch.sumBySequence(decoder.measure(batch).logProbs());
    }

    private static AdamW adam(Decoder policy) {
        return new AdamW(policy.parameters(), new AdamW.Settings(0.9, 0.999, 1e-8, 0));
    }
}

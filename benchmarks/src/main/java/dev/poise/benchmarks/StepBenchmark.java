package dev.poise.benchmarks;

import dev.poise.data.Encoded;
import dev.poise.model.Decoder;
import dev.poise.objective.Dpo;
import dev.poise.torch.Torch;
import dev.poise.train.AdamW;
import dev.poise.train.Likelihoods;
import dev.poise.train.TrainingRow;
import dev.poise.train.Tuner;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Time of one DPO step of a tiny Llama: 16 pairs of 96 to 128 tokens, the first 64 shared.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class StepBenchmark {

    private static final int PAIRS = 16;
    private static final int VOCABULARY = 512;
    private static final int PROMPT = 64;

    private static final String CONFIGURATION = """
            {"model_type": "llama", "vocab_size": 512, "hidden_size": 128, "intermediate_size": 352,
             "num_hidden_layers": 4, "num_attention_heads": 8, "num_key_value_heads": 4,
             "max_position_embeddings": 256, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
             "tie_word_embeddings": false}
            """;

    private final Decoder policy;
    private final Tuner tuner;
    private final List<TrainingRow> rows;

    /// Draws a model and a batch.
    public StepBenchmark() {
        Torch.start(0);
        policy = Drawn.decoder(CONFIGURATION);
        tuner = new Tuner(
                policy, new Dpo(0.1, 0), new Tuner.Settings(new AdamW.Settings(0.9, 0.999, 1e-8, 0), 1, 8192));
        List<Encoded.Pair> pairs = Drawn.pairs(PAIRS, VOCABULARY, PROMPT, new SplittableRandom(7));
        double[][] reference = Likelihoods.summed(policy, pairs, 8192, done -> {});
        rows = IntStream.range(0, PAIRS)
                .mapToObj(i -> new TrainingRow(pairs.get(i), reference[i]))
                .toList();
    }

    /// One step.
    @Benchmark
    public Tuner.Step dpoStep() {
        return tuner.step(rows, 1e-6);
    }

    /// Frees the native memory.
    @TearDown
    public void close() {
        tuner.close();
        policy.close();
    }

    /// Where the policy is its own reference, the loss is ln 2; a step downhill takes it below.
    @Setup
    public void check() {
        double first = tuner.step(rows, 1e-3).loss();
        double second = tuner.step(rows, 0).loss();
        if (Math.abs(first - Math.log(2)) > 1e-5 || second >= first) {
            throw new IllegalStateException(
                    "the loss must be ln 2 and then less, got " + first + " and then " + second);
        }
    }
}

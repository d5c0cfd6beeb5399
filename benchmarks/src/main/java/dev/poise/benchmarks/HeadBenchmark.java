package dev.poise.benchmarks;

import dev.poise.data.Encoded;
import dev.poise.model.Decoder;
import dev.poise.model.TokenBatch;
import dev.poise.model.TokenStatistics;
import dev.poise.torch.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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

/// Time of the head of a large vocabulary over 4 pairs of 32 to 64 trained tokens, through a single narrow block: its
/// pass without gradients, and the way there and back.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class HeadBenchmark {

    private static final int VOCABULARY = 50_257;

    private static final String CONFIGURATION = """
            {"model_type": "llama", "vocab_size": 50257, "hidden_size": 512, "intermediate_size": 64,
             "num_hidden_layers": 1, "num_attention_heads": 8, "num_key_value_heads": 4,
             "max_position_embeddings": 256, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
             "tie_word_embeddings": true}
            """;

    private final Decoder decoder;
    private final TokenBatch batch;
    private final double[] weights;

    /// Draws a model and a batch.
    public HeadBenchmark() {
        Torch.start(0);
        decoder = Drawn.decoder(CONFIGURATION);
        List<Encoded.Pair> pairs = Drawn.pairs(4, VOCABULARY, 8, new SplittableRandom(11));
        batch = TokenBatch.of(pairs.stream()
                .map(pair -> List.of(pair.chosen(), pair.rejected()))
                .toList());
        weights = new double[batch.targets().length];
        Arrays.fill(weights, 0.01);
    }

    /// Log-probabilities and what the monitors read, without gradients.
    @Benchmark
    public TokenStatistics measure() {
        return decoder.measure(batch);
    }

    /// Forward and backward.
    @Benchmark
    public Decoder thereAndBack() {
        Torch.inScope(() -> decoder.forward(batch).backward(weights));
        return decoder;
    }

    /// A fresh model spreads its probability over the vocabulary.
    @Setup
    public void check() {
        double mean = Arrays.stream(measure().logProbs()).average().orElseThrow();
        if (Math.abs(mean + Math.log(VOCABULARY)) > 0.5) {
            throw new IllegalStateException(
                    "log-probabilities must be near " + -Math.log(VOCABULARY) + ", got " + mean);
        }
    }

    /// Frees the native memory.
    @TearDown
    public void close() {
        decoder.close();
    }
}

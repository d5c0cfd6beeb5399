package dev.poise.benchmarks;

import dev.poise.model.Decoder;
import dev.poise.model.TokenBatch;
import dev.poise.model.TokenStatistics;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Torch;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Time of a forward pass over 4,096 tokens that is mostly attention, cut into a few long rows or many short ones:
/// only what is quadratic in a row may differ.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class AttentionBenchmark {

    private static final int TOKENS = 4096;
    private static final int VOCABULARY = 64;

    private static final String CONFIGURATION = """
            {"model_type": "llama", "vocab_size": 64, "hidden_size": 64, "intermediate_size": 16,
             "num_hidden_layers": 4, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 64,
             "max_position_embeddings": 1024, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
             "tie_word_embeddings": true}
            """;

    /// Tokens a row.
    @Param({"64", "256", "1024"})
    public int length;

    private final Decoder decoder;
    private List<List<TokenSequence>> rows = List.of();
    private TokenBatch batch;

    /// Draws a model.
    public AttentionBenchmark() {
        Torch.start(0);
        decoder = Drawn.decoder(CONFIGURATION);
        batch = batch(64);
    }

    /// One forward pass.
    @Benchmark
    public TokenStatistics forward() {
        return decoder.measure(batch);
    }

    /// A row's log-probabilities are the same alone as among others.
    @Setup
    public void check() {
        batch = batch(length);
        TokenStatistics all = forward();
        TokenStatistics alone = decoder.measure(TokenBatch.of(rows.subList(0, 1)));
        for (int i = 0; i < alone.logProbs().length; i++) {
            if (Math.abs(alone.logProbs()[i] - all.logProbs()[i]) > 1e-4) {
                throw new IllegalStateException(
                        "log-probability " + i + " must be " + alone.logProbs()[i] + ", got " + all.logProbs()[i]);
            }
        }
    }

    private TokenBatch batch(int rowLength) {
        SplittableRandom random = new SplittableRandom(13);
        rows = IntStream.range(0, TOKENS / rowLength)
                .mapToObj(row -> List.of(Drawn.sequence(
                        random.ints(rowLength / 2, 0, VOCABULARY).toArray(), rowLength / 2, VOCABULARY, random)))
                .toList();
        return TokenBatch.of(rows);
    }

    /// Frees the native memory.
    @TearDown
    public void close() {
        decoder.close();
    }
}

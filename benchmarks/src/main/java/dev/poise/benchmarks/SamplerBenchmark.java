package dev.poise.benchmarks;

import dev.poise.model.Decoder;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sample;
import dev.poise.sample.Sampler;
import dev.poise.torch.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Time of one decoding step of a model of 0.3 M parameters, whatever the batch: here native calls cost more than
/// arithmetic.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class SamplerBenchmark {

    private static final int NEW_TOKENS = 64;

    private static final String CONFIGURATION = """
            {"model_type": "llama", "vocab_size": 512, "hidden_size": 64, "intermediate_size": 172,
             "num_hidden_layers": 5, "num_attention_heads": 8, "num_key_value_heads": 4,
             "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
             "tie_word_embeddings": false}
            """;

    /// Rows that grow together.
    @Param({"1", "16", "64"})
    public int batch;

    private final Decoder decoder;
    private List<int[]> prompts = List.of();

    /// Draws a model.
    public SamplerBenchmark() {
        Torch.start(0);
        decoder = Drawn.decoder(CONFIGURATION);
    }

    /// Completions of 64 tokens, drawn at temperature 1.
    @Benchmark
    @OperationsPerInvocation(NEW_TOKENS)
    public List<Sample> step() {
        return sample(batch);
    }

    private List<Sample> sample(int together) {
        return new Sampler(decoder, Set.of(), together).sample(prompts, Decoding.random(NEW_TOKENS, 5));
    }

    /// The batch changes nothing.
    @Setup
    public void check() {
        SplittableRandom random = new SplittableRandom(17);
        prompts = Stream.generate(() -> random.ints(8, 0, 512).toArray())
                .limit(batch)
                .toList();
        int[] together = sample(batch).getFirst().tokens();
        int[] alone = sample(1).getFirst().tokens();
        if (!Arrays.equals(together, alone)) {
            throw new IllegalStateException(
                    "tokens must be " + Arrays.toString(alone) + ", got " + Arrays.toString(together));
        }
    }

    /// Frees the native memory.
    @TearDown
    public void close() {
        decoder.close();
    }
}

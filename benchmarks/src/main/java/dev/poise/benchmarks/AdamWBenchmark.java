package dev.poise.benchmarks;

import dev.poise.model.Decoder;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import dev.poise.train.AdamW;
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

/// Time of the optimiser's step over 8.4 M parameters, 28 bytes of memory each at least.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class AdamWBenchmark {

    private static final String CONFIGURATION = """
            {"model_type": "llama", "vocab_size": 12288, "hidden_size": 512, "intermediate_size": 512,
             "num_hidden_layers": 1, "num_attention_heads": 8, "num_key_value_heads": 8,
             "max_position_embeddings": 256, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
             "tie_word_embeddings": true}
            """;

    private final Decoder decoder;
    private final AdamW optimiser;

    /// Draws a model, and gives it a gradient.
    public AdamWBenchmark() {
        Torch.start(0);
        decoder = Drawn.decoder(CONFIGURATION);
        optimiser = new AdamW(decoder.parameters(), new AdamW.Settings(0.9, 0.999, 1e-8, 0.01));
        Torch.withoutGradients(() -> decoder.parameters().gradients().fill_(Tensors.scalar(0.03)));
    }

    /// One step.
    @Benchmark
    public AdamW step() {
        optimiser.step(1e-7);
        return optimiser;
    }

    /// The first step moves every parameter by the learning rate, against its gradient.
    @Setup
    public void check() {
        double[] before = new double[1];
        double[] after = new double[1];
        Torch.inScope(() -> before[0] = first());
        optimiser.step(1e-3);
        Torch.inScope(() -> after[0] = first());
        double expected = before[0] * (1 - 1e-3 * 0.01) - 1e-3;
        if (Math.abs(after[0] - expected) > 1e-6) {
            throw new IllegalStateException("the first parameter must be " + expected + ", got " + after[0]);
        }
    }

    private double first() {
        return Tensors.toDoubles(decoder.parameters().values().narrow(0, 0, 1))[0];
    }

    /// Frees the native memory.
    @TearDown
    public void close() {
        optimiser.close();
        decoder.close();
    }
}

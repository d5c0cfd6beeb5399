package dev.poise.benchmarks;

import dev.poise.objective.Batch;
import dev.poise.objective.Dpo;
import dev.poise.objective.Evaluation;
import dev.poise.objective.Examples;
import dev.poise.objective.Totals;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Pairs a second of an objective on plain numbers: loss and both derivatives.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ObjectiveBenchmark {

    private static final int PAIRS = 256;

    private final Dpo objective = new Dpo(0.1, 0.05);
    private final double[] referenceOfGood;
    private final Batch batch;
    private final Totals totals = new Totals(PAIRS, PAIRS);

    /// Draws the batch.
    public ObjectiveBenchmark() {
        SplittableRandom random = new SplittableRandom(5);
        referenceOfGood = logProbs(random);
        batch = new Batch(examples(referenceOfGood, random), examples(logProbs(random), random));
    }

    /// One batch of DPO.
    @Benchmark
    @OperationsPerInvocation(PAIRS)
    public Evaluation dpo() {
        return objective.evaluate(batch, totals);
    }

    private static double[] logProbs(SplittableRandom random) {
        return random.doubles(PAIRS, -90, -10).toArray();
    }

    private static Examples examples(double[] reference, SplittableRandom random) {
        return new Examples(
                logProbs(random), reference, random.ints(PAIRS, 5, 40).toArray());
    }

    /// The loss moves by the derivative times the step, as central differences see it.
    @Setup
    public void check() {
        double step = 1e-4;
        double[] expected = new double[PAIRS];
        for (int i = 0; i < PAIRS; i++) {
            expected[i] = (lossWithGoodMovedBy(i, step) - lossWithGoodMovedBy(i, -step)) / (2 * step);
        }
        double[] derivatives = dpo().byGood();
        for (int i = 0; i < PAIRS; i++) {
            if (Math.abs(derivatives[i] - expected[i]) > 1e-8) {
                throw new IllegalStateException(
                        "derivative " + i + " must be " + expected[i] + ", got " + derivatives[i]);
            }
        }
    }

    private double lossWithGoodMovedBy(int index, double step) {
        double[] moved = Arrays.copyOf(batch.good().logProbs(), PAIRS);
        moved[index] += step;
        Examples good = new Examples(moved, referenceOfGood, batch.good().tokens());
        return objective.evaluate(new Batch(good, batch.bad()), totals).loss();
    }
}

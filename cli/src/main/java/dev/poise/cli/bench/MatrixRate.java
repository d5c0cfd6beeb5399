package dev.poise.cli.bench;

import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What this machine can do at most: matrix products and copies, the best of a few tries.
///
/// @param float32 floating-point operations a second of float32 products
/// @param bfloat16 the same of bfloat16 products
/// @param bytes moved a second by copies, read and written bytes both counted
public record MatrixRate(double float32, double bfloat16, double bytes) {

    /// Widths of the square matrices: products of the last reach what a fast machine has.
    static final int[] SIZES = {256, 512, 1024, 2048};

    /// Seconds of a product beyond which a larger one says no more: some machines have no bfloat16 units at all.
    static final double LONG = 0.02;

    static final int REPEATS = 4;

    /// Copied at a time: beyond any cache.
    private static final long COPIED_FLOATS = 1L << 25;

    /// Measures.
    ///
    /// @param threads of one operation
    static MatrixRate measure(int threads) {
        Torch.start(threads);
        return new MatrixRate(
                products(ScalarType.Float), products(ScalarType.BFloat16), 2.0 * Float.BYTES * COPIED_FLOATS / copy());
    }

    /// The best rate of any size.
    private static double products(ScalarType type) {
        double rate = 0;
        double seconds = 0;
        for (int i = 0; i < SIZES.length && seconds < LONG; i++) {
            seconds = product(type, SIZES[i]);
            rate = Math.max(rate, 2 * Math.pow(SIZES[i], 3) / seconds);
        }
        return rate;
    }

    /// Seconds of the fastest product.
    private static double product(ScalarType type, int size) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor a = filled(0.37, size, size).to(type);
            Tensor b = filled(0.41, size, size).to(type);
            Tensor result = Tensors.empty(type, size, size);
            return best(() -> torch.mm_out(result, a, b));
        }
    }

    /// Seconds of the fastest copy.
    private static double copy() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor from = filled(0.37, COPIED_FLOATS);
            Tensor to = filled(0.41, COPIED_FLOATS);
            return best(() -> to.copy_(from));
        }
    }

    private static Tensor filled(double value, long... shape) {
        return Tensors.empty(ScalarType.Float, shape).fill_(Tensors.scalar(value));
    }

    private static double best(Runnable work) {
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i <= REPEATS; i++) {
            long start = System.nanoTime();
            work.run();
            best = Math.min(best, (System.nanoTime() - start) / 1e9);
        }
        return best;
    }
}

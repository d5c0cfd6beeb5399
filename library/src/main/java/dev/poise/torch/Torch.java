package dev.poise.torch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// libtorch as a whole: whether it loads, how many threads it uses, how much memory it holds.
public final class Torch {

    private Torch() {}

    /// Loads the native libraries and fixes everything that makes their results vary between runs on one machine.
    ///
    /// Matrices are multiplied by OpenBLAS, or by MKL where its jars are on the class path and the system property
    /// `org.bytedeco.openblas.load` is `mkl`. OpenBLAS starts threads of its own inside libtorch's; the two fight
    /// for cores, so it is held to one. MKL takes as many as
    /// libtorch does in the calling thread.
    ///
    /// @param threads threads of one operation; 0 for all cores
    /// @return the number of threads in use
    /// @throws IllegalStateException when the native libraries are missing or do not load on this platform
    public static int start(int threads) {
        try {
            Loader.load(openblas.class);
            Loader.load(torch.class);
        } catch (LinkageError e) {
            throw new IllegalStateException(
                    "libtorch does not load on " + Loader.getPlatform()
                            + "; the native jars org.bytedeco:pytorch, javacpp and openblas with classifier "
                            + Loader.getPlatform() + " must be on the class path: " + e.getMessage(),
                    e);
        }
        int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        if (!multipliesWithMkl()) {
            openblas_nolapack.blas_set_num_threads(1);
        }
        torch.set_num_threads(count);
        return count;
    }

    /// Threads of one operation, as [#start] set them.
    public static int threads() {
        return torch.get_num_threads();
    }

    /// Whether MKL multiplies matrices, rather than OpenBLAS.
    public static boolean multipliesWithMkl() {
        return "mkl".equals(System.getProperty("org.bytedeco.openblas.load"));
    }

    /// Runs `work` in a native scope: every tensor it makes and does not hand out is freed at its end.
    public static void inScope(Runnable work) {
        try (PointerScope scope = new PointerScope()) {
            work.run();
        }
    }

    /// Runs `work` in a native scope of its own: what it makes is freed at its end, but for its result, which belongs
    /// to the caller's scope, and what a graph behind that holds.
    ///
    /// @throws IllegalStateException when there is no scope to hand the result to
    public static Tensor handedOut(Supplier<Tensor> work) {
        PointerScope outer = PointerScope.getInnerScope();
        if (outer == null) {
            throw new IllegalStateException("a tensor can be handed out to a native scope only, and none is open");
        }
        Tensor result;
        try (PointerScope inner = new PointerScope()) {
            result = work.get();
            result.retainReference();
        }
        outer.attach(result);
        result.releaseReference();
        return result;
    }

    /// Runs `work` without recording gradients, in a native scope.
    public static void withoutGradients(Runnable work) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            work.run();
        }
    }

    /// Whether this processor multiplies bfloat16 numbers itself.
    public static boolean multipliesBfloat16() {
        return Bfloat16Units.PRESENT;
    }

    /// Looked up once, when first asked for.
    private static final class Bfloat16Units {
        private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
        static final boolean PRESENT = present();

        /// Only Linux tells; elsewhere there are none that libtorch's CPU build would use.
        private static boolean present() {
            try (Stream<String> lines = Files.lines(PROCESSOR)) {
                return lines.filter(line -> line.startsWith("flags"))
                        .anyMatch(line -> line.contains(" avx512_bf16") || line.contains(" amx_bf16"));
            } catch (IOException e) {
                return false;
            }
        }
    }

    /// The instruction set that libtorch's kernels use here, such as `AVX512`.
    public static String instructionSet() {
        return torch.get_cpu_capability().getString();
    }

    /// The version of libtorch's Java binding, such as `2.10.0-1.5.13`.
    public static String version() {
        try {
            return Loader.getVersion("org.bytedeco", "pytorch");
        } catch (IOException e) {
            throw new UncheckedIOException("the native binding's version cannot be read", e);
        }
    }

    /// Bytes of memory that this process holds, as the operating system counts them.
    public static long residentBytes() {
        return Pointer.physicalBytes();
    }
}

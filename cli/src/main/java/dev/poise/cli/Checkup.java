package dev.poise.cli;

import com.sun.management.OperatingSystemMXBean;
import dev.poise.torch.Torch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/// What Poise stands on, looked at.
final class Checkup {

    private static final long GIB = 1L << 30;

    /// A model of 0.1 B parameters with its optimiser state, twice over.
    private static final long ENOUGH_MEMORY = 4 * GIB;

    /// The native libraries unpacked, or a checkpoint of such a model.
    private static final long ENOUGH_DISK = 2 * GIB;

    private Checkup() {}

    /// All checks, in the order in which one thing stands on another.
    static List<Check> run() {
        List<Check> checks = new ArrayList<>();
        checks.add(java(Runtime.version().feature(), Runtime.version().toString(), System.getProperty("java.home")));
        checks.addAll(natives());
        checks.add(allocator(System.getProperty("os.name"), System.getenv()));
        checks.add(memory(totalMemory(), Runtime.getRuntime().maxMemory()));
        checks.add(disk("working directory", Path.of("")));
        checks.add(disk("temporary files", Path.of(System.getProperty("java.io.tmpdir"))));
        checks.add(encoding(System.getProperty("sun.jnu.encoding", "unknown")));
        return List.copyOf(checks);
    }

    static Check java(int feature, String version, String home) {
        String found = version + " at " + home;
        return feature >= 25
                ? Check.good("java", found)
                : Check.missing("java", found, "install a JDK 25 or later, or name one in POISE_JAVA_HOME");
    }

    private static List<Check> natives() {
        int threads;
        try {
            threads = Torch.start(0);
        } catch (IllegalStateException e) {
            String advice = "the native libraries must be for this system: " + e.getMessage();
            return List.of(Check.missing("libtorch", "does not load on " + Loader.getPlatform(), advice));
        }
        return List.of(
                Check.good("libtorch", version("pytorch") + " for " + Loader.getPlatform()),
                instructionSet(Torch.instructionSet()),
                blas(Torch.multipliesWithMkl()),
                bfloat16(Torch.multipliesBfloat16()),
                threads(threads, Runtime.getRuntime().availableProcessors()),
                gpu(torch.hasCUDA(), torch.hasCUDA() ? torch.getNumGPUs() : 0));
    }

    private static String version(String artifact) {
        try {
            return Loader.getVersion("org.bytedeco", artifact);
        } catch (IOException e) {
            return "of unknown version (" + e.getMessage() + ")";
        }
    }

    static Check instructionSet(String name) {
        return name.equals("DEFAULT")
                ? Check.fair("instruction set", name, "this processor lacks AVX2, and everything will be slow")
                : Check.good("instruction set", name);
    }

    static Check blas(boolean mkl) {
        return mkl
                ? Check.good("blas", "MKL, on all threads")
                : Check.fair(
                        "blas",
                        "OpenBLAS " + version("openblas") + ", a large product on one thread",
                        "MKL uses all; ./poise brings it along on Linux on x86-64");
    }

    static Check bfloat16(boolean units) {
        return units
                ? Check.good("bfloat16", "multiplied by this processor")
                : Check.good("bfloat16", "rounded, and multiplied in float32: float32 is faster on this processor");
    }

    static Check threads(int threads, int cores) {
        return Check.good("threads", threads + " on " + cores + (cores == 1 ? " core" : " cores"));
    }

    static Check gpu(boolean cuda, long count) {
        if (!cuda) {
            return Check.good("gpu", "none; the CPU build of libtorch is in use");
        }
        return count > 0
                ? Check.good("gpu", count + " with CUDA")
                : Check.fair("gpu", "none visible to CUDA", "the GPU build is in use; check the driver");
    }

    static Check allocator(String system, Map<String, String> environment) {
        if (!system.equals("Linux")) {
            return Check.good("allocator", "the system's");
        }
        return environment.getOrDefault("LD_PRELOAD", "").contains("jemalloc")
                ? Check.good("allocator", "jemalloc")
                : Check.good("allocator", "the system's; jemalloc would be used where it is installed");
    }

    static Check memory(long total, long heap) {
        String found = gibibytes(total) + " in all, up to " + gibibytes(heap) + " of it for Java";
        return total >= ENOUGH_MEMORY
                ? Check.good("memory", found)
                : Check.fair("memory", found, "enough for small models only");
    }

    private static long totalMemory() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    static Check disk(String name, Path path) {
        String where = path.toAbsolutePath().toString();
        try {
            long usable = Files.getFileStore(path.toAbsolutePath()).getUsableSpace();
            String found = gibibytes(usable) + " free at " + where;
            return usable >= ENOUGH_DISK
                    ? Check.good(name, found)
                    : Check.fair(name, found, "free " + gibibytes(ENOUGH_DISK) + " or more there");
        } catch (IOException e) {
            return Check.missing(name, where + " cannot be looked at", String.valueOf(e.getMessage()));
        }
    }

    static Check encoding(String ofNames) {
        return ofNames.equalsIgnoreCase("UTF-8")
                ? Check.good("encoding", "UTF-8")
                : Check.fair("encoding", ofNames + " for arguments and file names", "set LC_ALL=C.UTF-8");
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) GIB);
    }
}

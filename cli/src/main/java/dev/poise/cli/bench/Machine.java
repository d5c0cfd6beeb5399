package dev.poise.cli.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.poise.torch.Torch;
import dev.poise.train.Training;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a benchmark ran on and with.
final class Machine {

    /// Those that decide how fast matrix products are, as Linux names them.
    private static final Set<String> INSTRUCTION_SETS =
            Set.of("avx2", "avx512f", "avx512_bf16", "amx_tile", "amx_bf16", "asimd", "bf16", "sve");

    private Machine() {}

    /// Name and value of all that a reader needs to judge the numbers.
    static SequencedMap<String, String> facts(Settings settings, Optional<Peer> peer) throws IOException {
        dev.poise.run.Machine here = dev.poise.run.Machine.here(settings.threadsInUse(), "cpu");
        SequencedMap<String, String> facts = new LinkedHashMap<>();
        facts.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        facts.put("processor", here.cpu() + ", " + here.cores() + " cores, " + here.threads() + " threads");
        facts.put("instruction sets", instructionSets() + " (libtorch uses " + Torch.instructionSet() + ")");
        facts.put("memory", memory());
        facts.put("system", here.os());
        facts.put("jdk", here.jdk());
        facts.put(
                "Poise",
                Optional.ofNullable(Training.class.getPackage().getImplementationVersion())
                                .orElse("(not packaged)")
                        + ", commit " + System.getProperty("poise.revision", "unknown") + ", libtorch "
                        + Torch.version() + ", allocator " + allocator());
        facts.put(
                "peer",
                peer.map(other -> other.versions().entrySet().stream()
                                .map(version -> version.getKey() + " " + version.getValue())
                                .collect(Collectors.joining(", ")))
                        .orElse("none"));
        facts.put(
                "rounds",
                settings.rounds() + " in alternation, " + settings.steps() + " steps or " + settings.batches()
                        + " batches each after " + settings.warmup() + " of warm-up");
        return facts;
    }

    private static String memory() {
        long bytes =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }

    private static String allocator() {
        return System.getenv().getOrDefault("LD_PRELOAD", "").contains("jemalloc") ? "jemalloc" : "the system's";
    }

    private static String instructionSets() throws IOException {
        Path file = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(file)) {
            return System.getProperty("os.arch");
        }
        try (Stream<String> lines = Files.lines(file)) {
            List<String> known =
                    lines.filter(line -> line.startsWith("flags") || line.startsWith("Features")).findFirst().stream()
                            .flatMap(line -> Stream.of(line.split("\\s+")))
                            .filter(INSTRUCTION_SETS::contains)
                            .toList();
            return known.isEmpty() ? System.getProperty("os.arch") : String.join(" ", known);
        }
    }
}

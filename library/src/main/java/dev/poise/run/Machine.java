package dev.poise.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What a run ran on.
///
/// @param jdk version and vendor
/// @param os name, version and architecture
/// @param cpu the processor's name
/// @param cores processors that the JVM may use
/// @param threads threads of the numeric library
/// @param device what computed: `cpu`, or the accelerator's name
public record Machine(String jdk, String os, String cpu, int cores, int threads, String device) {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    /// This machine.
    public static Machine here(int threads, String device) throws IOException {
        return new Machine(
                Runtime.version() + " " + System.getProperty("java.vendor"),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                cpuName(),
                Runtime.getRuntime().availableProcessors(),
                threads,
                device);
    }

    /// As Linux knows it; elsewhere the architecture must do.
    private static String cpuName() throws IOException {
        String architecture = System.getProperty("os.arch");
        if (!Files.isReadable(CPU_INFO)) {
            return architecture;
        }
        try (Stream<String> lines = Files.lines(CPU_INFO)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(architecture);
        }
    }
}

package dev.poise.cli.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// Looks at a process from time to time while it runs. Knows what Linux tells, and nothing elsewhere.
final class ProcessWatch {

    private static final Duration LOOK_EVERY = Duration.ofMillis(20);
    private static final Path MACHINE = Path.of("/proc/stat");
    private static final double TICKS_A_SECOND = 100; // USER_HZ, which Linux fixes for what it shows

    private final Process process;
    private final Path status;
    private final Thread thread;
    private final OptionalDouble busyBefore = busySeconds();
    private final long start = System.nanoTime();
    private OptionalLong peakBytes = OptionalLong.empty();
    private Optional<Duration> own = Optional.empty();

    /// Begins to look at a process that has just started.
    ProcessWatch(Process process) {
        this.process = process;
        this.status = Path.of("/proc", Long.toString(process.pid()), "status");
        this.thread = Thread.ofPlatform().daemon().start(this::look);
    }

    /// The kernel keeps the high-water mark and the processor time, so that looking now and then misses little.
    private void look() {
        try {
            do {
                OptionalLong mark = highWaterMark();
                peakBytes = mark.isPresent() ? mark : peakBytes;
                own = process.info().totalCpuDuration().or(() -> own);
            } while (!process.waitFor(LOOK_EVERY));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// What it took, once it has ended.
    Usage end() throws InterruptedException {
        thread.join();
        double elapsed = (System.nanoTime() - start) / 1e9;
        OptionalDouble busyAfter = busySeconds();
        if (busyBefore.isEmpty() || busyAfter.isEmpty() || own.isEmpty()) {
            return new Usage(peakBytes, OptionalDouble.empty());
        }
        double others =
                busyAfter.getAsDouble() - busyBefore.getAsDouble() - own.get().toNanos() / 1e9;
        return new Usage(peakBytes, OptionalDouble.of(Math.max(0, others / elapsed)));
    }

    private OptionalLong highWaterMark() {
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            return OptionalLong.empty(); // a system without such files, or a process that has just ended
        }
    }

    /// Processor time that all processes together have taken: user, nice and system, in the file's order.
    private static OptionalDouble busySeconds() {
        try (Stream<String> lines = Files.lines(MACHINE)) {
            String[] ticks = lines.findFirst().orElse("").split("\\s+", -1);
            return ticks.length < 4
                    ? OptionalDouble.empty()
                    : OptionalDouble.of((Long.parseLong(ticks[1]) + Long.parseLong(ticks[2]) + Long.parseLong(ticks[3]))
                            / TICKS_A_SECOND);
        } catch (IOException | UncheckedIOException e) {
            return OptionalDouble.empty(); // not Linux
        }
    }
}

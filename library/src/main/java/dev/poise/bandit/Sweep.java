package dev.poise.bandit;

import dev.poise.parallel.Cores;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Many settings under many seeds, a run on each core at a time. The numbers do not depend on how many cores.
///
/// @param settings each once
/// @param seeds how many, from 1; at least 2, since one value has no interval
public record Sweep(List<Setting> settings, int seeds) {

    public Sweep {
        if (seeds < 2) {
            throw new IllegalArgumentException("seeds must be at least 2, since one run has no interval, got " + seeds);
        }
        settings = List.copyOf(new LinkedHashSet<>(settings));
        if (settings.isEmpty()) {
            throw new IllegalArgumentException("a sweep must have at least one setting, got none");
        }
    }

    /// How many runs it takes.
    public int size() {
        return settings.size() * seeds;
    }

    /// Runs it all.
    ///
    /// @param threads at once, at least 1
    /// @param done is told, from any thread, how many runs are done
    /// @return an outcome a setting, in their order
    /// @throws ArithmeticException when a loss is no finite number
    public List<Outcome> run(int threads, IntConsumer done) {
        AtomicInteger count = new AtomicInteger();
        List<Run> runs = settings.stream()
                .flatMap(setting -> LongStream.rangeClosed(1, seeds).mapToObj(seed -> new Run(setting, seed)))
                .toList();
        List<List<Point>> points = Cores.map(
                threads,
                runs,
                run -> {
                    List<Point> measured = BanditRun.of(run.setting, run.seed);
                    done.accept(count.incrementAndGet());
                    return measured;
                },
                measured -> {});
        return IntStream.range(0, settings.size())
                .mapToObj(i -> new Outcome(settings.get(i), points.subList(i * seeds, (i + 1) * seeds)))
                .toList();
    }

    private record Run(Setting setting, long seed) {}
}

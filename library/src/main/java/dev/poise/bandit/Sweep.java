package dev.poise.bandit;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/// Many settings under many seeds, a run on each core at a time. The numbers do not depend on how many cores.
///
/// A run's weights, gradients and moments stay in its core's cache, which running several in one loop would not.
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
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<List<Future<List<Point>>>> futures = new ArrayList<>();
            for (Setting setting : settings) {
                List<Future<List<Point>>> runs = new ArrayList<>();
                for (int seed = 1; seed <= seeds; seed++) {
                    long number = seed;
                    runs.add(pool.submit(() -> {
                        List<Point> points = BanditRun.of(setting, number);
                        done.accept(count.incrementAndGet());
                        return points;
                    }));
                }
                futures.add(runs);
            }
            try {
                List<Outcome> outcomes = new ArrayList<>();
                for (int i = 0; i < settings.size(); i++) {
                    List<List<Point>> runs = new ArrayList<>();
                    for (Future<List<Point>> future : futures.get(i)) {
                        runs.add(future.get());
                    }
                    outcomes.add(new Outcome(settings.get(i), runs));
                }
                return outcomes;
            } catch (ExecutionException e) {
                pool.shutdownNow();
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                pool.shutdownNow();
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }
}

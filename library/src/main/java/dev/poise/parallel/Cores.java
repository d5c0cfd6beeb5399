package dev.poise.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/// Runs side by side, a core each: a run's weights, gradients and moments stay in its core's cache, and products of
/// small policies are not worth sharing between cores. Which core does which run changes no number.
public final class Cores {

    private Cores() {}

    /// A run; what it throws ends all of them.
    public interface Run<T, R> {
        R of(T setting) throws Exception;
    }

    /// Runs every setting.
    ///
    /// @param workers runs at once, at least 1
    /// @param tell told every result, in the order of the settings, on this thread
    /// @return one result a setting, in their order
    /// @throws IllegalStateException when interrupted, or around what a run throws that is checked
    public static <T, R> List<R> map(int workers, List<T> settings, Run<T, R> run, Consumer<R> tell) {
        try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
            try {
                List<Future<R>> running = settings.stream()
                        .map(setting -> pool.submit(() -> run.of(setting)))
                        .toList();
                List<R> results = new ArrayList<>();
                for (Future<R> one : running) {
                    results.add(one.get());
                    tell.accept(results.getLast());
                }
                return results;
            } catch (ExecutionException e) {
                pool.shutdownNow();
                throw e.getCause() instanceof RuntimeException failure
                        ? failure
                        : new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                pool.shutdownNow();
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted between runs", e);
            }
        }
    }
}

package dev.poise.gradient;

import dev.poise.model.Decoder;
import dev.poise.objective.Objective;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/// Shares batches out among threads, each with a decoder of its own: the operations of a small model are too small to
/// be worth more than one core each. Results do not depend on how many threads there are.
///
/// @param decoders a trainable decoder a call, always with the same weights
/// @param objective of pairs
/// @param settings of every analysis
/// @param threads at least 1
record SharedAnalysis(
        Supplier<Decoder> decoders, Objective objective, GradientAnalysis.Settings settings, int threads) {

    private static final long BETWEEN_REPORTS_MILLISECONDS = 100;

    /// What a step does to every pair.
    ///
    /// @param progress told how many pairs are done, on this thread
    List<PairForecast> of(List<PairRow> rows, IntConsumer progress) {
        List<List<PairRow>> batches = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += settings.batchPairs()) {
            batches.add(rows.subList(from, Math.min(from + settings.batchPairs(), rows.size())));
        }
        AtomicInteger next = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        List<Future<List<Worked>>> working = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (int thread = 0; thread < threads; thread++) {
                working.add(pool.submit(() -> work(batches, next, done)));
            }
            List<Worked> worked = new ArrayList<>();
            for (Future<List<Worked>> one : working) {
                worked.addAll(await(one, () -> progress.accept(done.get()), next));
            }
            progress.accept(rows.size());
            return worked.stream()
                    .sorted((one, other) -> Integer.compare(one.batch(), other.batch()))
                    .flatMap(batch -> batch.forecasts().stream())
                    .toList();
        }
    }

    /// One batch, done.
    private record Worked(int batch, List<PairForecast> forecasts) {}

    private List<Worked> work(List<List<PairRow>> batches, AtomicInteger next, AtomicInteger done) {
        List<Worked> worked = new ArrayList<>();
        try (Decoder own = decoders.get();
                GradientAnalysis analysis = new GradientAnalysis(own, objective, settings)) {
            for (int batch = next.getAndIncrement(); batch < batches.size(); batch = next.getAndIncrement()) {
                worked.add(new Worked(batch, analysis.of(batches.get(batch), count -> done.incrementAndGet())));
            }
        }
        return worked;
    }

    private static <T> T await(Future<T> future, Runnable report, AtomicInteger next) {
        try {
            while (true) {
                try {
                    return future.get(BETWEEN_REPORTS_MILLISECONDS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    report.run();
                }
            }
        } catch (ExecutionException e) {
            next.set(Integer.MAX_VALUE / 2); // The others stop behind the batch they are at.
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            next.set(Integer.MAX_VALUE / 2);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while pairs were looked at", e);
        }
    }
}

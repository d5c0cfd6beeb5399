package dev.poise.cli.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Carries out a benchmark.
public final class Benchmark {

    private final Settings settings;
    private final Path folder;
    private final PoiseSide poise;
    private final Optional<Peer> peer;
    private final Inputs inputs;
    private final Consumer<String> progress;
    private final List<Comparison> comparisons = new ArrayList<>();
    private final List<Figure> figures = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private Benchmark(Settings settings, Path folder, Consumer<String> progress) throws IOException {
        this.settings = settings;
        this.folder = folder;
        this.poise = new PoiseSide(settings.launcher(), folder);
        this.peer = settings.python() == null ? Optional.empty() : Optional.of(Peer.at(settings.python(), folder));
        this.inputs = new Inputs(settings, folder);
        this.progress = progress;
    }

    /// Does some work on both sides, or on Poise's alone where there is no peer for it.
    ///
    /// @param works what to do
    /// @param folder an existing folder for models, runs and logs
    /// @param progress told how far it is, a line each
    /// @throws IllegalArgumentException when an input is not what it must be
    /// @throws IllegalStateException when a side fails
    public static Findings run(Set<Work> works, Settings settings, Path folder, Consumer<String> progress)
            throws IOException {
        Benchmark benchmark = new Benchmark(settings, folder, progress);
        for (Work work : works) {
            benchmark.run(work);
        }
        return new Findings(
                Machine.facts(settings, benchmark.peer), benchmark.comparisons, benchmark.figures, benchmark.notes);
    }

    private void run(Work work) throws IOException {
        switch (work) {
            case DPO_FLOAT32 -> dpo(work, null, "float32", true, 1e-3);
            case DPO_BFLOAT16 -> dpo(work, null, "bfloat16", false, 1e-2);
            case DPO_LORA -> dpo(work, inputs.adapter(), "float32", true, 1e-3);
            case SAMPLE_260K -> sample(work, inputs.endlessSmall(), List.of(1, 16, 64), 128);
            case SAMPLE_49M -> sample(work, inputs.endlessLarge(), List.of(8), 64);
            case SCALING -> figures.addAll(new Scaling(settings, poise, folder, progress).run(inputs.madeUpLarge()));
            case MATMUL -> matmul();
        }
    }

    /// The peer for some work, or a word on why there is none.
    private Optional<Peer> peer(Work work, String... modules) {
        Optional<String> lacking = peer.isEmpty()
                ? Optional.of("no --python was given")
                : peer.get().lacks(modules);
        lacking.ifPresent(reason -> notes.add(work.key() + ": Poise's side alone, since " + reason + "."));
        return lacking.isPresent() ? Optional.empty() : peer;
    }

    private void dpo(Work work, @Nullable Path adapter, String precision, boolean live, double tolerance)
            throws IOException {
        Optional<Peer> trl = adapter == null
                ? peer(work, "torch", "transformers", "trl", "datasets")
                : peer(work, "torch", "transformers", "trl", "datasets", "peft");
        DpoComparison dpo = new DpoComparison(settings, poise, trl, folder, progress);
        DpoComparison.Outcome outcome = dpo.run(
                work.key(),
                inputs.large(),
                adapter,
                inputs.pairs(settings.allSteps() * Settings.BATCH),
                precision,
                live,
                tolerance);
        comparisons.add(outcome.comparison());
        figures.addAll(outcome.figures());
    }

    private void sample(Work work, EndlessModel model, List<Integer> batches, int newTokens) throws IOException {
        Optional<Peer> transformers = peer(work, "torch", "transformers");
        int longest = model.context() - model.prompts().getFirst().ids().length;
        for (int batch : batches) {
            comparisons.addAll(new SampleComparison(settings, poise, transformers, progress)
                    .run(work.key(), model, batch, Math.min(newTokens, longest)));
        }
    }

    private void matmul() throws IOException {
        progress.accept("matmul");
        String name = Work.MATMUL.key();
        MatrixRate rate = MatrixRate.measure(settings.threadsInUse());
        figures.add(new Figure(name, "float32 products, Poise's libtorch", rate.float32() / 1e9, "GFLOP/s"));
        figures.add(new Figure(name, "bfloat16 products, Poise's libtorch", rate.bfloat16() / 1e9, "GFLOP/s"));
        figures.add(new Figure(name, "copies, read and written", rate.bytes() / 1e9, "GB/s"));
        Optional<Peer> torch = peer(Work.MATMUL, "torch");
        if (torch.isPresent()) {
            torch.get()
                    .rate(settings.threadsInUse())
                    .forEach((type, value) -> figures.add(
                            new Figure(name, type + " products, the peer's torch", value / 1e9, "GFLOP/s")));
        }
    }

    /// The most of some peaks, MiB; null where none is known.
    static @Nullable Double mebibytes(Stream<Usage> turns) {
        OptionalLong most =
                turns.flatMapToLong(usage -> usage.peakBytes().stream()).max();
        return most.isPresent() ? Double.valueOf(most.getAsLong() / (double) (1 << 20)) : null;
    }

    /// The most that other processes disturbed any of some turns, cores; null where it is not known.
    static @Nullable Double others(Stream<Usage> turns) {
        OptionalDouble most =
                turns.flatMapToDouble(usage -> usage.otherCores().stream()).max();
        return most.isPresent() ? Double.valueOf(most.getAsDouble()) : null;
    }
}

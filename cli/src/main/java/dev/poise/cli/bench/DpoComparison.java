package dev.poise.cli.bench;

import dev.poise.model.Architecture;
import dev.poise.model.ModelDirectory;
import dev.poise.run.AtomicWrite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// DPO steps on both sides.
///
/// @param trl the peer; empty for Poise's side alone
/// @param folder for the reference's caches
/// @param progress told how far it is
record DpoComparison(Settings settings, PoiseSide poise, Optional<Peer> trl, Path folder, Consumer<String> progress) {

    /// @param comparison in pairs a second
    /// @param figures what the steps need, and the share of the machine's rate that Poise reaches; in float32 only
    record Outcome(Comparison comparison, List<Figure> figures) {}

    /// @param adapter that is trained in the model's place; null to train all weights
    /// @param tolerance of losses and log-probabilities, relative
    Outcome run(
            String name,
            Path model,
            @Nullable Path adapter,
            PreparedPairs pairs,
            String precision,
            boolean live,
            double tolerance)
            throws IOException {
        Architecture architecture = ModelDirectory.architecture(model);
        TrainWork work = new TrainWork(
                model,
                adapter,
                pairs.file(),
                precision,
                live,
                settings.allSteps(),
                settings.warmup(),
                Settings.BATCH,
                Math.min(Settings.MAX_TOKENS, architecture.context()),
                settings.threadsInUse());
        List<Double> rates = new ArrayList<>();
        Rounds<Trained, Trained> rounds = Rounds.alternate(
                settings.rounds(),
                round -> {
                    progress.accept(name + ", round " + (round + 1) + ": Poise");
                    if (live) {
                        rates.add(rate());
                    }
                    return train(work);
                },
                trl.map(peer -> round -> {
                    progress.accept(name + ", round " + (round + 1) + ": TRL");
                    return peer.train(work);
                }));
        return new Outcome(
                compare(name, work, rounds, tolerance),
                live && adapter == null ? figures(name, work, architecture, pairs, rounds.poise(), rates) : List.of());
    }

    private Trained train(TrainWork work) throws IOException {
        Path cache = folder.resolve("cache");
        if (work.live() && Files.exists(cache)) {
            AtomicWrite.delete(cache);
        }
        return poise.train(work, Files.createDirectories(cache));
    }

    /// The machine's float32 rate as it is now: the better of both libraries', operations a second.
    private double rate() throws IOException {
        double own = MatrixRate.measure(settings.threadsInUse()).float32();
        if (trl.isEmpty()) {
            return own;
        }
        Double other = trl.get().rate(settings.threadsInUse()).getOrDefault("float32", 0.0);
        return Math.max(own, other);
    }

    private Comparison compare(String name, TrainWork work, Rounds<Trained, Trained> rounds, double tolerance) {
        List<Optional<String>> findings = IntStream.range(0, rounds.peer().size())
                .mapToObj(round ->
                        rounds.poise().get(round).differsFrom(rounds.peer().get(round), tolerance))
                .toList();
        return new Comparison(
                name,
                "pairs/s",
                rates(work, rounds.poise()),
                rates(work, rounds.peer()),
                Benchmark.mebibytes(rounds.poise().stream().map(Trained::usage)),
                Benchmark.mebibytes(rounds.peer().stream().map(Trained::usage)),
                Benchmark.others(Stream.concat(rounds.poise().stream(), rounds.peer().stream())
                        .map(Trained::usage)),
                rounds.peer().isEmpty()
                        ? "no peer"
                        : String.format(Locale.ROOT, "losses and log-probabilities within %.0e", tolerance),
                Agreement.first(findings).orElse(null));
    }

    private static List<Double> rates(TrainWork work, List<Trained> turns) {
        return turns.stream().map(turn -> work.timedPairs() / turn.seconds()).toList();
    }

    /// A step with a live reference is one forward pass of the reference, and three passes' worth of the policy.
    private List<Figure> figures(
            String name,
            TrainWork work,
            Architecture architecture,
            PreparedPairs pairs,
            List<Trained> turns,
            List<Double> rates) {
        Products shared = new Products(0, 0, 0);
        Products padded = new Products(0, 0, 0);
        for (int step = work.warmup(); step < work.steps(); step++) {
            int from = step * work.batch();
            int to = from + work.batch();
            shared = shared.plus(Products.shared(architecture, pairs.batch(from, to)));
            padded = padded.plus(Products.padded(architecture, pairs.lengths(from, to)));
        }
        int steps = work.steps() - work.warmup();
        double needed = shared.times(4.0).total();
        List<Double> reached =
                turns.stream().map(turn -> needed / turn.seconds()).toList();
        double rate = Spread.of(rates).median();
        return List.of(
                new Figure(
                        name, "products of a step, prompts shared, logits where read", needed / steps / 1e9, "GFLOP"),
                new Figure(name, "of these, in the head", shared.times(4.0).head() / steps / 1e9, "GFLOP"),
                new Figure(
                        name,
                        "products of a step, padded, logits everywhere",
                        padded.times(4.0).total() / steps / 1e9,
                        "GFLOP"),
                new Figure(name, "the machine's float32 rate in the same rounds", rate / 1e9, "GFLOP/s"),
                new Figure(name, "least time of a step's products at this rate", needed / steps / rate, "s"),
                new Figure(
                        name,
                        "time of a step",
                        Spread.of(turns.stream()
                                        .map(turn -> turn.seconds() / steps)
                                        .toList())
                                .median(),
                        "s"),
                new Figure(
                        name,
                        "share of the machine's rate that Poise reaches",
                        100 * Spread.ofQuotients(reached, rates).median(),
                        "%"));
    }
}

package dev.poise.cli.bench;

import dev.poise.model.Architecture;
import dev.poise.model.ModelDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// What twice the tokens cost, in three ways: twice the pairs, twice the length, twice the batch.
///
/// Rows are all of one length, so that nothing but what is doubled changes. Beside the time stands what the counted
/// products grow by: twice the length is more than twice the attention.
///
/// @param folder for data and the reference's cache
/// @param progress told how far it is
record Scaling(Settings settings, PoiseSide poise, Path folder, Consumer<String> progress) {

    private static final int PROMPT = 96;
    private static final int ANSWER = 32;

    /// A training whose rows are all of one length.
    ///
    /// @param name what is doubled
    private record Variant(String name, TrainWork work, Products products) {}

    /// @param model with a vocabulary of made-up words
    List<Figure> run(Path model) throws IOException {
        Variant plain = variant("plain", model, 1, 1, 1);
        List<Variant> doubled = List.of(
                variant("pairs", model, 2, 1, 1), variant("length", model, 1, 2, 1), variant("batch", model, 1, 1, 2));
        Map<Variant, List<Trained>> turns = new LinkedHashMap<>();
        for (int round = 0; round < settings.rounds(); round++) {
            turn(plain, round, turns);
            for (Variant variant : doubled) {
                turn(variant, round, turns);
            }
        }
        List<Figure> figures = new ArrayList<>();
        for (Variant variant : doubled) {
            figures.addAll(figures(plain, variant, turns));
        }
        return figures;
    }

    private void turn(Variant variant, int round, Map<Variant, List<Trained>> turns) throws IOException {
        progress.accept(Work.SCALING.key() + ", round " + (round + 1) + ": " + variant.name());
        Path cache = Files.createDirectories(folder.resolve("cache"));
        turns.computeIfAbsent(variant, unseen -> new ArrayList<>()).add(poise.train(variant.work(), cache));
    }

    private Variant variant(String name, Path model, int pairs, int length, int batch) throws IOException {
        int steps = settings.warmup() + pairs * settings.steps();
        int rows = batch * Settings.BATCH;
        Path source = MadeUp.pairs(
                folder.resolve("scaling-" + name + "-source.jsonl"),
                steps * rows,
                length * PROMPT,
                length * ANSWER,
                MadeUp.LARGE_VOCABULARY);
        PreparedPairs prepared = PreparedPairs.of(
                source, model, Settings.MAX_TOKENS, steps * rows, folder.resolve("scaling-" + name + ".jsonl"));
        TrainWork work = new TrainWork(
                model,
                null,
                prepared.file(),
                "float32",
                false,
                steps,
                settings.warmup(),
                rows,
                Settings.MAX_TOKENS,
                settings.threadsInUse());
        Architecture architecture = ModelDirectory.architecture(model);
        Products products = IntStream.range(settings.warmup(), steps)
                .mapToObj(step -> Products.shared(architecture, prepared.batch(step * rows, (step + 1) * rows)))
                .reduce(new Products(0, 0, 0), Products::plus);
        return new Variant(name, work, products);
    }

    private static List<Figure> figures(Variant plain, Variant doubled, Map<Variant, List<Trained>> turns) {
        String work = Work.SCALING.key() + ", twice the " + doubled.name();
        List<Trained> before = turns.getOrDefault(plain, List.of());
        List<Trained> after = turns.getOrDefault(doubled, List.of());
        List<Figure> figures = new ArrayList<>();
        figures.add(new Figure(
                work,
                "time",
                Spread.ofQuotients(seconds(after), seconds(before)).median(),
                "times"));
        figures.add(new Figure(
                work,
                "counted products",
                doubled.products().total() / plain.products().total(),
                "times"));
        Double peakBefore = Benchmark.mebibytes(before.stream().map(Trained::usage));
        Double peakAfter = Benchmark.mebibytes(after.stream().map(Trained::usage));
        if (peakBefore != null && peakAfter != null) {
            figures.add(new Figure(work, "peak memory", peakAfter / peakBefore, "times"));
        }
        return figures;
    }

    private static List<Double> seconds(List<Trained> turns) {
        return turns.stream().map(Trained::seconds).toList();
    }
}

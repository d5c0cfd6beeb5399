package dev.poise.cli.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Sampling on both sides: greedily, where tokens must be equal, and at temperature 1, where they are drawn.
///
/// @param transformers the peer; empty for Poise's side alone
/// @param progress told how far it is
record SampleComparison(Settings settings, PoiseSide poise, Optional<Peer> transformers, Consumer<String> progress) {

    /// Both ways of choosing tokens, with one batch. Draws have nothing to be compared with: where greedy tokens
    /// differ, neither way has a ratio.
    List<Comparison> run(String name, EndlessModel model, int batch, int newTokens) throws IOException {
        List<Comparison> comparisons = new ArrayList<>();
        String disagreement = null;
        for (boolean random : new boolean[] {false, true}) {
            SampleWork work = new SampleWork(
                    model.directory(),
                    model.prompts(),
                    batch,
                    settings.warmup() + settings.batches(),
                    settings.warmup(),
                    newTokens,
                    random,
                    settings.threadsInUse());
            String title = name + ", batch " + batch + (random ? ", temperature 1" : ", greedy");
            Rounds<Generated, Generated> rounds = Rounds.alternate(
                    settings.rounds(),
                    round -> {
                        progress.accept(title + ", round " + (round + 1) + ": Poise");
                        return poise.generate(work);
                    },
                    transformers.map(peer -> round -> {
                        progress.accept(title + ", round " + (round + 1) + ": transformers");
                        return peer.generate(work);
                    }));
            if (!random) {
                disagreement = disagreement(rounds);
            }
            comparisons.add(comparison(title, work, rounds, disagreement));
        }
        return comparisons;
    }

    private static @Nullable String disagreement(Rounds<Generated, Generated> rounds) {
        return Agreement.first(IntStream.range(0, rounds.peer().size())
                        .mapToObj(round -> Agreement.ofTokens(
                                rounds.poise().get(round).tokens(),
                                rounds.peer().get(round).tokens()))
                        .toList())
                .orElse(null);
    }

    private static Comparison comparison(
            String title, SampleWork work, Rounds<Generated, Generated> rounds, @Nullable String disagreement) {
        return new Comparison(
                title,
                "tokens/s",
                rates(work, rounds.poise()),
                rates(work, rounds.peer()),
                Benchmark.mebibytes(rounds.poise().stream().map(Generated::usage)),
                Benchmark.mebibytes(rounds.peer().stream().map(Generated::usage)),
                Benchmark.others(Stream.concat(rounds.poise().stream(), rounds.peer().stream())
                        .map(Generated::usage)),
                rounds.peer().isEmpty() ? "no peer" : work.random() ? "greedy tokens equal" : "tokens equal",
                disagreement);
    }

    private static List<Double> rates(SampleWork work, List<Generated> turns) {
        return turns.stream().map(turn -> work.timedTokens() / turn.seconds()).toList();
    }
}

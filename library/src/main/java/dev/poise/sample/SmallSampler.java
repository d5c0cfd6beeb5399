package dev.poise.sample;

import dev.poise.model.SmallDecoder;
import dev.poise.model.SmallRow;
import dev.poise.sample.Sampler.Growth;
import dev.poise.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/// Samples from a small decoder, a batch's rows in as many threads as there are, a few at a time: neighbouring rows
/// with the same prompt run it once.
record SmallSampler(SmallDecoder decoder, Set<Integer> stopIds, int batch, Decoding decoding) {

    /// Rows that one thread grows together.
    private static final int PIECE = 8;

    /// Rows `from` until `to` of a call.
    private record Piece(int from, int to) {}

    void sample(List<int[]> prompts, BiConsumer<Integer, Sample> done) {
        try (ExecutorService threads = Executors.newFixedThreadPool(Torch.threads())) {
            try {
                for (int from = 0; from < prompts.size(); from += batch) {
                    sample(prompts, from, Math.min(from + batch, prompts.size()), threads, done);
                }
            } catch (ExecutionException e) {
                threads.shutdownNow();
                throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
            } catch (InterruptedException e) {
                threads.shutdownNow();
                Thread.currentThread().interrupt();
                throw new IllegalStateException("sampling was interrupted", e);
            }
        }
    }

    /// One batch.
    private void sample(
            List<int[]> prompts, int from, int to, ExecutorService threads, BiConsumer<Integer, Sample> done)
            throws ExecutionException, InterruptedException {
        List<Piece> pieces = pieces(from, to);
        List<Future<List<Sample>>> sampled = pieces.stream()
                .map(piece -> threads.submit(() -> sample(prompts, piece)))
                .toList();
        for (int i = 0; i < sampled.size(); i++) {
            List<Sample> samples = sampled.get(i).get();
            for (int k = 0; k < samples.size(); k++) {
                done.accept(pieces.get(i).from + k, samples.get(k));
            }
        }
    }

    private static List<Piece> pieces(int from, int to) {
        return IntStream.iterate(from, i -> i < to, i -> i + PIECE)
                .mapToObj(i -> new Piece(i, Math.min(i + PIECE, to)))
                .toList();
    }

    /// A row on its way.
    private record Growing(SmallRow row, Growth growth) {}

    private List<Sample> sample(List<int[]> prompts, Piece piece) {
        List<SmallRow> rows = start(prompts.subList(piece.from, piece.to));
        List<Growing> all = IntStream.range(0, rows.size())
                .mapToObj(i -> new Growing(
                        rows.get(i),
                        new Growth(room(prompts.get(piece.from + i)), Sampler.stream(decoding, piece.from + i))))
                .toList();
        List<Growing> growing = all;
        while (true) {
            draw(growing);
            growing = growing.stream().filter(row -> !row.growth.done()).toList();
            if (growing.isEmpty()) {
                return all.stream().map(row -> row.growth.toSample()).toList();
            }
            SmallRow.append(
                    growing.stream().map(Growing::row).toList(),
                    growing.stream().mapToInt(row -> row.growth.last()).toArray());
        }
    }

    private int room(int[] prompt) {
        return Math.min(decoder.context() - prompt.length, decoding.maxNewTokens());
    }

    /// Rows that hold their prompts, which run side by side.
    private List<SmallRow> start(List<int[]> prompts) {
        List<SmallRow> distinct = new ArrayList<>();
        List<int[]> theirs = new ArrayList<>();
        int[] which = new int[prompts.size()];
        for (int i = 0; i < which.length; i++) {
            if (i == 0 || !Arrays.equals(prompts.get(i), prompts.get(i - 1))) {
                distinct.add(row(prompts.get(i)));
                theirs.add(prompts.get(i));
            }
            which[i] = distinct.size() - 1;
        }
        int longest = theirs.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
        for (int t = 0; t < longest; t++) {
            int at = t;
            int[] reaching = IntStream.range(0, distinct.size())
                    .filter(i -> theirs.get(i).length > at)
                    .toArray();
            SmallRow.append(
                    Arrays.stream(reaching).mapToObj(distinct::get).toList(),
                    Arrays.stream(reaching).map(i -> theirs.get(i)[at]).toArray());
        }
        return IntStream.range(0, which.length)
                .mapToObj(i -> i == 0 || which[i] > which[i - 1]
                        ? distinct.get(which[i])
                        : distinct.get(which[i]).fork())
                .toList();
    }

    private SmallRow row(int[] prompt) {
        if (prompt.length == 0 || prompt.length > decoder.context()) {
            throw new IllegalArgumentException(
                    "prompts must hold between 1 and " + decoder.context() + " tokens, got " + prompt.length);
        }
        return decoder.row(prompt.length + room(prompt));
    }

    /// Draws the next token of every row.
    private void draw(List<Growing> growing) {
        List<double[]> logits =
                SmallRow.logits(growing.stream().map(Growing::row).toList());
        for (int i = 0; i < growing.size(); i++) {
            Growth growth = growing.get(i).growth;
            Drawn drawn = Drawn.from(logits.get(i), decoding, growth.random());
            growth.add(drawn.token(), drawn.logProb(), stopIds);
        }
    }
}

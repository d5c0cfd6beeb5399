package dev.poise.sample;

import dev.poise.model.SmallDecoder;
import dev.poise.model.SmallRow;
import dev.poise.sample.Sampler.Growth;
import dev.poise.torch.Torch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/// Samples from a small decoder, a few rows at a time in each of as many threads as there are: neighbouring rows with
/// the same prompt run it once.
record SmallSampler(SmallDecoder decoder, Set<Integer> stopIds, int batch, Decoding decoding) {

    /// Rows that one thread grows together.
    private static final int PIECE = 8;

    /// Rows `from` until `to` of a call.
    private record Piece(int from, int to) {
        int rows() {
            return to - from;
        }
    }

    /// A piece that is being sampled, or waits for a thread.
    private record Underway(Piece piece, Future<List<Sample>> samples) {}

    void sample(List<int[]> prompts, BiConsumer<Integer, Sample> done) {
        try (ExecutorService threads = Executors.newFixedThreadPool(Torch.threads())) {
            try {
                sample(prompts, threads, done);
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

    /// Keeps as many rows underway as a batch holds: where a piece is done, the next one enters.
    private void sample(List<int[]> prompts, ExecutorService threads, BiConsumer<Integer, Sample> done)
            throws ExecutionException, InterruptedException {
        Deque<Underway> underway = new ArrayDeque<>();
        int rows = 0;
        for (Piece piece : pieces(prompts.size())) {
            while (rows + piece.rows() > batch) {
                rows -= deliver(underway.removeFirst(), done);
            }
            underway.addLast(new Underway(piece, threads.submit(() -> sample(prompts, piece))));
            rows += piece.rows();
        }
        while (!underway.isEmpty()) {
            deliver(underway.removeFirst(), done);
        }
    }

    /// Waits for a piece and hands out its samples.
    ///
    /// @return how many these are
    private static int deliver(Underway underway, BiConsumer<Integer, Sample> done)
            throws ExecutionException, InterruptedException {
        List<Sample> samples = underway.samples.get();
        for (int i = 0; i < samples.size(); i++) {
            done.accept(underway.piece.from + i, samples.get(i));
        }
        return samples.size();
    }

    private List<Piece> pieces(int rows) {
        int size = Math.min(PIECE, batch);
        return IntStream.iterate(0, from -> from < rows, from -> from + size)
                .mapToObj(from -> new Piece(from, Math.min(from + size, rows)))
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

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
        List<Growing> all = new ArrayList<>();
        for (int i = piece.from; i < piece.to; i++) {
            boolean again = i > piece.from && Arrays.equals(prompts.get(i), prompts.get(i - 1));
            SmallRow row = again ? all.getLast().row.fork() : start(prompts.get(i));
            all.add(new Growing(row, new Growth(room(prompts.get(i)), Sampler.stream(decoding, i))));
        }
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

    private SmallRow start(int[] prompt) {
        if (prompt.length == 0 || prompt.length > decoder.context()) {
            throw new IllegalArgumentException(
                    "prompts must hold between 1 and " + decoder.context() + " tokens, got " + prompt.length);
        }
        SmallRow row = decoder.row(prompt.length + room(prompt));
        for (int token : prompt) {
            row.append(token);
        }
        return row;
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

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

/// Samples from a small decoder, row by row, a batch's rows in as many threads as there are: neighbouring rows
/// with the same prompt share its keys and values.
record SmallSampler(SmallDecoder decoder, Set<Integer> stopIds, int batch, Decoding decoding) {

    /// Rows that one thread takes at a time.
    private static final int PIECE = 8;

    /// Rows `from` until `to` of a call, all with the same prompt.
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
        List<Piece> pieces = pieces(prompts, from, to);
        List<Future<List<Sample>>> sampled = pieces.stream()
                .map(piece -> threads.submit(() -> sample(prompts.get(piece.from), piece)))
                .toList();
        for (int i = 0; i < sampled.size(); i++) {
            List<Sample> samples = sampled.get(i).get();
            for (int k = 0; k < samples.size(); k++) {
                done.accept(pieces.get(i).from + k, samples.get(k));
            }
        }
    }

    private static List<Piece> pieces(List<int[]> prompts, int from, int to) {
        List<Piece> pieces = new ArrayList<>();
        int begun = from;
        for (int i = from + 1; i <= to; i++) {
            if (i == to || i - begun == PIECE || !Arrays.equals(prompts.get(i), prompts.get(begun))) {
                pieces.add(new Piece(begun, i));
                begun = i;
            }
        }
        return pieces;
    }

    private List<Sample> sample(int[] prompt, Piece piece) {
        int context = decoder.context();
        if (prompt.length == 0 || prompt.length > context) {
            throw new IllegalArgumentException(
                    "prompts must hold between 1 and " + context + " tokens, got " + prompt.length);
        }
        int room = Math.min(context - prompt.length, decoding.maxNewTokens());
        SmallRow start = decoder.row(prompt.length + room);
        for (int token : prompt) {
            start.append(token);
        }
        List<Sample> samples = new ArrayList<>();
        for (int i = piece.from; i < piece.to; i++) {
            samples.add(grow(i + 1 < piece.to ? start.fork() : start, room, i));
        }
        return samples;
    }

    private Sample grow(SmallRow row, int room, int index) {
        Growth growth = new Growth(room, Sampler.stream(decoding, index));
        while (true) {
            Drawn drawn = Drawn.from(row.logits(), decoding, growth.random());
            growth.add(drawn.token(), drawn.logProb(), stopIds);
            if (growth.done()) {
                return growth.toSample();
            }
            row.append(growth.last());
        }
    }
}

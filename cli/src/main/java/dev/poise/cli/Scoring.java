package dev.poise.cli;

import dev.poise.data.BadRow;
import dev.poise.data.DataException;
import dev.poise.data.Drop;
import dev.poise.data.Encoded;
import dev.poise.data.Encoder;
import dev.poise.data.Encoding;
import dev.poise.data.EncodingCounts;
import dev.poise.data.Example;
import dev.poise.data.Row;
import dev.poise.data.Undecided;
import dev.poise.model.Decoder;
import dev.poise.tokenize.TokenSequence;
import dev.poise.train.Likelihoods;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// Scores the rows of a data set in their order.
///
/// @param encoder turns them into tokens
/// @param badRows what becomes of those that cannot be read
/// @param decoders the policy, and the reference where there is one
/// @param microBatchTokens tokens of one forward pass
record Scoring(Encoder encoder, DataOptions.BadRows badRows, List<Decoder> decoders, int microBatchTokens) {

    /// Rows scored before any is handed out: enough for those of like length to share a forward pass.
    private static final int STRETCH = 256;

    /// A row on its way.
    private record Waiting(long index, Encoded encoded) {}

    /// Scores rows, and counts what became of every one of them.
    ///
    /// @param rows the data set
    /// @param notes told of rows that cannot be read
    /// @param sink told the numbers of the others
    /// @param progress told how many rows are scored
    EncodingCounts score(Iterator<Row> rows, Consumer<String> notes, Consumer<Scored> sink, LongConsumer progress) {
        EncodingCounts counts = EncodingCounts.NONE;
        List<Waiting> waiting = new ArrayList<>();
        while (rows.hasNext()) {
            long index = counts.rows();
            switch (rows.next()) {
                case BadRow bad -> {
                    leaveOut(bad, notes);
                    counts = counts.plus(bad);
                }
                case Undecided row -> counts = counts.plus(new Encoding.Dropped(row.source(), Drop.UNDECIDED));
                case Example example -> {
                    Encoding encoding = encoder.encode(example);
                    switch (encoding) {
                        case Encoding.Kept kept -> waiting.add(new Waiting(index, kept.row()));
                        case Encoding.Refused refused -> leaveOut(refused.row(), notes);
                        case Encoding.Dropped _ -> {}
                    }
                    counts = counts.plus(encoding);
                }
            }
            if (waiting.size() == STRETCH || (!rows.hasNext() && !waiting.isEmpty())) {
                long before = counts.encoded() - waiting.size();
                score(waiting, sink, done -> progress.accept(before + done));
                waiting.clear();
            }
        }
        return counts;
    }

    private void leaveOut(BadRow bad, Consumer<String> notes) {
        switch (badRows) {
            case STOP -> throw new DataException(bad.source(), bad.reason());
            case QUARANTINE -> notes.accept(bad.source() + ": left out: " + bad.reason());
        }
    }

    private void score(List<Waiting> waiting, Consumer<Scored> sink, LongConsumer progress) {
        List<Encoded> encoded = waiting.stream().map(Waiting::encoded).toList();
        encoded.forEach(this::requireKnown);
        double[][] policy = Likelihoods.summed(decoders.getFirst(), encoded, microBatchTokens, progress::accept);
        boolean compared = decoders.size() > 1;
        double[][] reference =
                compared ? Likelihoods.summed(decoders.getLast(), encoded, microBatchTokens, done -> {}) : policy;
        for (int i = 0; i < waiting.size(); i++) {
            sink.accept(new Scored(waiting.get(i).index(), encoded.get(i), policy[i], compared ? reference[i] : null));
        }
    }

    private void requireKnown(Encoded row) {
        for (Decoder decoder : decoders) {
            KnownTokens known = new KnownTokens(decoder.architecture().vocabulary());
            for (TokenSequence sequence : dev.poise.train.TrainingRow.sequences(row)) {
                known.require(row.source().toString(), sequence.ids());
            }
        }
    }
}

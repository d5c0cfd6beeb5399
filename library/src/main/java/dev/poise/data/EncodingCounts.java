package dev.poise.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What became of the rows of a data set. Every row is in exactly one of `encoded`, `bad` and `dropped`.
///
/// @param rows rows read
/// @param encoded rows encoded
/// @param bad rows that could not be read or checked, by flaw
/// @param dropped good rows left out, by reason
/// @param cut encoded rows that lost the end of a sequence
/// @param boundaryMerges tokens that reach across the edge between a prompt and its completion
/// @param tokens tokens of all encoded sequences
/// @param trainedTokens those of them that are trained
public record EncodingCounts(
        long rows,
        long encoded,
        Map<Flaw, Long> bad,
        Map<Drop, Long> dropped,
        long cut,
        long boundaryMerges,
        long tokens,
        long trainedTokens) {

    /// Nothing read yet.
    public static final EncodingCounts NONE = new EncodingCounts(0, 0, Map.of(), Map.of(), 0, 0, 0, 0);

    public EncodingCounts {
        long accounted = encoded + sum(bad) + sum(dropped);
        if (rows != accounted) {
            throw new IllegalArgumentException("every row must be counted once, got " + rows + " rows and " + accounted
                    + " encoded, bad or dropped");
        }
        bad = Collections.unmodifiableMap(bad);
        dropped = Collections.unmodifiableMap(dropped);
    }

    /// These counts and one bad row.
    public EncodingCounts plus(BadRow row) {
        Map<Flaw, Long> more = new EnumMap<>(Flaw.class);
        more.putAll(bad);
        more.merge(row.flaw(), 1L, Long::sum);
        return new EncodingCounts(rows + 1, encoded, more, dropped, cut, boundaryMerges, tokens, trainedTokens);
    }

    /// These counts and one encoded or dropped row.
    public EncodingCounts plus(Encoding encoding) {
        return switch (encoding) {
            case Encoding.Refused refused -> plus(refused.row());
            case Encoding.Dropped left -> {
                Map<Drop, Long> more = new EnumMap<>(Drop.class);
                more.putAll(dropped);
                more.merge(left.reason(), 1L, Long::sum);
                yield new EncodingCounts(rows + 1, encoded, bad, more, cut, boundaryMerges, tokens, trainedTokens);
            }
            case Encoding.Kept kept ->
                new EncodingCounts(
                        rows + 1,
                        encoded + 1,
                        bad,
                        dropped,
                        cut + (kept.cut() ? 1 : 0),
                        boundaryMerges + kept.boundaryMerges(),
                        tokens + tokens(kept.row()),
                        trainedTokens + trainedTokens(kept.row()));
        };
    }

    /// One fact a line, for people; only what happened is told.
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("%,d rows: %,d encoded, %,d bad, %,d dropped".formatted(rows, encoded, sum(bad), sum(dropped)));
        bad.forEach((flaw, count) -> lines.add("%,d bad: %s".formatted(count, flaw.description())));
        dropped.forEach((drop, count) -> lines.add("%,d dropped: %s".formatted(count, drop.description())));
        if (cut > 0) {
            lines.add("%,d cut to max_tokens".formatted(cut));
        }
        if (boundaryMerges > 0) {
            lines.add("%,d tokens reach across the edge of a prompt and count as completion".formatted(boundaryMerges));
        }
        lines.add("%,d tokens, %,d of them trained".formatted(tokens, trainedTokens));
        return lines;
    }

    private static long tokens(Encoded row) {
        return switch (row) {
            case Encoded.Pair pair ->
                pair.chosen().length() + (long) pair.rejected().length();
            case Encoded.Single single -> single.sequence().length();
        };
    }

    private static long trainedTokens(Encoded row) {
        return switch (row) {
            case Encoded.Pair pair ->
                pair.chosen().trainedTokens() + (long) pair.rejected().trainedTokens();
            case Encoded.Single single -> single.sequence().trainedTokens();
        };
    }

    private static <K> long sum(Map<K, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}

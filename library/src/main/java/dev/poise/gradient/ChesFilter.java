package dev.poise.gradient;

import dev.poise.data.RowCopy;
import dev.poise.data.Source;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Leaves out the pairs whose answers the model holds most alike: those most likely to be displaced.
///
/// @param percentile in (0, 100]: pairs up to this percentile of length-normalised CHES are kept
/// @param limit the largest CHES that is kept
/// @param kept where the kept pairs were read
public record ChesFilter(double percentile, double limit, Set<Source> kept) {

    /// Chooses pairs. At the limit itself all are kept.
    ///
    /// @param pairs at least one
    public static ChesFilter of(List<PairForecast> pairs, double percentile) {
        if (!(percentile > 0 && percentile <= 100)) {
            throw new IllegalArgumentException("percentile must be in (0, 100], got " + percentile);
        }
        double limit = Quantiles.of(pairs.stream()
                        .mapToDouble(pair -> pair.ches().normalised())
                        .toArray())
                .at(percentile / 100);
        return new ChesFilter(
                percentile,
                limit,
                pairs.stream()
                        .filter(pair -> pair.ches().normalised() <= limit)
                        .map(PairForecast::source)
                        .collect(Collectors.toSet()));
    }

    /// Writes the kept rows as they were read.
    ///
    /// @return how many were written
    public long write(List<Path> data, Path target) {
        return RowCopy.write(data, kept, target);
    }
}

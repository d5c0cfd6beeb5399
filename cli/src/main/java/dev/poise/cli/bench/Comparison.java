package dev.poise.cli.bench;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One piece of work on both sides.
///
/// @param work what was done
/// @param unit of the rates, such as `pairs/s`
/// @param poise rates, one a round
/// @param peer rates, one a round; none where there is no peer
/// @param poisePeakMib the most memory that Poise's side had resident in any round; null where the system does not
///     tell
/// @param peerPeakMib the same of the peer's; null as well where there is no peer
/// @param otherCores the most cores that all other processes kept busy during any turn; null where the system does
///     not tell
/// @param checked how the answers were compared
/// @param disagreement what differs between the answers; null where they agree or nobody else answered
public record Comparison(
        String work,
        String unit,
        List<Double> poise,
        List<Double> peer,
        @Nullable Double poisePeakMib,
        @Nullable Double peerPeakMib,
        @Nullable Double otherCores,
        String checked,
        @Nullable String disagreement) {

    public Comparison {
        poise = List.copyOf(poise);
        peer = List.copyOf(peer);
    }

    /// Poise's rate over the peer's, round by round; empty where answers differ or there is no peer.
    public Optional<Spread> ratio() {
        return disagreement != null || peer.isEmpty() ? Optional.empty() : Optional.of(Spread.ofQuotients(poise, peer));
    }
}

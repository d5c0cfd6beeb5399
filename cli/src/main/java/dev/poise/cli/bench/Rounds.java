package dev.poise.cli.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What two sides came to, round by round.
///
/// @param poise one outcome a round
/// @param peer one outcome a round; none where there is no peer
/// @param <A> what Poise's side comes to
/// @param <B> what the peer's side comes to
record Rounds<A, B>(List<A> poise, List<B> peer) {

    /// One side's turn.
    @FunctionalInterface
    interface Turn<T> {
        /// Takes it.
        ///
        /// @param round zero-based
        T take(int round) throws IOException;
    }

    /// Lets the sides take turns, Poise first in every round: A B A B, since machines drift.
    ///
    /// @param rounds at least 1
    static <A, B> Rounds<A, B> alternate(int rounds, Turn<A> poise, Optional<Turn<B>> peer) throws IOException {
        List<A> ours = new ArrayList<>();
        List<B> theirs = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            ours.add(poise.take(round));
            if (peer.isPresent()) {
                theirs.add(peer.get().take(round));
            }
        }
        return new Rounds<>(List.copyOf(ours), List.copyOf(theirs));
    }
}

package dev.poise.cli.bench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Whether two sides came to the same answer. A fast wrong answer is not a time.
final class Agreement {

    private Agreement() {}

    /// What differs between two sequences of numbers; empty where nothing does.
    ///
    /// @param what the numbers are
    /// @param tolerance largest difference, relative to the larger of two numbers' sizes
    static Optional<String> ofNumbers(String what, double[] poise, double[] peer, double tolerance) {
        if (poise.length != peer.length) {
            return Optional.of(
                    what + ": " + poise.length + " steps on Poise's side, " + peer.length + " on the peer's");
        }
        for (int step = 0; step < poise.length; step++) {
            double size = Math.max(Math.abs(poise[step]), Math.abs(peer[step]));
            // Not the other way round: whatever is not a number agrees with nothing.
            if (!(Math.abs(poise[step] - peer[step]) <= tolerance * size)) {
                return Optional.of(String.format(
                        Locale.ROOT,
                        "%s of step %d: %.8g on Poise's side, %.8g on the peer's, more than %.0e apart",
                        what,
                        step + 1,
                        poise[step],
                        peer[step],
                        tolerance));
            }
        }
        return Optional.empty();
    }

    /// What differs between two lists of completions; empty where nothing does.
    static Optional<String> ofTokens(List<List<Integer>> poise, List<List<Integer>> peer) {
        if (poise.size() != peer.size()) {
            return Optional.of("completions: " + poise.size() + " on Poise's side, " + peer.size() + " on the peer's");
        }
        for (int row = 0; row < poise.size(); row++) {
            List<Integer> ours = poise.get(row);
            List<Integer> theirs = peer.get(row);
            for (int t = 0; t < Math.max(ours.size(), theirs.size()); t++) {
                Object our = t < ours.size() ? ours.get(t) : "nothing";
                Object their = t < theirs.size() ? theirs.get(t) : "nothing";
                if (!our.equals(their)) {
                    return Optional.of("completion " + row + ", token " + t + ": " + our + " on Poise's side, " + their
                            + " on the peer's");
                }
            }
        }
        return Optional.empty();
    }

    /// The first of several findings that is there.
    static Optional<String> first(List<Optional<String>> findings) {
        return findings.stream().flatMap(Optional::stream).findFirst();
    }
}

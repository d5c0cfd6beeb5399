package dev.poise.cli.bench;

import java.util.List;
import java.util.Optional;

/// What one side's training came to.
///
/// @param losses one a step, warm-up included
/// @param chosen log-probability of the chosen answers, nats, summed over tokens, mean over the step's pairs
/// @param rejected the same of the rejected answers
/// @param seconds of the steps after warm-up; where the reference is live, its share included
/// @param usage what the process took of the machine
record Trained(double[] losses, double[] chosen, double[] rejected, double seconds, Usage usage) {

    /// What differs from a peer's training.
    ///
    /// The log-probabilities say more than the loss, which begins at ln 2 whatever the model says.
    Optional<String> differsFrom(Trained peer, double tolerance) {
        return Agreement.first(List.of(
                Agreement.ofNumbers("loss", losses, peer.losses, tolerance),
                Agreement.ofNumbers("log-probability of the chosen answers", chosen, peer.chosen, tolerance),
                Agreement.ofNumbers("log-probability of the rejected answers", rejected, peer.rejected, tolerance)));
    }
}

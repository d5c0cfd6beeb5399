package dev.poise.gradient;

import dev.poise.gradient.Weights.Answers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one step does to a pair, token by token.
///
/// @param index zero-based, of the row in its data set
/// @param answers log-probabilities and lengths
/// @param weights w⁺ and w⁻ where the pair has the step to itself
/// @param good the chosen answer's tokens in order
/// @param bad the rejected one's
public record TokenMoves(int index, Answers answers, Weights weights, List<Move> good, List<Move> bad) {

    /// Where a token stands with respect to the other answer.
    public enum Place {
        /// Both answers were alike up to here and go on with this token.
        SHARED,
        /// Both answers were alike up to here and part.
        PARTING,
        /// The answers have parted before.
        LATER
    }

    /// A token and how strongly something happens to it.
    public record Strength(int id, double value) {}

    /// What happens at one position.
    ///
    /// @param id the answer's token
    /// @param logProb log p of it, nats
    /// @param forecast change of `logProb` by one step of gradient descent on the output matrix, to first order,
    /// nats
    /// @param actual change of `logProb` by a real step on all parameters, nats; null where none was taken
    /// @param own how strongly descent pushes this token's logit: −∂L/∂s
    /// @param other the same of the token that the other answer goes on with; null unless the answers part here
    /// @param others the tokens besides these whose logits are pushed hardest, by −∂L/∂s, strongest first
    /// @param gaining where probability goes if descent moves these logits alone: dp for a unit step, most gained
    /// first
    /// @param gained which tokens' probabilities a real step raised most, and by how much; empty where none was
    /// taken
    public record Move(
            Place place,
            int id,
            double logProb,
            double forecast,
            @Nullable Double actual,
            double own,
            @Nullable Strength other,
            List<Strength> others,
            List<Strength> gaining,
            List<Strength> gained) {}
}

package dev.poise.gradient;

/// What a step does to the log-probabilities of a pair's answers, nats, summed over tokens.
///
/// @param good change of log π(y⁺|x)
/// @param bad change of log π(y⁻|x)
public record Change(double good, double bad) {

    /// Which way the two answers go.
    public enum Verdict {
        /// The chosen answer rises and the rejected one does not: what preferences ask for.
        AS_INTENDED,
        /// Both rise.
        BOTH_UP,
        /// Both fall: likelihood displacement, even where the margin grows.
        BOTH_DOWN,
        /// The chosen answer falls and the rejected one does not.
        CHOSEN_DOWN_ONLY,
        /// The chosen answer stays as it is: the objective leaves the pair alone, or penalises only.
        CHOSEN_UNMOVED
    }

    /// Change of log π(y⁺|x) − log π(y⁻|x).
    public double margin() {
        return good - bad;
    }

    /// Which way the two answers go.
    public Verdict verdict() {
        if (good > 0) {
            return bad > 0 ? Verdict.BOTH_UP : Verdict.AS_INTENDED;
        }
        if (good < 0) {
            return bad < 0 ? Verdict.BOTH_DOWN : Verdict.CHOSEN_DOWN_ONLY;
        }
        return Verdict.CHOSEN_UNMOVED;
    }
}

package dev.poise.online;

/// A completion of a prompt, with what was noted when its round began.
///
/// @param author who wrote it
/// @param tokens token ids, at least one; where its author ended it, the ending token is the last
/// @param ended whether its author ended it, rather than the limit on its length
/// @param reward how good it is, finite
/// @param logProbs log π(y_t|x, y_<t) of every token under the policy before the round that first drew it, nats
/// @param reference the same under the recipe's reference; empty without one
/// @param anchor what objectives measure against, token by token: log-probabilities of the reference, of the
///     policy before this round, or a mixture of both; empty where nothing is measured against
/// @param advantages what every token is credited with in this round; empty for objectives of pairs
public record Completion(
        Author author,
        int[] tokens,
        boolean ended,
        double reward,
        double[] logProbs,
        double[] reference,
        double[] anchor,
        double[] advantages) {

    /// Who writes completions.
    public enum Author {
        /// The policy that is tuned, as it was before the round.
        POLICY,
        /// The reference.
        REFERENCE,
        /// Whoever wrote the data.
        DATA
    }

    public Completion {
        if (tokens.length == 0 || logProbs.length != tokens.length) {
            throw new IllegalArgumentException("a completion must hold at least one token and a log-probability for"
                    + " each, got " + tokens.length + " and " + logProbs.length);
        }
        if (!Double.isFinite(reward)) {
            throw new IllegalArgumentException("reward must be finite, got " + reward);
        }
    }

    /// The same, measured against something else.
    public Completion anchored(double[] other) {
        return new Completion(author, tokens, ended, reward, logProbs, reference, other, advantages);
    }

    /// The same, measured for the first time.
    public Completion measured(double[] newLogProbs, double[] newReference, double[] newAnchor) {
        return new Completion(author, tokens, ended, reward, newLogProbs, newReference, newAnchor, advantages);
    }

    /// The same, credited.
    public Completion credited(double[] newAdvantages) {
        return new Completion(author, tokens, ended, reward, logProbs, reference, anchor, newAdvantages);
    }

    /// log π(y|x) under the policy before the round that first drew it, summed, nats.
    public double logProb() {
        return sum(logProbs);
    }

    /// log π_ref(y|x) under the recipe's reference, summed, nats; 0 without one.
    public double referenceLogProb() {
        return sum(reference);
    }

    /// The anchor's log-probability, summed, nats.
    public double anchorLogProb() {
        return sum(anchor);
    }

    /// In the order of the tokens, as the policy's are summed.
    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}

package dev.poise.oracle;

/// Two completions of one prompt, the better one first, with their rewards.
public record ScoredPair(String prompt, String chosen, double chosenReward, String rejected, double rejectedReward) {

    /// By how much the chosen completion is better.
    public double margin() {
        return chosenReward - rejectedReward;
    }
}

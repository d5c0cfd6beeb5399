package dev.poise.advise;

/// Where one can stand: by whether the reference writes high-reward answers, and whether the data overlap with what
/// it writes. The first three are the scenarios of arXiv 2404.14367, the others are cells of its grid that it does not
/// study.
public enum Place {
    /// Scenario 1: high-reward answers are rare under the reference, the data overlap with it.
    BROAD("scenario 1", "good answers are rare under this model, and the data look like what it writes itself"),
    /// Scenario 2: high-reward answers are rare under the reference, the data lie away from it and towards them.
    SKEWED("scenario 2", "good answers are rare under this model, and the data lie away from it, towards them"),
    /// Scenario 3: high-reward answers are common under the reference.
    NEAR("scenario 3", "the model writes good answers often by itself"),
    /// High-reward answers are common under the reference, the data lie elsewhere.
    NEAR_SKEWED(
            "outside the paper's scenarios",
            "the model writes good answers often by itself, and the data lie elsewhere"),
    /// High-reward answers are rare under the reference, and the data lead neither there nor through it.
    ASTRAY(
            "outside the paper's scenarios",
            "good answers are rare under this model, and the data are neither like it nor like them");

    private final String title;
    private final String words;

    Place(String title, String words) {
        this.title = title;
        this.words = words;
    }

    /// What the paper calls it.
    public String title() {
        return title;
    }

    /// What it means, as half a sentence.
    public String words() {
        return words;
    }

    /// Whether the paper studies it.
    public boolean studied() {
        return this == BROAD || this == SKEWED || this == NEAR;
    }
}

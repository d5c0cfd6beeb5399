package dev.poise.data;

/// Why a good example was left out.
public enum Drop {
    TOO_LONG("longer than max_tokens"),
    PROMPT_TOO_LONG("the prompt alone fills max_tokens"),
    NOTHING_TRAINED("no token would be trained"),
    SAME_TOKENS("chosen and rejected are the same tokens"),
    UNDECIDED("nothing in them is preferred");

    private final String description;

    Drop(String description) {
        this.description = description;
    }

    /// A few words for people.
    public String description() {
        return description;
    }
}

package dev.poise.monitor;

/// Which answers a reading is of.
public enum Source {
    /// The chosen answers of held-out rows, teacher-forced.
    HELD_OUT("monitor/", "the held-out chosen answers"),
    /// What the policy answers itself.
    OWN("monitor/own/", "its own answers");

    private final String prefix;
    private final String words;

    Source(String prefix, String words) {
        this.prefix = prefix;
        this.words = words;
    }

    /// The metric of a quantity read from these answers.
    public String metric(String quantity) {
        return prefix + quantity;
    }

    /// What the answers are called in a sentence.
    String words() {
        return words;
    }
}

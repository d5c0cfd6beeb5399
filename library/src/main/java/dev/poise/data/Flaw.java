package dev.poise.data;

/// The kinds of bad rows, for counting.
public enum Flaw {
    INVALID_UTF8("invalid UTF-8"),
    TOO_MANY_BYTES("row longer than the byte limit"),
    BROKEN_JSON("broken JSON"),
    OTHER_SHAPE("does not fit the file's shape"),
    WRONG_TYPE("wrong type"),
    UNKNOWN_ROLE("unknown role"),
    EMPTY_COMPLETION("empty completion"),
    EQUAL_SIDES("chosen and rejected are equal"),
    PROMPTS_DIFFER("prompts differ"),
    NO_ANSWER("nobody answers"),
    ROLE_ORDER("turns in an order that makes no conversation"),
    TURN_WEIGHT("turns that are to be trained unlike others"),
    CHAT_TEMPLATE("not taken by the chat template");

    private final String description;

    Flaw(String description) {
        this.description = description;
    }

    /// A few words for people.
    public String description() {
        return description;
    }
}

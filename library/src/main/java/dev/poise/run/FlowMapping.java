package dev.poise.run;

/// Keys and values as one line of YAML: `{type: dpo, beta: 0.1}`.
///
/// @param entries what stands between the braces
record FlowMapping(String entries) {

    /// A mapping that begins with an objective's type.
    static FlowMapping of(ObjectiveType type) {
        return new FlowMapping("type: " + RecipeText.word(type));
    }

    FlowMapping with(String key, double value) {
        return plain(key, RecipeText.number(value));
    }

    FlowMapping with(String key, boolean value) {
        return plain(key, Boolean.toString(value));
    }

    FlowMapping with(String key, Enum<?> value) {
        return plain(key, RecipeText.word(value));
    }

    FlowMapping with(String key, FlowMapping value) {
        return plain(key, value.toString());
    }

    FlowMapping withText(String key, String value) {
        return plain(key, RecipeText.quoted(value));
    }

    private FlowMapping plain(String key, String value) {
        return new FlowMapping(entries + ", " + key + ": " + value);
    }

    @Override
    public String toString() {
        return "{" + entries + "}";
    }
}

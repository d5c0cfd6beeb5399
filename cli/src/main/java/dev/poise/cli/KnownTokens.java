package dev.poise.cli;

/// The tokens that a model has a row of its embedding for. A directory's tokenizer may know more than its weights.
///
/// @param vocabulary V, tokens
record KnownTokens(int vocabulary) {

    /// @param where the tokens come from, for the message
    /// @param ids token ids
    /// @throws IllegalArgumentException when the model does not know one of them
    void require(String where, int[] ids) {
        for (int id : ids) {
            if (id >= vocabulary) {
                throw new IllegalArgumentException(where + ": tokens must be among the model's " + vocabulary
                        + ", got token " + id + " from its tokenizer");
            }
        }
    }
}

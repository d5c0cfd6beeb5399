package dev.poise.run;

/// One thing that is wrong with a recipe.
///
/// @param place where it was written
/// @param key dotted key, as its flag is called: `train.learning_rate`; empty for the text as a whole
/// @param message what is wrong with it and what would be legal, to be read after the key
public record Problem(Place place, String key, String message) {

    /// A place in a recipe file, or the flag that overrides it.
    ///
    /// @param name the file, or the flag with its dashes
    /// @param line one-based line; 0 for a flag
    /// @param column one-based column; 0 for a flag
    public record Place(String name, int line, int column) {

        static Place ofFlag(String key) {
            return new Place("--" + key, 0, 0);
        }

        boolean isFlag() {
            return line == 0;
        }

        /// `file:line:column`, or `--key`.
        @Override
        public String toString() {
            return isFlag() ? name : name + ":" + line + ":" + column;
        }
    }

    /// The whole line a user reads. A flag already names its key.
    @Override
    public String toString() {
        boolean keyIsSaid = key.isEmpty() || place.name().equals("--" + key);
        return place + " " + (keyIsSaid ? "" : key + " ") + message;
    }
}

package dev.poise.cli;

/// One thing that `poise doctor` looked at.
///
/// @param name of the thing
/// @param status whether it will do
/// @param found what was found
/// @param advice what to do about it; empty where nothing needs doing
record Check(String name, Status status, String found, String advice) {

    /// Whether something will do.
    enum Status {
        /// As it should be.
        GOOD,
        /// Works; could be better.
        FAIR,
        /// Nothing works without.
        MISSING
    }

    static Check good(String name, String found) {
        return new Check(name, Status.GOOD, found, "");
    }

    static Check fair(String name, String found, String advice) {
        return new Check(name, Status.FAIR, found, advice);
    }

    static Check missing(String name, String found, String advice) {
        return new Check(name, Status.MISSING, found, advice);
    }
}

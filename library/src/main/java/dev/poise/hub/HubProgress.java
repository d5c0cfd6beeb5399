package dev.poise.hub;

/// Told how downloads go.
public interface HubProgress {

    /// One line that is worth knowing.
    void note(String line);

    /// Some more of all files that are missing has come.
    ///
    /// @param file the one that is being fetched
    /// @param done bytes of all of them that are there
    /// @param total bytes of all of them
    void received(String file, long done, long total);

    /// Tells nobody.
    static HubProgress silent() {
        return new HubProgress() {
            @Override
            public void note(String line) {
                // Nobody listens.
            }

            @Override
            public void received(String file, long done, long total) {
                // Nobody listens.
            }
        };
    }
}

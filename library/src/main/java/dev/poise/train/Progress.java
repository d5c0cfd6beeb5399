package dev.poise.train;

import java.util.SequencedMap;

/// Told how a run goes, on the thread that runs it. What it does changes nothing of the run.
public interface Progress {

    /// Something worth a line, such as how many rows were read.
    void note(String line);

    /// Work of a known length has moved on.
    ///
    /// @param stage what is being done, such as `reference` or `train`
    /// @param done of `total`
    /// @param total how much there is; at least 1
    /// @param numbers what to show beside it, by name
    void advanced(String stage, long done, long total, SequencedMap<String, Double> numbers);

    /// Hears nothing.
    static Progress silent() {
        return new Progress() {
            @Override
            public void note(String line) {}

            @Override
            public void advanced(String stage, long done, long total, SequencedMap<String, Double> numbers) {}
        };
    }
}

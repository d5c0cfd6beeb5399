package dev.poise.run;

import java.io.IOException;

/// What gets a run's metric lines besides [Metrics], as they are written.
public interface MetricSink extends AutoCloseable {

    /// Takes a line that `metrics.jsonl` has.
    void append(MetricLine line) throws IOException;

    @Override
    void close() throws IOException;
}

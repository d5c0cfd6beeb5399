package dev.poise.train;

/// Time and work since the last line: what rates are made of.
final class Stopwatch {

    private final long start = System.nanoTime();
    private long lap = start;
    private long rows;
    private long tokens;

    void worked(int moreRows, long moreTokens) {
        rows += moreRows;
        tokens += moreTokens;
    }

    /// Seconds since the run (or its continuation) started.
    double elapsed() {
        return (System.nanoTime() - start) / 1e9;
    }

    double rowsPerSecond() {
        return rows / lapSeconds();
    }

    double tokensPerSecond() {
        return tokens / lapSeconds();
    }

    /// Leaves time out of the rates: what was spent on looking, not on training.
    void setAside(double seconds) {
        lap += (long) (seconds * 1e9);
    }

    /// Starts the next lap.
    void nextLap() {
        lap = System.nanoTime();
        rows = 0;
        tokens = 0;
    }

    private double lapSeconds() {
        return Math.max(1e-9, (System.nanoTime() - lap) / 1e9);
    }
}

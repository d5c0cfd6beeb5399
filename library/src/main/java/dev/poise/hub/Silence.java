package dev.poise.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/// Closes a stream that has sent nothing for a while: whoever reads from a connection that neither sends nor ends
/// would wait without end.
final class Silence implements AutoCloseable {

    private final InputStream stream;
    private final Duration longest;
    private final Thread watch;
    private volatile long heard = System.nanoTime();

    /// Begins to watch.
    ///
    /// @param longest how long the stream may send nothing
    Silence(InputStream stream, Duration longest) {
        this.stream = stream;
        this.longest = longest;
        this.watch = Thread.ofVirtual().start(this::closeWhenSilent);
    }

    /// Something came.
    void heard() {
        heard = System.nanoTime();
    }

    private void closeWhenSilent() {
        try {
            while (System.nanoTime() - heard < longest.toNanos()) {
                Thread.sleep(Math.max(1, longest.toMillis() / 10));
            }
            stream.close();
        } catch (InterruptedException | IOException e) {
            // Nobody reads any more, or its reader meets the same failure.
        }
    }

    /// Watches no more.
    @Override
    public void close() {
        watch.interrupt();
    }
}

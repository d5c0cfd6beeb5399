package dev.poise.cli;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// What a command reads from and writes to. Text is UTF-8 whatever the locale says: files and other programs expect
/// it.
///
/// @param in standard input
/// @param inputIsTerminal whether a person would have to type the input
/// @param out standard output: results and nothing else
/// @param err standard error: progress, notes, failures
record Console(BufferedReader in, boolean inputIsTerminal, Terminal out, Terminal err) {

    /// The process's own streams.
    static Console standard() {
        InputStreamReader input = new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8);
        return new Console(
                new BufferedReader(input),
                Terminal.isTerminal(0),
                Terminal.of(1, FileDescriptor.out),
                Terminal.of(2, FileDescriptor.err));
    }

    /// Prints one line of results.
    ///
    /// @throws UncheckedIOException when nobody reads them any more
    void result(String line) {
        out.writer().println(line);
        // A writer of this kind keeps quiet about a closed pipe, and a long computation would go on for nobody.
        if (out.writer().checkError()) {
            throw new UncheckedIOException(new IOException("standard output is closed"));
        }
    }

    /// Prints one line about how things go.
    void note(String line) {
        err.writer().println(line);
        err.writer().flush();
    }
}

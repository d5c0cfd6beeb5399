package dev.poise.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/// An output stream, and what is known of the terminal that it may go to.
///
/// @param writer the stream
/// @param interactive whether it goes to a terminal, so that a line can be drawn again in place
/// @param colours whether colours are wanted there
/// @param width columns of a line
record Terminal(PrintWriter writer, boolean interactive, boolean colours, int width) {

    /// What terminals have had since punched cards, where nobody says otherwise.
    private static final int USUAL_WIDTH = 80;

    /// A stream of this process.
    ///
    /// Colours stay off where `NO_COLOR` is set (<https://no-color.org>) and on a dumb terminal.
    ///
    /// @param number 1 for output, 2 for error
    /// @param stream the same stream
    static Terminal of(int number, FileDescriptor stream) {
        boolean interactive = isTerminal(number);
        boolean wanted = System.getenv().getOrDefault("NO_COLOR", "").isEmpty()
                && !System.getenv().getOrDefault("TERM", "dumb").equals("dumb");
        PrintWriter writer =
                new PrintWriter(new OutputStreamWriter(new FileOutputStream(stream), StandardCharsets.UTF_8));
        return new Terminal(writer, interactive, interactive && wanted, columns());
    }

    /// Whether a stream of this process is a terminal: 0 input, 1 output, 2 error.
    ///
    /// The JDK can only tell for all of them together, so the launcher tells in the property `poise.terminals`.
    static boolean isTerminal(int number) {
        return System.getProperty("poise.terminals", "").contains(Integer.toString(number));
    }

    private static int columns() {
        int columns = Integer.getInteger("poise.columns", USUAL_WIDTH);
        return columns > 0 ? columns : USUAL_WIDTH;
    }
}

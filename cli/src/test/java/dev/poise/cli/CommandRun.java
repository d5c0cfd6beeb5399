package dev.poise.cli;

import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;

/// One command, run to its end in this process.
///
/// @param code its exit code
/// @param out what it printed on standard output
/// @param err what it printed on standard error
record CommandRun(int code, String out, String err) {

    static CommandRun of(String... arguments) {
        return withInput("", arguments);
    }

    static CommandRun withInput(String input, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Console console = new Console(
                new BufferedReader(new StringReader(input)),
                false,
                plain(new PrintWriter(out)),
                plain(new PrintWriter(err)));
        int code = Poise.execute(console, arguments);
        console.out().writer().flush();
        console.err().writer().flush();
        return new CommandRun(code, out.toString(), err.toString());
    }

    /// A console that nobody reads.
    static Console silent() {
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        return new Console(new BufferedReader(new StringReader("")), false, plain(nowhere), plain(nowhere));
    }

    private static Terminal plain(PrintWriter writer) {
        return new Terminal(writer, false, false, 80);
    }
}

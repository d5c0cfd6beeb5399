package dev.poise.remote;

import dev.poise.oracle.Service;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A program that is asked over its standard streams.
///
/// It is killed where an answer is missing or wrong, since what it says next could belong to any question, and is
/// started again when it is asked again.
final class Program implements Line {

    private static final int COMPLAINTS = 8;
    private static final int COMPLAINT_CHARACTERS = 300;

    /// How long what a dead process wrote may take to be read, and a live one to end by itself.
    private static final long GRACE_MILLISECONDS = 1000;

    private final Service.Command command;
    private final Reply reply;
    private @Nullable Started started;

    /// @throws IllegalArgumentException when there is no such program
    Program(Service.Command command, Reply reply) {
        this.command = command;
        this.reply = reply;
        try {
            this.started = Started.of(command.words());
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    command.name() + ": cannot be started: " + e.getMessage() + "; name a program that is there", e);
        }
    }

    /// A running process.
    ///
    /// @param said lines on standard output; an empty one marks their end
    /// @param complaints the last lines on standard error
    private record Started(
            Process process, BlockingQueue<Optional<String>> said, Deque<String> complaints, Thread complaining) {

        static Started of(List<String> words) throws IOException {
            Process process = new ProcessBuilder(words).start();
            BlockingQueue<Optional<String>> said = new LinkedBlockingQueue<>();
            Deque<String> complaints = new ArrayDeque<>();
            Thread.ofVirtual().start(() -> {
                lines(process.inputReader(), line -> said.add(Optional.of(line)));
                said.add(Optional.empty());
            });
            Thread complaining = Thread.ofVirtual()
                    .start(() -> lines(process.errorReader(), line -> {
                        synchronized (complaints) {
                            complaints.add(
                                    line.length() > COMPLAINT_CHARACTERS
                                            ? line.substring(0, COMPLAINT_CHARACTERS)
                                            : line);
                            if (complaints.size() > COMPLAINTS) {
                                complaints.removeFirst();
                            }
                        }
                    }));
            return new Started(process, said, complaints, complaining);
        }

        private interface Told {
            void line(String line);
        }

        private static void lines(BufferedReader from, Told told) {
            try (from) {
                for (String line = from.readLine(); line != null; line = from.readLine()) {
                    told.line(line);
                }
            } catch (IOException e) {
                // The process was killed while it spoke: its end is told all the same, and that is what counts.
                told.line("(broken off: " + e.getMessage() + ")");
            }
        }

        /// Ends it and says what it complained of.
        String end() throws InterruptedException {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            process.waitFor(GRACE_MILLISECONDS, TimeUnit.MILLISECONDS);
            complaining.join(GRACE_MILLISECONDS);
            synchronized (complaints) {
                return complaints.isEmpty() ? "" : "; on standard error: " + String.join(" | ", complaints);
            }
        }
    }

    @Override
    public void ask(List<Question> questions, Heard heard) throws NoAnswer, InterruptedException {
        Started now = running();
        try {
            now = inStep(now);
            Writer in = now.process().outputWriter();
            // Beside the reading: a program may answer before it has read all, and both pipes would fill.
            Thread.ofVirtual().start(() -> write(questions, in));
            for (int i = 0; i < questions.size(); i++) {
                heard.answer(i, reply.of(Reply.read(next(now, i, questions.size()))));
            }
        } catch (NoAnswer e) {
            started = null;
            throw NoAnswer.now(e.what() + now.end(), e);
        } catch (InterruptedException e) {
            started = null;
            now.end();
            throw e;
        }
    }

    /// The process, started anew where there is none.
    private Started running() throws NoAnswer {
        if (started == null) {
            try {
                started = Started.of(command.words());
            } catch (IOException e) {
                throw NoAnswer.now("cannot be started: " + e.getMessage(), e);
            }
        }
        return started;
    }

    /// One that has said nothing that it was not asked for.
    private Started inStep(Started now) throws NoAnswer, InterruptedException {
        Optional<String> unasked = now.said().peek();
        if (unasked == null) {
            return now;
        }
        if (unasked.isPresent()) {
            throw NoAnswer.now("must give one line a question, got more", null);
        }
        // Ended since it was asked last.
        now.end();
        started = null;
        return running();
    }

    private static void write(List<Question> questions, Writer in) {
        try {
            for (Question question : questions) {
                in.write(question.toJson().toString());
                in.write('\n');
            }
            in.flush();
        } catch (IOException e) {
            // It has ended or been killed: whoever waits for its answers hears so from its output.
            return;
        }
    }

    private String next(Started now, int answered, int asked) throws NoAnswer, InterruptedException {
        Optional<String> line =
                now.said().poll(Math.round(command.manner().timeoutSeconds() * 1e9), TimeUnit.NANOSECONDS);
        String after = " after " + answered + " of " + asked + " answers";
        if (line == null) {
            throw NoAnswer.now("was silent for " + seconds(command.manner().timeoutSeconds()) + " s" + after, null);
        }
        if (line.isEmpty()) {
            boolean dead = now.process().waitFor(GRACE_MILLISECONDS, TimeUnit.MILLISECONDS);
            throw NoAnswer.now(
                    (dead ? "ended with exit status " + now.process().exitValue() : "closed its output") + after, null);
        }
        return line.get();
    }

    static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.3g", seconds);
    }

    /// The words, and the content of those that are files: a changed script is another service.
    @Override
    public String identity() {
        StringBuilder identity = new StringBuilder("command");
        for (String word : command.words()) {
            identity.append('\n').append(word);
            Path file = Path.of(word);
            if (Files.isRegularFile(file)) {
                try {
                    identity.append(' ')
                            .append(HexFormat.of().formatHex(Question.sha256().digest(Files.readAllBytes(file))));
                } catch (IOException e) {
                    throw new UncheckedIOException(file + ": cannot be read", e);
                }
            }
        }
        return identity.append('\n').append(command.manner().version()).toString();
    }

    @Override
    public void close() {
        if (started == null) {
            return;
        }
        try {
            endOfInput(started.process());
            started.process().waitFor(GRACE_MILLISECONDS, TimeUnit.MILLISECONDS);
            started.end();
        } catch (InterruptedException e) {
            started.process().destroyForcibly();
            Thread.currentThread().interrupt();
        }
        started = null;
    }

    /// It may end by itself then.
    private static void endOfInput(Process process) {
        try {
            process.outputWriter().close();
        } catch (IOException e) {
            process.destroyForcibly(); // it no longer listens
        }
    }
}

package dev.poise.oracle;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Something outside that answers: a command or an HTTP endpoint, as a line describes it. What asks it is elsewhere;
/// here is but its description, which can be checked without asking anything.
public sealed interface Service {

    /// How it is asked.
    Manner manner();

    /// How it is called in what people read: without what is secret, since nothing here is.
    String name();

    /// Reads `command[OPTIONS]:PROGRAM ARGUMENTS` or `endpoint[OPTIONS]:URL`; the grammar is in the package's
    /// documentation.
    ///
    /// @throws IllegalArgumentException saying what is wrong
    static Service parse(String specification) {
        return ServiceGrammar.parse(specification);
    }

    /// A program that reads one JSON object a line and answers each with a line.
    ///
    /// @param words program and arguments, at least the program
    record Command(List<String> words, Manner manner) implements Service {
        public Command {
            words = List.copyOf(words);
            if (words.isEmpty()) {
                throw new IllegalArgumentException("command must name a program, got none");
            }
        }

        @Override
        public String name() {
            return "command:" + String.join(" ", words);
        }
    }

    /// A server that takes a batch as JSON and answers it as JSON.
    ///
    /// @param address of http or https, without user or password
    /// @param header what it is sent besides; null for nothing
    record Endpoint(URI address, Manner manner, @Nullable Header header) implements Service {
        public Endpoint {
            String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
            if (!(scheme.equals("http") || scheme.equals("https")) || address.getHost() == null) {
                throw new IllegalArgumentException(
                        "endpoint must be a URL such as https://host/score, got \"" + address + "\"");
            }
            if (address.getUserInfo() != null) {
                // The line goes into recipes and manifests.
                throw new IllegalArgumentException("endpoint must not hold a user or password; name the environment"
                        + " variable with its token instead: endpoint[token=VARIABLE]:URL");
            }
        }

        @Override
        public String name() {
            return "endpoint:" + address;
        }
    }

    /// A header whose value is secret: only where to find it is written down.
    ///
    /// @param name of the header
    /// @param variable of the environment that holds the value
    /// @param prefix what stands before the value, such as `Bearer `; may be empty
    record Header(String name, String variable, String prefix) {
        public Header {
            if (name.isBlank() || variable.isBlank()) {
                throw new IllegalArgumentException(
                        "header must be NAME@VARIABLE, got \"" + name + "@" + variable + "\"");
            }
        }
    }

    /// How a service is asked.
    ///
    /// @param batch questions of one request, at least 1
    /// @param timeoutSeconds longest wait, above 0: for a command's next line, for an endpoint's whole answer
    /// @param retries how often in a row a batch is asked again without anything gained, at least 0
    /// @param pauseSeconds before the first retry, at least 0; each further one takes twice as long
    /// @param version told apart in what was answered: another one makes a changed service be asked anew
    record Manner(int batch, double timeoutSeconds, int retries, double pauseSeconds, String version) {

        /// What holds where nothing is said.
        public static final Manner DEFAULT = new Manner(32, 60, 5, 0.5, "");

        public Manner {
            if (batch < 1) {
                throw new IllegalArgumentException("batch must be at least 1, got " + batch);
            }
            if (!(timeoutSeconds > 0 && timeoutSeconds < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("timeout must be finite and above 0, got " + timeoutSeconds);
            }
            if (retries < 0) {
                throw new IllegalArgumentException("retries must be at least 0, got " + retries);
            }
            if (!(pauseSeconds >= 0 && pauseSeconds < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("pause must be finite and at least 0, got " + pauseSeconds);
            }
        }
    }
}

package dev.poise.weights;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Weights that were refused, or could not be read or written. The message is one line and starts with the file, and
/// with the byte where there is one.
public final class WeightsException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    /// Keys listed of each kind before the rest is only counted.
    private static final int LISTED = 20;

    /// Characters shown of a text that comes from a file and can be of any length.
    private static final int SHOWN = 200;

    private WeightsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /// A refusal of a file or directory as a whole.
    public static WeightsException in(Path where, String what) {
        return new WeightsException(where + ": " + what, null);
    }

    /// A refusal of what stands at the byte `offset` of a file.
    public static WeightsException at(Path file, long offset, String what) {
        return new WeightsException(file + ", byte " + offset + ": " + what, null);
    }

    /// The keys in which the weights of `directory` differ from what they should be.
    ///
    /// @param missing keys that should be there
    /// @param unexpected keys that should not
    /// @param misshaped keys of another shape, each with what its shape must be and is
    public static WeightsException mismatch(
            Path directory, List<String> missing, List<String> unexpected, List<String> misshaped) {
        String lists = Stream.of(
                        listed(missing, "missing"), listed(unexpected, "unexpected"), listed(misshaped, "mis-shaped"))
                .filter(list -> !list.isEmpty())
                .collect(Collectors.joining("; "));
        return in(directory, "weights must be exactly those asked for, got " + lists);
    }

    /// An operation of the file system that failed; `action` is `read` or `written`.
    static WeightsException failed(Path file, String action, IOException cause) {
        return new WeightsException(file + ": could not be " + action + ": " + shown(cause.toString()), cause);
    }

    /// A text from a file as a message shows it: on one line, and not longer than one can read.
    static String shown(String text) {
        String head = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
        return head.replaceAll("\\p{Cntrl}", "?");
    }

    private static String listed(List<String> keys, String kind) {
        if (keys.isEmpty()) {
            return "";
        }
        String rest = keys.size() > LISTED ? " and " + (keys.size() - LISTED) + " more" : "";
        return keys.stream()
                .limit(LISTED)
                .map(WeightsException::shown)
                .collect(Collectors.joining(", ", keys.size() + " " + kind + ": ", rest));
    }
}

package dev.poise.oracle;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads a service from its line; the grammar is in the package's documentation.
final class ServiceGrammar {

    private static final String OPTIONS = "batch, timeout, retries, pause, version";

    private ServiceGrammar() {}

    static Service parse(String specification) {
        int colon = specification.indexOf(':');
        String head = colon < 0 ? specification : specification.substring(0, colon);
        return parse(head, colon < 0 ? "" : specification.substring(colon + 1));
    }

    /// Whether what stands before a line's first colon begins a service.
    static boolean begins(String head) {
        return kind(head).equals("command") || kind(head).equals("endpoint");
    }

    /// @param head what stands before the first colon
    /// @param rest what stands behind it
    static Service parse(String head, String rest) {
        Map<String, String> options = options(head);
        return switch (kind(head)) {
            case "command" -> {
                refuseOthers(options, OPTIONS);
                yield new Service.Command(words(rest), manner(options));
            }
            case "endpoint" -> {
                refuseOthers(options, OPTIONS + ", token, header");
                yield new Service.Endpoint(address(rest), manner(options), header(options));
            }
            case String other ->
                throw new IllegalArgumentException("kind must be command or endpoint, got \"" + other + "\"");
        };
    }

    private static String kind(String head) {
        int bracket = head.indexOf('[');
        return bracket < 0 ? head : head.substring(0, bracket);
    }

    private static Map<String, String> options(String head) {
        Map<String, String> options = new LinkedHashMap<>();
        int bracket = head.indexOf('[');
        if (bracket < 0) {
            return options;
        }
        if (!head.endsWith("]")) {
            throw new IllegalArgumentException("options must stand in brackets before the colon, got \"" + head + "\"");
        }
        for (String option : head.substring(bracket + 1, head.length() - 1).split(",", -1)) {
            int equals = option.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("option must be KEY=VALUE, got \"" + option + "\"");
            }
            String key = option.substring(0, equals).strip();
            if (options.put(key, option.substring(equals + 1).strip()) != null) {
                throw new IllegalArgumentException("option must be given once, got " + key + " twice");
            }
        }
        return options;
    }

    private static void refuseOthers(Map<String, String> options, String legal) {
        List<String> known = List.of(legal.split(", ", -1));
        for (String key : options.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException("option must be one of " + legal + ", got \"" + key + "\"");
            }
        }
    }

    private static Service.Manner manner(Map<String, String> options) {
        Service.Manner usual = Service.Manner.DEFAULT;
        return new Service.Manner(
                whole(options, "batch", usual.batch()),
                number(options, "timeout", usual.timeoutSeconds()),
                whole(options, "retries", usual.retries()),
                number(options, "pause", usual.pauseSeconds()),
                options.getOrDefault("version", usual.version()));
    }

    private static int whole(Map<String, String> options, String key, int usual) {
        String text = options.get(key);
        try {
            return text == null ? usual : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + " must be a whole number, got \"" + text + "\"", e);
        }
    }

    private static double number(Map<String, String> options, String key, double usual) {
        String text = options.get(key);
        try {
            return text == null ? usual : Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + " must be a number, got \"" + text + "\"", e);
        }
    }

    private static Service.@Nullable Header header(Map<String, String> options) {
        String token = options.get("token");
        String header = options.get("header");
        if (token != null && header != null) {
            throw new IllegalArgumentException("token and header must not both be given");
        }
        if (token != null) {
            return new Service.Header("Authorization", token, "Bearer ");
        }
        if (header == null) {
            return null;
        }
        int at = header.indexOf('@');
        return new Service.Header(
                at < 0 ? header : header.substring(0, at), at < 0 ? "" : header.substring(at + 1), "");
    }

    private static URI address(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "endpoint must be a URL such as https://host/score, got one wrong at index " + e.getIndex(), e);
        }
    }

    /// Cuts a command at white space; quotes of either kind keep words together.
    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean begun = false;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (quote != 0) {
                if (letter == quote) {
                    quote = 0;
                } else {
                    word.append(letter);
                }
            } else if (letter == '"' || letter == '\'') {
                quote = letter;
                begun = true;
            } else if (Character.isWhitespace(letter)) {
                if (begun) {
                    words.add(word.toString());
                    word.setLength(0);
                    begun = false;
                }
            } else {
                word.append(letter);
                begun = true;
            }
        }
        if (quote != 0) {
            throw new IllegalArgumentException("command must close its quotes, got an open " + quote);
        }
        if (begun) {
            words.add(word.toString());
        }
        return words;
    }
}

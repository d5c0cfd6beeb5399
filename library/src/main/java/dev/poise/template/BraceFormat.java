package dev.poise.template;

import java.math.BigInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// `"{0} {name.field[key]!r:>8}".format(...)`, as Python reads it.
final class BraceFormat {

    private final Value.Str pattern;
    private final Function<String, Value> fields;
    private final Work work;
    private int automatic;
    private boolean manual;

    private BraceFormat(Value.Str pattern, Function<String, Value> fields, Work work) {
        this.pattern = pattern;
        this.fields = fields;
        this.work = work;
    }

    static Value format(Value.Str pattern, Arguments arguments, Work work) {
        Function<String, Value> fields = name -> {
            boolean numbered = !name.isEmpty() && name.chars().allMatch(letter -> letter >= '0' && letter <= '9');
            int index = numbered ? Numbers.clamp(new BigInteger(name)) : -1;
            Value value = numbered
                    ? index < arguments.positional().size()
                            ? arguments.positional().get(index)
                            : null
                    : arguments.named().get(name);
            return required(value, name);
        };
        return new BraceFormat(pattern, fields, work).format(pattern.text(), 2);
    }

    static Value formatMap(Value.Str pattern, Value mapping, Work work) {
        if (!(mapping instanceof Value.Dict dict)) {
            throw Fault.of("format_map must be given a dictionary, got " + Types.name(mapping));
        }
        Function<String, Value> fields = name -> required(dict.get(Value.Str.of(name), work), name);
        return new BraceFormat(pattern, fields, work).format(pattern.text(), 2);
    }

    private static Value required(@Nullable Value value, String name) {
        if (value == null) {
            throw Fault.of("format: the field '" + name + "' is not given");
        }
        return value;
    }

    /// @param depth how many levels of fields within fields are allowed
    private Value.Str format(String text, int depth) {
        if (depth == 0) {
            throw Fault.of("format: fields nest too deep");
        }
        StringBuilder result = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            char letter = text.charAt(at);
            boolean doubled = at + 1 < text.length() && text.charAt(at + 1) == letter;
            if ((letter == '{' || letter == '}') && doubled) {
                result.append(letter);
                at += 2;
            } else if (letter == '}') {
                throw Fault.of("format: a single '}' must be doubled");
            } else if (letter == '{') {
                int end = closing(text, at);
                String shown = field(text.substring(at + 1, end), depth);
                work.chars(shown.length());
                result.append(shown);
                at = end + 1;
            } else {
                result.append(letter);
                at++;
            }
        }
        work.chars(result.length());
        return pattern.with(result.toString());
    }

    private static int closing(String text, int open) {
        int depth = 0;
        boolean inBrackets = false;
        for (int at = open; at < text.length(); at++) {
            char letter = text.charAt(at);
            inBrackets = depth == 1 && (letter == '[' || (inBrackets && letter != ']'));
            if (!inBrackets) {
                depth += letter == '{' ? 1 : letter == '}' ? -1 : 0;
                if (depth == 0) {
                    return at;
                }
            }
        }
        throw Fault.of("format: a '{' is not closed");
    }

    private String field(String field, int depth) {
        int colon = nameEnd(field, ':');
        String spec = colon < field.length() ? field.substring(colon + 1) : "";
        String name = field.substring(0, colon);
        int mark = nameEnd(name, '!');
        String conversion = mark < name.length() ? name.substring(mark + 1) : "";
        Value value = lookup(name.substring(0, mark));
        Value converted =
                switch (conversion) {
                    case "" -> value;
                    case "s" -> Value.Str.of(Printed.of(value, work));
                    case "r", "a" -> Value.Str.of(Printed.quoted(value, work));
                    case String other -> throw Fault.of("format: unknown conversion '!" + other + "'");
                };
        String shown = FormatSpec.of(
                        spec.indexOf('{') < 0 ? spec : format(spec, depth - 1).text())
                .format(converted, work);
        boolean safe = converted instanceof Value.Str text && text.safe();
        return Html.joined(pattern, new Value.Str(shown, safe), work).text();
    }

    /// Where a letter ends a field's name, brackets aside.
    private static int nameEnd(String field, char ending) {
        boolean inBrackets = false;
        for (int at = 0; at < field.length(); at++) {
            char letter = field.charAt(at);
            inBrackets = letter == '[' || (inBrackets && letter != ']');
            if (!inBrackets && letter == ending) {
                return at;
            }
        }
        return field.length();
    }

    private Value lookup(String path) {
        int end = 0;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        String first = end == 0 ? String.valueOf(automatic++) : path.substring(0, end);
        boolean numbered = end > 0 && path.charAt(0) >= '0' && path.charAt(0) <= '9';
        if ((numbered && automatic > 0) || (end == 0 && manual)) {
            throw Fault.of("format: fields must be numbered all or none");
        }
        manual |= numbered;
        Value value = fields.apply(first);
        int at = end;
        while (at < path.length()) {
            int next = at + 1;
            if (path.charAt(at) == '.') {
                while (next < path.length() && path.charAt(next) != '.' && path.charAt(next) != '[') {
                    next++;
                }
                value = Access.attribute(value, path.substring(at + 1, next), work);
                at = next;
            } else {
                next = path.indexOf(']', at);
                if (path.charAt(at) != '[' || next < 0) {
                    throw Fault.of("format: the field '" + path + "' is none");
                }
                value = Access.item(value, key(path.substring(at + 1, next)), work);
                at = next + 1;
            }
        }
        return value;
    }

    private static Value key(String text) {
        boolean whole = !text.isEmpty() && text.chars().allMatch(letter -> letter >= '0' && letter <= '9');
        return whole ? new Value.Int(new BigInteger(text)) : Value.Str.of(text);
    }
}

package dev.poise.template;

import dev.poise.template.Arguments.Bound;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The filters, by name. Those of Jinja that lay out web pages (`urlize`, `xmlattr`, `striptags`, `wordwrap`,
/// `urlencode`, `pprint`) or draw at random (`random`) are not here: no known chat template uses one.
final class Filters {

    private Filters() {}

    /// `value | name(arguments)`
    static Value apply(String name, Value value, Arguments arguments, Work work) {
        work.step();
        if (value instanceof Value.Str text) {
            work.scan(text.text().length());
        }
        return switch (name) {
            case "abs", "float", "int", "round", "sum", "filesizeformat" ->
                NumberFilters.apply(name, value, arguments, work);
            case "batch",
                    "dictsort",
                    "first",
                    "groupby",
                    "items",
                    "join",
                    "last",
                    "list",
                    "map",
                    "max",
                    "min",
                    "reject",
                    "rejectattr",
                    "reverse",
                    "select",
                    "selectattr",
                    "slice",
                    "sort",
                    "unique" -> SequenceFilters.apply(name, value, arguments, work);
            case "attr" -> attr(value, arguments.bind(name, 1, "name").text(0).text(), work);
            case "capitalize", "lower", "title", "trim", "upper", "center" -> text(name, value, arguments, work);
            case "count", "length" -> {
                arguments.requireNone(name);
                yield Value.Int.of(Iteration.length(value));
            }
            case "d", "default" -> {
                Bound bound = arguments.bind(name, 0, "default_value", "boolean");
                boolean absent = value instanceof Value.Undefined || (bound.flag(1, false) && !Truth.of(value));
                yield absent ? bound.get(0, Value.Str.EMPTY) : value;
            }
            case "e", "escape" -> {
                arguments.requireNone(name);
                yield Html.escaped(soft(value, work), work);
            }
            case "forceescape" -> {
                arguments.requireNone(name);
                yield Html.escaped(Value.Str.of(Printed.of(value, work)), work);
            }
            case "format" -> format(value, arguments, work);
            case "indent" -> indent(value, arguments, work);
            case "replace" -> {
                Bound bound = arguments.bind(name, 2, "old", "new", "count");
                String old = Printed.of(bound.get(0), work);
                String replacement = Printed.of(bound.get(1), work);
                int most = bound.orNull(2) == null ? -1 : bound.number(2);
                yield Value.Str.of(Splits.replaced(Printed.of(value, work), old, replacement, most, work));
            }
            case "safe" -> {
                arguments.requireNone(name);
                yield new Value.Str(Printed.of(value, work), true);
            }
            case "string" -> {
                arguments.requireNone(name);
                yield soft(value, work);
            }
            case "tojson" -> toJson(value, arguments, work);
            case "truncate" -> truncate(value, arguments, work);
            case "wordcount" -> {
                arguments.requireNone(name);
                yield Value.Int.of(words(soft(value, work).text()));
            }
            case String unknown -> throw Fault.of("there is no filter '" + unknown + "'");
        };
    }

    /// The value as text, a text as it is.
    static Value.Str soft(Value value, Work work) {
        return value instanceof Value.Str text ? text : Value.Str.of(Printed.of(value, work));
    }

    /// A member by its name; unlike a dot, no key.
    private static Value attr(Value value, String name, Work work) {
        Value found =
                Access.attribute(value instanceof Value.Dict ? Value.Dict.of(List.of(), work) : value, name, work);
        return found;
    }

    private static Value text(String name, Value value, Arguments arguments, Work work) {
        Value.Str text = soft(value, work);
        return switch (name) {
            case "trim" -> {
                Value characters = arguments.bind(name, 0, "chars").get(0, Value.None.NONE);
                yield TextMethods.call(text, "strip", Arguments.of(characters), work);
            }
            case "center" -> {
                Value width = arguments.bind(name, 0, "width").get(0, Value.Int.of(80));
                yield TextMethods.call(text, "center", Arguments.of(width), work);
            }
            case "title" -> {
                arguments.requireNone(name);
                yield Value.Str.of(titled(text.text()));
            }
            case String method -> TextMethods.call(text, method, arguments, work);
        };
    }

    /// Words with a large first letter; unlike the method, a word ends at white space, hyphens and brackets only.
    private static String titled(String text) {
        StringBuilder titled = new StringBuilder();
        boolean starts = true;
        for (int point : text.codePoints().toArray()) {
            String letter = Character.toString(point);
            boolean between = Unicode.isSpace(point) || "-({[<".indexOf(point) >= 0;
            titled.append(
                    starts ? letter.toUpperCase(java.util.Locale.ROOT) : letter.toLowerCase(java.util.Locale.ROOT));
            starts = between;
        }
        return titled.toString();
    }

    private static Value format(Value value, Arguments arguments, Work work) {
        if (!arguments.positional().isEmpty() && !arguments.named().isEmpty()) {
            throw Fault.of("format takes arguments by position or by name, not both");
        }
        Value given = arguments.named().isEmpty()
                ? new Value.Items(arguments.positional(), true)
                : Value.Dict.ofNamed(arguments.named(), work);
        return PercentFormat.format(soft(value, work), given, work);
    }

    private static Value indent(Value value, Arguments arguments, Work work) {
        Bound bound = arguments.bind("indent", 0, "width", "first", "blank");
        if (!(Operations.defined(value) instanceof Value.Str text)) {
            throw Fault.of("indent must be given text, got " + Types.name(value));
        }
        Value.Str indentation;
        if (bound.get(0, Value.Int.of(4)) instanceof Value.Str given) {
            indentation = given;
        } else {
            int width = Math.max(0, bound.number(0, 4));
            work.chars(width);
            indentation = Value.Str.of(" ".repeat(width));
        }
        boolean blank = bound.flag(2, false);
        StringBuilder indented = new StringBuilder();
        List<String> lines = Splits.lines(text.text() + "\n", false);
        for (int index = 0; index < lines.size(); index++) {
            String line = lines.get(index);
            boolean moved = index == 0 ? bound.flag(1, false) : blank || !line.isEmpty();
            work.chars(line.length() + 1L + (moved ? indentation.text().length() : 0));
            indented.append(index == 0 ? "" : "\n")
                    .append(moved ? indentation.text() : "")
                    .append(line);
        }
        return text.with(indented.toString());
    }

    private static Value toJson(Value value, Arguments arguments, Work work) {
        Bound bound = arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        String indent = indentation(bound, work);
        String itemSeparator = indent == null ? ", " : ",";
        String keySeparator = ": ";
        Value separators = bound.orNull(2);
        if (separators != null) {
            if (!(separators instanceof Value.Items items
                    && items.values().size() == 2
                    && items.values().getFirst() instanceof Value.Str first
                    && items.values().getLast() instanceof Value.Str second)) {
                throw Fault.of("tojson: separators must be two texts");
            }
            itemSeparator = first.text();
            keySeparator = second.text();
        }
        JsonText.Layout layout =
                new JsonText.Layout(bound.flag(0, false), indent, itemSeparator, keySeparator, bound.flag(3, false));
        return Value.Str.of(JsonText.of(value, layout, work));
    }

    private static @Nullable String indentation(Bound bound, Work work) {
        Value indent = bound.orNull(1);
        if (indent == null) {
            return null;
        }
        if (indent instanceof Value.Str text) {
            return text.text();
        }
        int width = Math.max(0, bound.number(1));
        work.chars(width);
        return " ".repeat(width);
    }

    private static Value truncate(Value value, Arguments arguments, Work work) {
        Bound bound = arguments.bind("truncate", 0, "length", "killwords", "end", "leeway");
        int length = bound.number(0, 255);
        Value.Str end = bound.text(2, "...");
        int leeway = bound.orNull(3) == null ? 5 : bound.number(3);
        if (length < end.length() || leeway < 0) {
            throw Fault.of("truncate: the length must be at least that of the end, and the leeway at least 0");
        }
        if (Iteration.length(value) <= (long) length + leeway) {
            return value;
        }
        if (!(value instanceof Value.Str text)) {
            throw Fault.of("truncate must be given text, got " + Types.name(value));
        }
        int kept = text.text().offsetByCodePoints(0, length - end.length());
        String start = text.text().substring(0, kept);
        int space = start.lastIndexOf(' ');
        Value.Str cut = text.with(bound.flag(1, false) || space < 0 ? start : start.substring(0, space));
        return Operations.apply(Expression.Operator.ADD, cut, end, work);
    }

    private static int words(String text) {
        int words = 0;
        boolean inWord = false;
        for (int point : text.codePoints().toArray()) {
            boolean letter = point == '_' || Unicode.isAlphanumeric(point);
            words += letter && !inWord ? 1 : 0;
            inWord = letter;
        }
        return words;
    }

    /// Pairs as tuples.
    static List<Value> pairs(Value.Dict dict) {
        List<Value> pairs = new ArrayList<>();
        for (Map.Entry<Value, Value> entry : dict.entries().values()) {
            pairs.add(Value.Items.tuple(entry.getKey(), entry.getValue()));
        }
        return pairs;
    }
}

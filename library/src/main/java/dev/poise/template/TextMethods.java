package dev.poise.template;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// The methods of texts. Indices and widths count characters.
final class TextMethods {

    static final Set<String> NAMES = Set.of(
            "capitalize",
            "casefold",
            "center",
            "count",
            "endswith",
            "expandtabs",
            "find",
            "format",
            "format_map",
            "index",
            "isalnum",
            "isalpha",
            "isascii",
            "isdecimal",
            "isdigit",
            "isidentifier",
            "islower",
            "isnumeric",
            "isprintable",
            "isspace",
            "istitle",
            "isupper",
            "join",
            "ljust",
            "lower",
            "lstrip",
            "partition",
            "removeprefix",
            "removesuffix",
            "replace",
            "rfind",
            "rindex",
            "rjust",
            "rpartition",
            "rsplit",
            "rstrip",
            "split",
            "splitlines",
            "startswith",
            "strip",
            "swapcase",
            "title",
            "upper",
            "zfill");

    private TextMethods() {}

    static Value call(Value.Str self, String name, Arguments arguments, Work work) {
        String text = self.text();
        work.scan(text.length());
        return switch (name) {
            case "lower" -> cased(self, name, text.toLowerCase(Locale.ROOT), arguments, work);
            case "casefold" ->
                cased(self, name, text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT), arguments, work);
            case "upper" -> cased(self, name, text.toUpperCase(Locale.ROOT), arguments, work);
            case "capitalize" -> cased(self, name, Casing.capitalised(text), arguments, work);
            case "title" -> cased(self, name, Casing.titled(text), arguments, work);
            case "swapcase" -> cased(self, name, Casing.swapped(text), arguments, work);
            case "strip" -> self.with(Strip.both(text, characters(name, arguments)));
            case "lstrip" -> self.with(Strip.left(text, characters(name, arguments)));
            case "rstrip" -> self.with(Strip.right(text, characters(name, arguments)));
            case "startswith" -> Value.Bool.of(touches(self, name, arguments, String::startsWith));
            case "endswith" -> Value.Bool.of(touches(self, name, arguments, String::endsWith));
            case "find" -> Value.Int.of(find(self, name, arguments, false));
            case "rfind" -> Value.Int.of(find(self, name, arguments, true));
            case "index" -> Value.Int.of(found(find(self, name, arguments, false), name));
            case "rindex" -> Value.Int.of(found(find(self, name, arguments, true), name));
            case "count" -> count(self, arguments);
            case "replace" -> replace(self, arguments, work);
            case "split" -> split(self, name, arguments, work);
            case "rsplit" -> split(self, name, arguments, work);
            case "splitlines" -> {
                boolean keep = arguments.bind(name, 0, "keepends").flag(0, false);
                yield texts(self, Splits.lines(text, keep), work);
            }
            case "partition" -> partition(self, name, arguments, text.indexOf(separator(name, arguments)));
            case "rpartition" -> partition(self, name, arguments, text.lastIndexOf(separator(name, arguments)));
            case "removeprefix" -> {
                String prefix = arguments.bind(name, 1, "prefix").text(0).text();
                yield self.with(text.startsWith(prefix) ? text.substring(prefix.length()) : text);
            }
            case "removesuffix" -> {
                String suffix = arguments.bind(name, 1, "suffix").text(0).text();
                yield self.with(text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text);
            }
            case "join" -> join(self, arguments.bind(name, 1, "iterable").get(0), work);
            case "center", "ljust", "rjust", "zfill" -> padded(self, name, arguments, work);
            case "expandtabs" -> expandTabs(self, arguments, work);
            case "format" -> BraceFormat.format(self, arguments, work);
            case "format_map" ->
                BraceFormat.formatMap(self, arguments.bind(name, 1, "mapping").get(0), work);
            case "isalnum" -> all(text, name, arguments, Unicode::isAlphanumeric);
            case "isalpha" -> all(text, name, arguments, Unicode::isAlpha);
            case "isdecimal" -> all(text, name, arguments, Character::isDigit);
            case "isdigit" -> all(text, name, arguments, Unicode::isDigit);
            case "isnumeric" -> all(text, name, arguments, Unicode::isNumeric);
            case "isspace" -> all(text, name, arguments, Unicode::isSpace);
            case "isascii" ->
                Value.Bool.of(text.isEmpty() || all(text, name, arguments, point -> point < 0x80) == Value.Bool.TRUE);
            case "isprintable" ->
                Value.Bool.of(text.isEmpty() || all(text, name, arguments, Unicode::isPrintable) == Value.Bool.TRUE);
            case "isidentifier" ->
                Value.Bool.of(!text.isEmpty()
                        && Unicode.startsName(text.codePointAt(0))
                        && text.codePoints().allMatch(Unicode::continuesName));
            case "islower" -> Value.Bool.of(Casing.isLower(text));
            case "isupper" -> Value.Bool.of(Casing.isUpper(text));
            case "istitle" -> Value.Bool.of(Casing.isTitled(text));
            case String unknown -> throw Fault.of("no method " + unknown);
        };
    }

    private static Value cased(Value.Str self, String name, String cased, Arguments arguments, Work work) {
        arguments.requireNone(name);
        work.chars(cased.length());
        return self.with(cased);
    }

    private static Value.Bool all(String text, String name, Arguments arguments, IntPredicate test) {
        arguments.requireNone(name);
        return Value.Bool.of(!text.isEmpty() && text.codePoints().allMatch(test));
    }

    /// What `strip` takes away; null for white space.
    private static @Nullable String characters(String name, Arguments arguments) {
        Arguments.Bound bound = arguments.bind(name, 0, "chars");
        return bound.orNull(0) == null ? null : bound.text(0).text();
    }

    /// Tests an edge of a text, or of the part that two indices name.
    @FunctionalInterface
    private interface Edge {
        boolean matches(String text, String part);
    }

    private static boolean touches(Value.Str self, String name, Arguments arguments, Edge edge) {
        Arguments.Bound bound = arguments.bind(name, 1, "prefix", "start", "end");
        Part part = Part.of(self, bound);
        List<Value> any =
                bound.get(0) instanceof Value.Items items && items.tuple() ? items.values() : List.of(bound.text(0));
        for (Value each : any) {
            if (!(each instanceof Value.Str sought)) {
                throw Fault.of(name + ": a tuple must hold texts, got " + Types.name(each));
            }
            if (part.exists() && edge.matches(part.text(), sought.text())) {
                return true;
            }
        }
        return false;
    }

    /// The part of a text between two indices, the second and third argument of many methods.
    ///
    /// @param exists whether it starts within the text
    /// @param start in characters
    private record Part(String text, int start, boolean exists) {
        static Part of(Value.Str self, Arguments.Bound bound) {
            if (!bound.has(1) && !bound.has(2)) {
                return new Part(self.text(), 0, true);
            }
            int length = self.length();
            long start = bound.orNull(1) == null ? 0 : bound.number(1);
            long stop = bound.orNull(2) == null ? length : bound.number(2);
            start = Math.max(0, start < 0 ? start + length : start);
            stop = Math.min(length, Math.max(0, stop < 0 ? stop + length : stop));
            if (start > stop) {
                return new Part("", (int) Math.min(start, length), false);
            }
            int from = self.text().offsetByCodePoints(0, (int) start);
            int to = self.text().offsetByCodePoints(from, (int) (stop - start));
            return new Part(self.text().substring(from, to), (int) start, true);
        }
    }

    private static int find(Value.Str self, String name, Arguments arguments, boolean last) {
        Arguments.Bound bound = arguments.bind(name, 1, "sub", "start", "end");
        String sought = bound.text(0).text();
        Part part = Part.of(self, bound);
        int at = last ? part.text().lastIndexOf(sought) : part.text().indexOf(sought);
        return at < 0 || !part.exists() ? -1 : part.start() + part.text().codePointCount(0, at);
    }

    private static int found(int index, String name) {
        if (index < 0) {
            throw Fault.of(name + ": the text does not hold what is looked for");
        }
        return index;
    }

    private static Value count(Value.Str self, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("count", 1, "sub", "start", "end");
        String sought = bound.text(0).text();
        Part part = Part.of(self, bound);
        if (!part.exists()) {
            return Value.Int.of(0);
        }
        if (sought.isEmpty()) {
            return Value.Int.of(part.text().codePointCount(0, part.text().length()) + 1L);
        }
        int count = 0;
        for (int at = part.text().indexOf(sought); at >= 0; at = part.text().indexOf(sought, at + sought.length())) {
            count++;
        }
        return Value.Int.of(count);
    }

    private static Value replace(Value.Str self, Arguments arguments, Work work) {
        Arguments.Bound bound = arguments.bind("replace", 2, "old", "new", "count");
        String old = Html.joined(self, bound.text(0), work).text();
        String replacement = Html.joined(self, bound.text(1), work).text();
        return self.with(Splits.replaced(self.text(), old, replacement, bound.number(2, -1), work));
    }

    private static Value split(Value.Str self, String name, Arguments arguments, Work work) {
        Arguments.Bound bound = arguments.bind(name, 0, "sep", "maxsplit");
        int most = bound.number(1, -1);
        boolean fromRight = name.equals("rsplit");
        List<String> parts;
        if (bound.orNull(0) == null) {
            parts = fromRight ? Splits.wordsFromRight(self.text(), most) : Splits.words(self.text(), most);
        } else {
            String separator = bound.text(0).text();
            if (separator.isEmpty()) {
                throw Fault.of(name + ": the separator must not be empty");
            }
            parts = fromRight
                    ? Splits.fromRight(self.text(), separator, most)
                    : Splits.parts(self.text(), separator, most);
        }
        return texts(self, parts, work);
    }

    private static Value texts(Value.Str self, List<String> parts, Work work) {
        work.elements(parts.size());
        work.chars(self.text().length());
        return Value.Items.list(parts.stream().<Value>map(self::with).toList());
    }

    private static String separator(String name, Arguments arguments) {
        String separator = arguments.bind(name, 1, "sep").text(0).text();
        if (separator.isEmpty()) {
            throw Fault.of(name + ": the separator must not be empty");
        }
        return separator;
    }

    private static Value partition(Value.Str self, String name, Arguments arguments, int at) {
        String text = self.text();
        String separator = separator(name, arguments);
        List<String> parts;
        if (at >= 0) {
            parts = List.of(text.substring(0, at), separator, text.substring(at + separator.length()));
        } else {
            parts = name.equals("partition") ? List.of(text, "", "") : List.of("", "", text);
        }
        return Value.Items.tuple(parts.stream().map(self::with).toArray(Value[]::new));
    }

    /// The items of a value, all of them text, with this text between them.
    static Value join(Value.Str self, Value iterable, Work work) {
        StringBuilder joined = new StringBuilder();
        boolean first = true;
        for (Iterator<Value> items = Iteration.of(iterable, work); items.hasNext(); first = false) {
            Value next = items.next();
            if (!(next instanceof Value.Str || self.safe())) {
                throw Fault.of("join: every item must be text, got " + Types.name(next));
            }
            Value.Str part = Html.joined(self, Filters.soft(next, work), work);
            String separator = first ? "" : self.text();
            work.chars(part.text().length() + (long) separator.length());
            joined.append(separator).append(part.text());
        }
        return self.with(joined.toString());
    }

    private static Value padded(Value.Str self, String name, Arguments arguments, Work work) {
        boolean zeros = name.equals("zfill");
        Arguments.Bound bound = zeros ? arguments.bind(name, 1, "width") : arguments.bind(name, 1, "width", "fillchar");
        String fill = zeros ? "0" : bound.text(1, " ").text();
        if (fill.codePointCount(0, fill.length()) != 1) {
            throw Fault.of(name + ": must be filled with one character, got \"" + fill + "\"");
        }
        int width = bound.number(0);
        int missing = Math.max(0, width - self.length());
        if (zeros) {
            work.chars(missing);
            boolean signed = self.text().startsWith("+") || self.text().startsWith("-");
            String sign = signed ? self.text().substring(0, 1) : "";
            return self.with(sign + "0".repeat(missing) + self.text().substring(sign.length()));
        }
        int left =
                switch (name) {
                    case "ljust" -> 0;
                    case "rjust" -> missing;
                    // An odd rest goes to the right, unless the width is odd as well.
                    case String _ -> missing / 2 + (missing & width & 1);
                };
        return self.with(padded(self.text(), left, missing - left, fill, work));
    }

    static String padded(String text, int left, int right, String fill, Work work) {
        work.chars((long) fill.length() * ((long) left + right) + text.length());
        return fill.repeat(left) + text + fill.repeat(right);
    }

    private static Value expandTabs(Value.Str self, Arguments arguments, Work work) {
        int size = arguments.bind("expandtabs", 0, "tabsize").number(0, 8);
        StringBuilder text = new StringBuilder();
        int column = 0;
        for (int point : self.text().codePoints().toArray()) {
            if (point == '\t') {
                int spaces = size > 0 ? size - column % size : 0;
                work.chars(spaces);
                text.repeat(' ', spaces);
                column += spaces;
            } else {
                text.appendCodePoint(point);
                column = point == '\n' || point == '\r' ? 0 : column + 1;
            }
        }
        return self.with(text.toString());
    }
}

package dev.poise.template;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Values as JSON, as Python's `json.dumps` writes it: nothing is escaped for HTML.
final class JsonText {

    /// How it is laid out.
    ///
    /// @param ascii whether other characters are written as `\\u` escapes
    /// @param indent one level's indentation; null for one line
    record Layout(boolean ascii, @Nullable String indent, String itemSeparator, String keySeparator, boolean sorted) {}

    private final Layout layout;
    private final Work work;
    private final StringBuilder text = new StringBuilder();
    private int level;

    private JsonText(Layout layout, Work work) {
        this.layout = layout;
        this.work = work;
    }

    static String of(Value value, Layout layout, Work work) {
        JsonText json = new JsonText(layout, work);
        json.append(value);
        return json.text.toString();
    }

    private void append(Value value) {
        work.step();
        switch (value) {
            case Value.Str string -> string(string.text());
            case Value.Int _, Value.Real _, Value.Bool _, Value.None _ -> add(scalar(value));
            case Value.Items items -> list(items.values());
            case Value.Dict dict -> dict(dict);
            case Value.Undefined _, Value.View _, Value.Range _, Value.Stream _, Value.Namespace _, Value.Thing _ ->
                throw Fault.of("tojson cannot write a value of type " + Types.name(value));
        }
    }

    private String scalar(Value value) {
        return switch (value) {
            case Value.Real real when Double.isNaN(real.number()) -> "NaN";
            case Value.Real real when Double.isInfinite(real.number()) -> real.number() > 0 ? "Infinity" : "-Infinity";
            case Value.Bool truth -> truth == Value.Bool.TRUE ? "true" : "false";
            case Value.None _ -> "null";
            case Value other -> Printed.of(other, work);
        };
    }

    private void list(List<Value> values) {
        Iterator<Value> items = values.iterator();
        block("[", "]", values.size(), () -> append(items.next()));
    }

    private void dict(Value.Dict dict) {
        List<Map.Entry<Value, Value>> entries = List.copyOf(dict.entries().values());
        if (layout.sorted()) {
            entries = Sorting.sorted(entries, Map.Entry::getKey, false, work);
        }
        Iterator<Map.Entry<Value, Value>> each = entries.iterator();
        block("{", "}", entries.size(), () -> {
            Map.Entry<Value, Value> entry = each.next();
            string(key(entry.getKey()));
            add(layout.keySeparator());
            append(entry.getValue());
        });
    }

    private String key(Value key) {
        return switch (key) {
            case Value.Str string -> string.text();
            case Value.Int _, Value.Real _, Value.Bool _, Value.None _ -> scalar(key);
            case Value other -> throw Fault.of("tojson cannot write a key of type " + Types.name(other));
        };
    }

    private void block(String open, String close, int size, Runnable item) {
        work.enter();
        level++;
        add(open);
        for (int index = 0; index < size; index++) {
            add(index == 0 ? "" : layout.itemSeparator());
            newLine();
            item.run();
        }
        level--;
        if (size > 0) {
            newLine();
        }
        add(close);
        work.leave();
    }

    private void newLine() {
        String indent = layout.indent();
        if (indent != null) {
            work.chars((long) indent.length() * level);
            text.append('\n').repeat(indent, level);
        }
    }

    private void string(String string) {
        work.chars(string.length() + 2L);
        text.append('"');
        for (int index = 0; index < string.length(); index++) {
            char letter = string.charAt(index);
            switch (letter) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\f' -> text.append("\\f");
                case '\b' -> text.append("\\b");
                default -> {
                    if (letter < 0x20 || (layout.ascii() && letter > 0x7E)) {
                        text.append("\\u%04x".formatted((int) letter));
                    } else {
                        text.append(letter);
                    }
                }
            }
        }
        text.append('"');
    }

    private void add(String part) {
        work.chars(part.length());
        text.append(part);
    }
}

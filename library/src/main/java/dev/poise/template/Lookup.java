package dev.poise.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// What filters with an `attribute` look at: `"a.b.0"` is the item `0` of `b` of `a`.
final class Lookup {

    private Lookup() {}

    /// The part of an item that an attribute names; the item itself for `None`.
    static Value find(Value item, Value attribute, Work work) {
        return find(item, attribute, Value.None.NONE, work);
    }

    /// @param otherwise what stands for a part that is not there; `None` for nothing
    static Value find(Value item, Value attribute, Value otherwise, Work work) {
        Value found = item;
        for (Value part : parts(attribute)) {
            found = Access.item(found, part, work);
            if (found instanceof Value.Undefined && !(otherwise instanceof Value.None)) {
                found = otherwise;
            }
        }
        return found;
    }

    private static List<Value> parts(Value attribute) {
        return switch (attribute) {
            case Value.None _ -> List.of();
            case Value.Str path ->
                Splits.parts(path.text(), ".", -1).stream().map(Lookup::part).toList();
            case Value other -> List.of(other);
        };
    }

    private static Value part(String name) {
        boolean index = !name.isEmpty() && name.chars().allMatch(letter -> letter >= '0' && letter <= '9');
        return index ? new Value.Int(new BigInteger(name)) : Value.Str.of(name);
    }

    /// What items are sorted and told apart by.
    ///
    /// @param caseSensitive whether large and small letters differ
    static Function<Value, Value> key(Value attribute, boolean caseSensitive, Value otherwise, Work work) {
        return item -> {
            Value found = find(item, attribute, otherwise, work);
            return caseSensitive ? found : small(found);
        };
    }

    static Value small(Value value) {
        return value instanceof Value.Str text ? text.with(text.text().toLowerCase(Locale.ROOT)) : value;
    }

    /// The same for an attribute that may name several, apart by commas: a list.
    static Function<Value, Value> keys(Value attribute, boolean caseSensitive, Work work) {
        List<Value> attributes = new ArrayList<>();
        if (attribute instanceof Value.Str path) {
            Splits.parts(path.text(), ",", -1).forEach(part -> attributes.add(Value.Str.of(part)));
        } else {
            attributes.add(attribute);
        }
        return item -> Value.Items.list(attributes.stream()
                .map(each -> key(each, caseSensitive, Value.None.NONE, work).apply(item))
                .toList());
    }
}

package dev.poise.template;

import java.math.BigInteger;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `value.name` and `value[index]`. What is not there is undefined; of what is undefined nothing is there to
/// find.
///
/// A dot looks for a method first and for a key second, brackets the other way round. Names with an underscore
/// first and methods that would change a list or dictionary are not there, as in Jinja's immutable sandbox.
final class Access {

    /// Members of lists that change nothing.
    private static final Set<String> LIST_METHODS = Set.of("count", "index", "copy");

    private static final Set<String> TUPLE_METHODS = Set.of("count", "index");
    private static final Set<String> DICT_METHODS = Set.of("get", "items", "keys", "values", "copy");

    /// Methods that would change what they belong to.
    private static final Set<String> LIST_CHANGES =
            Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

    private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private Access() {}

    /// `of.name`
    static Value attribute(Value of, String name, Work work) {
        if (of instanceof Value.Undefined undefined) {
            throw undefined.fault();
        }
        Value member = member(of, name, work);
        if (member != null) {
            return member;
        }
        Value item = of instanceof Value.Dict dict ? dict.get(Value.Str.of(name), work) : null;
        return item == null ? missing(of, name) : item;
    }

    /// `of[index]`
    static Value item(Value of, Value index, Work work) {
        if (of instanceof Value.Undefined undefined) {
            throw undefined.fault();
        }
        Value item = null;
        BigInteger whole = Numbers.wholeOrNull(index);
        if (of instanceof Value.Dict dict) {
            item = Keys.isHashable(index, work) ? dict.get(index, work) : null;
        } else if (whole != null) {
            item = Slices.item(of, whole, work);
        }
        if (item == null && index instanceof Value.Str name) {
            item = member(of, name.text(), work);
        }
        if (item != null) {
            return item;
        }
        return index instanceof Value.Str name
                ? missing(of, name.text())
                : new Value.Undefined(Types.name(of) + " has no element " + Printed.quoted(index, work));
    }

    private static Value.Undefined missing(Value of, String name) {
        return new Value.Undefined("'" + Types.name(of) + "' has no attribute '" + name + "'");
    }

    /// A method or member, or null where there is none of that name.
    private static @Nullable Value member(Value of, String name, Work work) {
        if (name.startsWith("_")) {
            return null;
        }
        return switch (of) {
            case Value.Str text
            when TextMethods.NAMES.contains(name) ->
                method(of, name, arguments -> TextMethods.call(text, name, arguments, work));
            case Value.Items list when !list.tuple() && LIST_CHANGES.contains(name) -> unchangeable(of, name);
            case Value.Items items
            when (items.tuple() ? TUPLE_METHODS : LIST_METHODS).contains(name) ->
                method(of, name, arguments -> CollectionMethods.call(items, name, arguments, work));
            case Value.Items group
            when group.kind() == Value.Items.Kind.GROUP && name.equals("grouper") ->
                group.values().getFirst();
            case Value.Items group
            when group.kind() == Value.Items.Kind.GROUP && name.equals("list") ->
                group.values().getLast();
            case Value.Dict _ when DICT_CHANGES.contains(name) -> unchangeable(of, name);
            case Value.Dict dict
            when DICT_METHODS.contains(name) ->
                method(of, name, arguments -> CollectionMethods.call(dict, name, arguments, work));
            case Value.Range range
            when TUPLE_METHODS.contains(name) ->
                method(of, name, arguments -> CollectionMethods.call(range, name, arguments, work));
            case Value.Range range -> bound(range, name);
            case Value.Namespace namespace -> namespace.members().get(name);
            case Value.Thing thing -> thing.members().get(name);
            case Value.Str _, Value.Int _, Value.Real _, Value.Bool _, Value.None _, Value.Undefined _ -> null;
            case Value.Items _, Value.Dict _, Value.View _, Value.Stream _ -> null;
        };
    }

    private static @Nullable Value bound(Value.Range range, String name) {
        return switch (name) {
            case "start" -> Value.Int.of(range.start());
            case "stop" -> Value.Int.of(range.stop());
            case "step" -> Value.Int.of(range.step());
            case String _ -> null;
        };
    }

    private static Value method(Value of, String name, Value.Call call) {
        String shown = "<built-in method " + name + " of " + Types.name(of) + " object>";
        return new Value.Thing(shown, "method", _ -> null, call);
    }

    private static Value.Undefined unchangeable(Value of, String name) {
        return new Value.Undefined("'" + name + "' would change a " + Types.name(of)
                + ", which templates may not; build a new one with '+' or keep it in a namespace");
    }
}

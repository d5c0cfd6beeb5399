package dev.poise.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// What a call, filter or test is given, evaluated.
record Arguments(List<Value> positional, SequencedMap<String, Value> named) {

    static final Arguments NONE = of();

    static Arguments of(Value... positional) {
        return new Arguments(List.of(positional), new LinkedHashMap<>());
    }

    /// The arguments by the parameters they belong to.
    ///
    /// @param function its name, for errors
    /// @param required how many of the parameters must be given
    Bound bind(String function, int required, String... parameters) {
        List<String> names = Arrays.asList(parameters);
        if (positional.size() > names.size()) {
            throw Fault.of(function + " takes at most " + names.size() + " arguments, got " + positional.size());
        }
        List<@Nullable Value> values = new ArrayList<>(positional);
        names.subList(positional.size(), names.size()).forEach(name -> values.add(named.get(name)));
        for (String name : named.keySet()) {
            if (names.indexOf(name) < positional.size()) {
                throw Fault.of(function + " takes no argument '" + name + "' here");
            }
        }
        for (int index = 0; index < required; index++) {
            if (values.get(index) == null) {
                throw Fault.of(function + " needs its argument '" + names.get(index) + "'");
            }
        }
        return new Bound(function, names, values);
    }

    /// Refuses all arguments.
    void requireNone(String function) {
        bind(function, 0);
    }

    /// Arguments by parameter.
    ///
    /// @param values one a parameter; null where not given
    record Bound(String function, List<String> names, List<@Nullable Value> values) {

        /// The argument at an index, which must be among the required ones.
        Value get(int index) {
            Value value = values.get(index);
            if (value == null) {
                throw Fault.of(function + " needs its argument '" + names.get(index) + "'");
            }
            return value;
        }

        boolean has(int index) {
            return values.get(index) != null;
        }

        Value get(int index, Value otherwise) {
            Value value = values.get(index);
            return value == null ? otherwise : value;
        }

        /// Absent where not given or `None`.
        @Nullable
        Value orNull(int index) {
            Value value = values.get(index);
            return value instanceof Value.None ? null : value;
        }

        boolean flag(int index, boolean otherwise) {
            Value value = values.get(index);
            return value == null ? otherwise : Truth.of(value);
        }

        /// A whole number, cut to what an `int` holds.
        int number(int index, int otherwise) {
            Value value = values.get(index);
            return value == null ? otherwise : number(value, index);
        }

        int number(int index) {
            return number(get(index), index);
        }

        private int number(Value value, int index) {
            BigInteger whole = Numbers.wholeOrNull(value);
            if (whole == null) {
                throw Fault.of(
                        function + ": '" + names.get(index) + "' must be a whole number, got " + Types.name(value));
            }
            return Numbers.clamp(whole);
        }

        Value.Str text(int index) {
            return text(get(index), index);
        }

        Value.Str text(int index, String otherwise) {
            Value value = values.get(index);
            return value == null ? Value.Str.of(otherwise) : text(value, index);
        }

        private Value.Str text(Value value, int index) {
            if (value instanceof Value.Str text) {
                return text;
            }
            throw Fault.of(function + ": '" + names.get(index) + "' must be text, got " + Types.name(value));
        }
    }
}

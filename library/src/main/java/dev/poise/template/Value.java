package dev.poise.template;

import java.math.BigInteger;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Values as Python has them.
sealed interface Value {

    /// Text, counted in Unicode characters and not in chars.
    ///
    /// @param safe whether it is marked as HTML that needs no escaping (`|safe`, `|escape`): what is joined to
    ///     it by `+`, `%` or its methods is escaped
    record Str(String text, boolean safe) implements Value {

        static final Str EMPTY = new Str("", false);

        static Str of(String text) {
            return new Str(text, false);
        }

        /// Characters.
        int length() {
            return text.codePointCount(0, text.length());
        }

        /// Another text with the same mark.
        Str with(String other) {
            return new Str(other, safe);
        }
    }

    /// A whole number of any size.
    record Int(BigInteger number) implements Value {
        static Int of(long number) {
            return new Int(BigInteger.valueOf(number));
        }
    }

    /// A float64.
    record Real(double number) implements Value {}

    /// `True` or `False`, which count as 1 and 0.
    enum Bool implements Value {
        FALSE,
        TRUE;

        static Bool of(boolean truth) {
            return truth ? TRUE : FALSE;
        }
    }

    enum None implements Value {
        NONE
    }

    /// What is not there. It prints as nothing, is false and empty, and may be tested; all else is an error.
    ///
    /// @param hint what is missing, as the error tells it
    record Undefined(String hint) implements Value {
        static Undefined name(String name) {
            return new Undefined("'" + name + "' is undefined");
        }

        Fault fault() {
            return Fault.of(hint);
        }
    }

    /// A list or a tuple. Neither changes.
    record Items(List<Value> values, Kind kind) implements Value {

        enum Kind {
            LIST,
            TUPLE,
            /// A tuple whose two parts have the names `grouper` and `list` besides, as `|groupby` gives them.
            GROUP
        }

        Items(List<Value> values, boolean tuple) {
            this(values, tuple ? Kind.TUPLE : Kind.LIST);
        }

        static Items list(List<Value> values) {
            return new Items(values, Kind.LIST);
        }

        static Items tuple(Value... values) {
            return new Items(List.of(values), Kind.TUPLE);
        }

        boolean tuple() {
            return kind != Kind.LIST;
        }
    }

    /// A dictionary in the order of its keys' arrival.
    ///
    /// @param entries by [Keys#of] their keys
    record Dict(SequencedMap<Object, Map.Entry<Value, Value>> entries) implements Value {

        static Dict of(List<Map.Entry<Value, Value>> pairs, Work work) {
            work.entries(pairs.size());
            SequencedMap<Object, Map.Entry<Value, Value>> entries = new LinkedHashMap<>();
            for (Map.Entry<Value, Value> pair : pairs) {
                Object key = Keys.of(pair.getKey(), work);
                Map.Entry<Value, Value> earlier = entries.get(key);
                entries.put(key, earlier == null ? pair : Map.entry(earlier.getKey(), pair.getValue()));
            }
            return new Dict(Collections.unmodifiableSequencedMap(entries));
        }

        static Dict ofNamed(SequencedMap<String, Value> named, Work work) {
            return of(
                    named.entrySet().stream()
                            .map(entry -> Map.<Value, Value>entry(Str.of(entry.getKey()), entry.getValue()))
                            .toList(),
                    work);
        }

        @Nullable
        Value get(Value key, Work work) {
            Map.Entry<Value, Value> entry = entries.get(Keys.of(key, work));
            return entry == null ? null : entry.getValue();
        }

        int size() {
            return entries.size();
        }
    }

    /// What `keys()`, `values()` and `items()` of a dictionary give.
    record View(Dict dict, Part part) implements Value {

        enum Part {
            KEYS("dict_keys"),
            VALUES("dict_values"),
            ITEMS("dict_items");

            private final String type;

            Part(String type) {
                this.type = type;
            }

            String type() {
                return type;
            }
        }

        Value of(Map.Entry<Value, Value> entry) {
            return switch (part) {
                case KEYS -> entry.getKey();
                case VALUES -> entry.getValue();
                case ITEMS -> Items.tuple(entry.getKey(), entry.getValue());
            };
        }
    }

    /// What `range` gives.
    ///
    /// @param step not 0
    record Range(int start, int stop, int step) implements Value {

        int size() {
            return step > 0
                    ? Math.max(0, Math.ceilDiv(stop - start, step))
                    : Math.max(0, Math.ceilDiv(start - stop, -step));
        }

        Int at(int index) {
            return Int.of(start + (long) index * step);
        }
    }

    /// What is made item by item as it is asked for, once, such as by `|map`.
    record Stream(Iterator<Value> items) implements Value {}

    /// What `namespace` gives: the only value whose parts can be assigned.
    record Namespace(Map<String, Value> members) implements Value {

        /// Equal to itself only: its members change.
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /// Everything with members or a call of its own: functions, macros, methods, `loop`, `cycler`.
    ///
    /// @param shown how it prints
    /// @param type what an error calls it
    /// @param members its members by name
    /// @param call what calling it does; null where it cannot be called
    record Thing(
            String shown,
            String type,
            Members members,
            @Nullable Call call) implements Value {

        static Thing function(String shown, Call call) {
            return new Thing(shown, "function", _ -> null, call);
        }
    }

    /// Finds a member by name; null where there is none.
    @FunctionalInterface
    interface Members {
        @Nullable
        Value get(String name);
    }

    /// Calls something.
    @FunctionalInterface
    interface Call {
        Value with(Arguments arguments);
    }
}

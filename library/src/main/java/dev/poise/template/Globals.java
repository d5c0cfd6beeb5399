package dev.poise.template;

import dev.poise.template.Arguments.Bound;
import java.math.BigInteger;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The functions that every template has.
final class Globals {

    /// The longest range, as in Jinja's sandbox.
    private static final int MAX_RANGE = 100_000;

    private Globals() {}

    /// @param now what `strftime_now` tells
    static Map<String, Value> of(Work work, LocalDateTime now) {
        return Map.of(
                "range", function("range", arguments -> range(arguments)),
                "dict", function("dict", arguments -> dict(arguments, work)),
                "namespace", function("namespace", arguments -> namespace(arguments, work)),
                "cycler", function("cycler", Globals::cycler),
                "joiner", function("joiner", Globals::joiner),
                "raise_exception",
                        function("raise_exception", arguments -> {
                            Value message = arguments
                                    .bind("raise_exception", 1, "message")
                                    .get(0);
                            throw Fault.raised(Printed.of(message, work));
                        }),
                "strftime_now",
                        function("strftime_now", arguments -> {
                            String format = arguments
                                    .bind("strftime_now", 1, "format")
                                    .text(0)
                                    .text();
                            work.chars(32L * format.length());
                            return Value.Str.of(Strftime.format(format, now));
                        }));
    }

    private static Value function(String name, Value.Call call) {
        return Value.Thing.function("<function " + name + ">", call);
    }

    private static Value range(Arguments arguments) {
        boolean startsAtZero = arguments.positional().size() == 1;
        Bound bound =
                startsAtZero ? arguments.bind("range", 1, "stop") : arguments.bind("range", 2, "start", "stop", "step");
        BigInteger start = startsAtZero ? BigInteger.ZERO : whole(bound.get(0));
        BigInteger stop = whole(bound.get(startsAtZero ? 0 : 1));
        BigInteger step = startsAtZero ? BigInteger.ONE : whole(bound.get(2, Value.Int.of(1)));
        if (step.signum() == 0) {
            throw Fault.of("range: the step must not be 0");
        }
        BigInteger size = stop.subtract(start)
                .add(step)
                .subtract(BigInteger.valueOf(step.signum()))
                .divide(step);
        if (size.compareTo(BigInteger.valueOf(MAX_RANGE)) > 0) {
            throw Fault.limit("range: must not be longer than " + MAX_RANGE + " numbers, got " + size);
        }
        if (start.bitLength() > 30 || stop.bitLength() > 30 || step.bitLength() > 30) {
            throw Fault.limit("range: numbers must be below 2**30");
        }
        return new Value.Range(start.intValueExact(), stop.intValueExact(), step.intValueExact());
    }

    private static BigInteger whole(Value value) {
        BigInteger whole = Numbers.wholeOrNull(Operations.defined(value));
        if (whole == null) {
            throw Fault.of("range must be given whole numbers, got " + Types.name(value));
        }
        return whole;
    }

    /// A dictionary of another one or of pairs, and of named arguments.
    private static Value.Dict dict(Arguments arguments, Work work) {
        if (arguments.positional().size() > 1) {
            throw Fault.of("dict takes at most 1 argument by position");
        }
        List<Map.Entry<Value, Value>> entries = new ArrayList<>();
        for (Value given : arguments.positional()) {
            if (Operations.defined(given) instanceof Value.Dict dict) {
                entries.addAll(dict.entries().values());
            } else {
                for (Iterator<Value> pairs = Iteration.of(given, work); pairs.hasNext(); ) {
                    List<Value> pair = Iteration.list(pairs.next(), work);
                    if (pair.size() != 2) {
                        throw Fault.of("dict must be given pairs, got " + pair.size() + " items");
                    }
                    entries.add(Map.entry(pair.getFirst(), pair.getLast()));
                }
            }
        }
        entries.addAll(Value.Dict.ofNamed(arguments.named(), work).entries().values());
        return Value.Dict.of(entries, work);
    }

    private static Value namespace(Arguments arguments, Work work) {
        Map<String, Value> members = new LinkedHashMap<>();
        for (Map.Entry<Value, Value> entry : dict(arguments, work).entries().values()) {
            members.put(Printed.of(entry.getKey(), work), entry.getValue());
        }
        return new Value.Namespace(members);
    }

    /// Gives its values in turn.
    private static Value cycler(Arguments arguments) {
        List<Value> values = arguments.positional();
        if (values.isEmpty() || !arguments.named().isEmpty()) {
            throw Fault.of("cycler must be given values");
        }
        int[] at = {0};
        Value next = Value.Thing.function("<method next>", none -> {
            none.requireNone("next");
            Value current = values.get(at[0]);
            at[0] = (at[0] + 1) % values.size();
            return current;
        });
        Value reset = Value.Thing.function("<method reset>", none -> {
            none.requireNone("reset");
            at[0] = 0;
            return Value.None.NONE;
        });
        Value.Members members = name -> cyclerMember(name, values.get(at[0]), next, reset);
        return new Value.Thing("<Cycler>", "Cycler", members, null);
    }

    private static @Nullable Value cyclerMember(String name, Value current, Value next, Value reset) {
        return switch (name) {
            case "current" -> current;
            case "next" -> next;
            case "reset" -> reset;
            case String _ -> null;
        };
    }

    /// Gives nothing the first time, and its text from then on.
    private static Value joiner(Arguments arguments) {
        Value separator = arguments.bind("joiner", 0, "sep").get(0, Value.Str.of(", "));
        boolean[] used = {false};
        Value.Call call = none -> {
            none.requireNone("joiner");
            Value text = used[0] ? separator : Value.Str.EMPTY;
            used[0] = true;
            return text;
        };
        return new Value.Thing("<Joiner>", "Joiner", _ -> null, call);
    }
}

package dev.poise.template;

import dev.poise.template.Arguments.Bound;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// Filters that go through items.
final class SequenceFilters {

    private SequenceFilters() {}

    static Value apply(String name, Value value, Arguments arguments, Work work) {
        return switch (name) {
            case "batch" -> batch(value, arguments, work);
            case "dictsort" -> dictSort(value, arguments, work);
            case "first" -> first(Iteration.of(value, work), arguments);
            case "last" -> first(Iteration.of(reversible(value, work), work), arguments);
            case "groupby" -> groupBy(value, arguments, work);
            case "items" -> items(value, arguments);
            case "join" -> {
                Bound bound = arguments.bind(name, 0, "d", "attribute");
                Value attribute = bound.get(1, Value.None.NONE);
                Iterator<Value> texts = stream(value, work)
                        .<Value>map(item -> Value.Str.of(Printed.of(Lookup.find(item, attribute, work), work)))
                        .iterator();
                Value.Str separator = Value.Str.of(Printed.of(bound.get(0, Value.Str.EMPTY), work));
                yield TextMethods.join(separator, new Value.Stream(texts), work);
            }
            case "list" -> {
                arguments.requireNone(name);
                yield Value.Items.list(Iteration.list(value, work));
            }
            case "map" -> map(value, arguments, work);
            case "max" -> extreme(name, value, arguments, 1, work);
            case "min" -> extreme(name, value, arguments, -1, work);
            case "reject" -> select(value, test(arguments, 0, work).negate(), work);
            case "select" -> select(value, test(arguments, 0, work), work);
            case "rejectattr" ->
                select(value, attributeTest(name, arguments, work).negate(), work);
            case "selectattr" -> select(value, attributeTest(name, arguments, work), work);
            case "reverse" -> reverse(value, arguments, work);
            case "slice" -> slice(value, arguments, work);
            case "sort" -> {
                Bound bound = arguments.bind(name, 0, "reverse", "case_sensitive", "attribute");
                Function<Value, Value> key = Lookup.keys(bound.get(2, Value.None.NONE), bound.flag(1, false), work);
                yield Value.Items.list(Sorting.sorted(Iteration.list(value, work), key, bound.flag(0, false), work));
            }
            case "unique" -> unique(value, arguments, work);
            case String unknown -> throw Fault.of("there is no filter '" + unknown + "'");
        };
    }

    private static Stream<Value> stream(Value value, Work work) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(Iteration.of(value, work), 0), false);
    }

    private static Value lazily(Stream<Value> items) {
        return new Value.Stream(items.iterator());
    }

    private static Value first(Iterator<Value> items, Arguments arguments) {
        arguments.requireNone("first");
        return items.hasNext()
                ? items.next()
                : new Value.Undefined("there is no first or last item of an empty sequence");
    }

    /// The items from the last to the first, as far as that can be had.
    private static Value reversible(Value value, Work work) {
        if (value instanceof Value.Stream) {
            throw Fault.of("cannot be gone through from its end: " + Types.name(value));
        }
        List<Value> items = new ArrayList<>(Iteration.list(value, work));
        work.elements(items.size());
        return Value.Items.list(items.reversed());
    }

    private static Value reverse(Value value, Arguments arguments, Work work) {
        arguments.requireNone("reverse");
        if (value instanceof Value.Str text) {
            work.chars(text.text().length());
            return text.with(new StringBuilder(text.text()).reverse().toString());
        }
        List<Value> items = new ArrayList<>(Iteration.list(value, work));
        work.elements(items.size());
        Collections.reverse(items);
        return value instanceof Value.Stream || value instanceof Value.Undefined
                ? Value.Items.list(items)
                : new Value.Stream(items.iterator());
    }

    private static Value items(Value value, Arguments arguments) {
        arguments.requireNone("items");
        return switch (value) {
            case Value.Undefined _ -> new Value.Stream(List.<Value>of().iterator());
            case Value.Dict dict -> new Value.Stream(Filters.pairs(dict).iterator());
            case Value other -> throw Fault.of("items must be given a dictionary, got " + Types.name(other));
        };
    }

    private static Value dictSort(Value value, Arguments arguments, Work work) {
        Bound bound = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
        String by = bound.text(1, "key").text();
        if (!by.equals("key") && !by.equals("value")) {
            throw Fault.of("dictsort: must sort by key or value, got " + by);
        }
        if (!(Operations.defined(value) instanceof Value.Dict dict)) {
            throw Fault.of("dictsort must be given a dictionary, got " + Types.name(value));
        }
        Value index = Value.Int.of(by.equals("key") ? 0 : 1);
        Function<Value, Value> key = Lookup.key(index, bound.flag(0, false), Value.None.NONE, work);
        return Value.Items.list(Sorting.sorted(Filters.pairs(dict), key, bound.flag(2, false), work));
    }

    private static Value groupBy(Value value, Arguments arguments, Work work) {
        Bound bound = arguments.bind("groupby", 1, "attribute", "default", "case_sensitive");
        boolean caseSensitive = bound.flag(2, false);
        Value otherwise = bound.get(1, Value.None.NONE);
        Function<Value, Value> key = Lookup.key(bound.get(0), caseSensitive, otherwise, work);
        List<Value> sorted = Sorting.sorted(Iteration.list(value, work), key, false, work);
        List<Value> groups = new ArrayList<>();
        int start = 0;
        for (int at = 1; at <= sorted.size(); at++) {
            Value first = sorted.get(start);
            if (at == sorted.size() || !Comparisons.equal(key.apply(sorted.get(at)), key.apply(first), work)) {
                List<Value> members = List.copyOf(sorted.subList(start, at));
                groups.add(group(Lookup.find(first, bound.get(0), otherwise, work), Value.Items.list(members), work));
                start = at;
            }
        }
        return Value.Items.list(groups);
    }

    private static Value group(Value grouper, Value list, Work work) {
        work.elements(2);
        return new Value.Items(List.of(grouper, list), Value.Items.Kind.GROUP);
    }

    private static Value map(Value value, Arguments arguments, Work work) {
        if (!Truth.of(value)) {
            return lazily(Stream.empty());
        }
        if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
            Bound bound = arguments.bind("map", 0, "", "attribute", "default");
            Value attribute = bound.get(1);
            Value otherwise = bound.get(2, Value.None.NONE);
            return lazily(stream(value, work).map(item -> Lookup.find(item, attribute, otherwise, work)));
        }
        if (arguments.positional().isEmpty()) {
            throw Fault.of("map needs the name of a filter, or an attribute");
        }
        String filter = named(arguments.positional().getFirst());
        Arguments rest = rest(arguments, 1);
        return lazily(stream(value, work).map(item -> Filters.apply(filter, item, rest, work)));
    }

    private static Arguments rest(Arguments arguments, int from) {
        return new Arguments(
                arguments.positional().subList(from, arguments.positional().size()), arguments.named());
    }

    private static String named(Value name) {
        if (name instanceof Value.Str text) {
            return text.text();
        }
        throw Fault.of("a filter or test must be named by a text, got " + Types.name(name));
    }

    private static Value select(Value value, Predicate<Value> chosen, Work work) {
        return lazily(Truth.of(value) ? stream(value, work).filter(chosen) : Stream.empty());
    }

    /// The test whose name stands at an index of the arguments; whether a value counts as true where there is
    /// none.
    private static Predicate<Value> test(Arguments arguments, int at, Work work) {
        if (arguments.positional().size() <= at) {
            return Truth::of;
        }
        String name = named(arguments.positional().get(at));
        Arguments rest = rest(arguments, at + 1);
        return item -> Tests.holds(name, item, rest, work);
    }

    private static Predicate<Value> attributeTest(String name, Arguments arguments, Work work) {
        if (arguments.positional().isEmpty()) {
            throw Fault.of(name + " needs the name of an attribute");
        }
        Value attribute = arguments.positional().getFirst();
        Predicate<Value> test = test(arguments, 1, work);
        return item -> test.test(Lookup.find(item, attribute, work));
    }

    private static Value extreme(String name, Value value, Arguments arguments, int sign, Work work) {
        Bound bound = arguments.bind(name, 0, "case_sensitive", "attribute");
        Function<Value, Value> key =
                Lookup.key(bound.get(1, Value.None.NONE), bound.flag(0, false), Value.None.NONE, work);
        Iterator<Value> items = Iteration.of(value, work);
        if (!items.hasNext()) {
            return new Value.Undefined("there is no " + name + " of an empty sequence");
        }
        Value best = items.next();
        while (items.hasNext()) {
            Value next = items.next();
            if (sign * Comparisons.order(key.apply(next), key.apply(best), work) > 0) {
                best = next;
            }
        }
        return best;
    }

    private static Value unique(Value value, Arguments arguments, Work work) {
        Bound bound = arguments.bind("unique", 0, "case_sensitive", "attribute");
        Function<Value, Value> key =
                Lookup.key(bound.get(1, Value.None.NONE), bound.flag(0, false), Value.None.NONE, work);
        Set<Object> seen = new HashSet<>();
        return lazily(stream(value, work).filter(item -> seen.add(Keys.of(key.apply(item), work))));
    }

    private static Value batch(Value value, Arguments arguments, Work work) {
        Bound bound = arguments.bind("batch", 1, "linecount", "fill_with");
        int size = bound.number(0);
        List<Value> items = Iteration.list(value, work);
        List<Value> batches = new ArrayList<>();
        // A size below 1 is never reached: all items make one batch, as there.
        int step = size < 1 ? Math.max(1, items.size()) : size;
        if (size == 0 && !items.isEmpty()) {
            batches.add(Value.Items.list(List.of()));
        }
        for (int start = 0; start < items.size(); start += step) {
            List<Value> batch =
                    new ArrayList<>(items.subList(start, (int) Math.min((long) start + step, items.size())));
            Value fill = bound.orNull(1);
            if (fill != null && batch.size() < size) {
                work.elements(size);
                batch.addAll(Collections.nCopies(size - batch.size(), fill));
            }
            batches.add(Value.Items.list(batch));
            if ((long) start + step > Integer.MAX_VALUE) {
                break;
            }
        }
        return new Value.Stream(batches.iterator());
    }

    private static Value slice(Value value, Arguments arguments, Work work) {
        Bound bound = arguments.bind("slice", 1, "slices", "fill_with");
        int count = bound.number(0);
        List<Value> items = Iteration.list(value, work);
        if (count == 0) {
            throw Fault.of("slice: the number of slices must not be 0");
        }
        work.elements(Math.max(0, count));
        List<Value> slices = new ArrayList<>();
        int offset = 0;
        for (int index = 0; index < count; index++) {
            boolean longer = index < items.size() % count;
            int size = items.size() / count + (longer ? 1 : 0);
            List<Value> slice = new ArrayList<>(items.subList(offset, offset + size));
            offset += size;
            Value fill = bound.orNull(1);
            if (fill != null && !longer) {
                slice.add(fill);
            }
            slices.add(Value.Items.list(slice));
        }
        return new Value.Stream(slices.iterator());
    }
}

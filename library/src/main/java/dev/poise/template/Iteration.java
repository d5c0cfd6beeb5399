package dev.poise.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/// The items of values.
final class Iteration {

    private Iteration() {}

    /// The items of a value, one by one: of a text its characters, of a dictionary its keys. Each is paid for as
    /// it comes.
    static Iterator<Value> of(Value value, Work work) {
        Iterator<Value> items =
                switch (value) {
                    case Value.Items list -> list.values().iterator();
                    case Value.Str text ->
                        text.text()
                                .codePoints()
                                .<Value>mapToObj(point -> Value.Str.of(Character.toString(point)))
                                .iterator();
                    case Value.Dict dict ->
                        dict.entries().values().stream()
                                .map(entry -> entry.getKey())
                                .iterator();
                    case Value.View view ->
                        view.dict().entries().values().stream().map(view::of).iterator();
                    case Value.Range range ->
                        IntStream.range(0, range.size())
                                .<Value>mapToObj(range::at)
                                .iterator();
                    case Value.Stream stream -> stream.items();
                    case Value.Undefined _ -> List.<Value>of().iterator();
                    case Value.Int _, Value.Real _, Value.Bool _, Value.None _, Value.Namespace _, Value.Thing _ ->
                        throw Fault.of("must have items to go through, got " + Types.name(value));
                };
        return new Paid(items, work);
    }

    private record Paid(Iterator<Value> items, Work work) implements Iterator<Value> {
        @Override
        public boolean hasNext() {
            return items.hasNext();
        }

        @Override
        public Value next() {
            work.step();
            return items.next();
        }
    }

    /// All items of a value.
    static List<Value> list(Value value, Work work) {
        if (value instanceof Value.Items items) {
            return items.values();
        }
        List<Value> list = new ArrayList<>();
        for (Iterator<Value> items = of(value, work); items.hasNext(); ) {
            work.elements(1);
            list.add(items.next());
        }
        return list;
    }

    /// How many items a value has, without going through them; below 0 where that cannot be told.
    static int size(Value value) {
        return switch (value) {
            case Value.Str text -> text.length();
            case Value.Items items -> items.values().size();
            case Value.Dict dict -> dict.size();
            case Value.View view -> view.dict().size();
            case Value.Range range -> range.size();
            case Value.Undefined _ -> 0;
            case Value.Int _,
                    Value.Real _,
                    Value.Bool _,
                    Value.None _,
                    Value.Stream _,
                    Value.Namespace _,
                    Value.Thing _ -> -1;
        };
    }

    static int length(Value value) {
        int size = size(value);
        if (size < 0) {
            throw Fault.of("must have a length, got " + Types.name(value));
        }
        return size;
    }
}

package dev.poise.template;

import java.util.List;

/// The methods of lists, tuples, ranges and dictionaries that change nothing.
final class CollectionMethods {

    private CollectionMethods() {}

    static Value call(Value of, String name, Arguments arguments, Work work) {
        return switch (name) {
            case "count" -> {
                Value sought = arguments.bind(name, 1, "value").get(0);
                yield Value.Int.of(Iteration.list(of, work).stream()
                        .filter(item -> item == sought || Comparisons.equal(item, sought, work))
                        .count());
            }
            case "index" -> Value.Int.of(index(Iteration.list(of, work), arguments, work));
            case "copy" -> {
                arguments.requireNone(name);
                yield of;
            }
            case "get" -> get(of, arguments, work);
            case "keys" -> view(of, Value.View.Part.KEYS, arguments);
            case "values" -> view(of, Value.View.Part.VALUES, arguments);
            case "items" -> view(of, Value.View.Part.ITEMS, arguments);
            case String unknown -> throw Fault.of("no method " + unknown);
        };
    }

    private static Value get(Value of, Arguments arguments, Work work) {
        Arguments.Bound bound = arguments.bind("get", 1, "key", "default");
        Value found = of instanceof Value.Dict dict ? dict.get(bound.get(0), work) : null;
        return found == null ? bound.get(1, Value.None.NONE) : found;
    }

    private static Value view(Value of, Value.View.Part part, Arguments arguments) {
        arguments.requireNone(part.type());
        return new Value.View((Value.Dict) of, part);
    }

    private static int index(List<Value> items, Arguments arguments, Work work) {
        Arguments.Bound bound = arguments.bind("index", 1, "value", "start", "stop");
        int size = items.size();
        int start = from(bound.number(1, 0), size);
        int stop = Math.min(from(bound.number(2, size), size), size);
        for (int at = start; at < stop; at++) {
            if (items.get(at) == bound.get(0) || Comparisons.equal(items.get(at), bound.get(0), work)) {
                return at;
            }
        }
        throw Fault.of("index: the value is not in the list");
    }

    private static int from(int index, int size) {
        return index < 0 ? Math.max(0, index + size) : index;
    }
}

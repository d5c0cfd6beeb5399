package dev.poise.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A loop under way: what templates know as `loop`. It looks one item ahead only where it is asked to.
final class Loop {

    private Iterator<Value> items;
    private int length;
    private final int depth;
    private final Value.@Nullable Call again;
    private final Work work;
    private int index = -1;
    private @Nullable Value before;
    private @Nullable Value now;
    private @Nullable Value after;
    private @Nullable Value lastChanged;

    /// @param length how many items there are; below 0 where that is not known yet
    /// @param again what calling `loop` does; null where the loop is not recursive
    Loop(Iterator<Value> items, int length, int depth, Value.@Nullable Call again, Work work) {
        this.items = items;
        this.length = length;
        this.depth = depth;
        this.again = again;
        this.work = work;
    }

    /// Goes to the next item. Returns whether there is one.
    boolean next() {
        Value item = peek();
        before = now;
        now = item;
        after = null;
        index++;
        return item != null;
    }

    Value current() {
        return now == null ? new Value.Undefined("the loop is over") : now;
    }

    Value value() {
        String shown = "<LoopContext " + (index + 1) + "/" + Math.max(length, 0) + ">";
        return new Value.Thing(shown, "LoopContext", this::member, again);
    }

    private @Nullable Value peek() {
        if (after == null && items.hasNext()) {
            after = items.next();
        }
        return after;
    }

    private int length() {
        if (length < 0) {
            List<Value> rest = new ArrayList<>();
            while (items.hasNext()) {
                work.elements(1);
                rest.add(items.next());
            }
            items = rest.iterator();
            length = index + 1 + (after == null ? 0 : 1) + rest.size();
        }
        return length;
    }

    private @Nullable Value member(String name) {
        return switch (name) {
            case "index" -> Value.Int.of(index + 1L);
            case "index0" -> Value.Int.of(index);
            case "revindex" -> Value.Int.of((long) length() - index);
            case "revindex0" -> Value.Int.of(length() - 1L - index);
            case "first" -> Value.Bool.of(index == 0);
            case "last" -> Value.Bool.of(peek() == null);
            case "length" -> Value.Int.of(length());
            case "depth" -> Value.Int.of(depth + 1L);
            case "depth0" -> Value.Int.of(depth);
            case "previtem" -> before == null ? new Value.Undefined("there is no item before the first") : before;
            case "nextitem" -> {
                Value next = peek();
                yield next == null ? new Value.Undefined("there is no item behind the last") : next;
            }
            case "cycle" -> Value.Thing.function("<method cycle>", this::cycle);
            case "changed" -> Value.Thing.function("<method changed>", this::changed);
            case String _ -> null;
        };
    }

    private Value cycle(Arguments arguments) {
        List<Value> values = arguments.positional();
        if (values.isEmpty()) {
            throw Fault.of("loop.cycle must be given values");
        }
        return values.get(index % values.size());
    }

    private Value changed(Arguments arguments) {
        Value values = new Value.Items(arguments.positional(), true);
        boolean changed = lastChanged == null || !Comparisons.equal(lastChanged, values, work);
        lastChanged = values;
        return Value.Bool.of(changed);
    }
}

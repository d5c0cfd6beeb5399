package dev.poise.template;

import java.math.BigInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Items by index and by slice; negative indices count from the end.
final class Slices {

    private Slices() {}

    /// Which items a slice takes: `count` of them, from `first` on, `step` apart.
    private record Taken(int first, int step, int count) {

        static Taken of(int size, @Nullable Value startValue, @Nullable Value stopValue, @Nullable Value stepValue) {
            int step = stepValue == null || stepValue instanceof Value.None ? 1 : Numbers.clamp(whole(stepValue));
            if (step == 0) {
                throw Fault.of("the step of a slice must not be 0");
            }
            int low = step > 0 ? 0 : -1;
            int high = step > 0 ? size : size - 1;
            long start = bound(startValue, size, low, high, step > 0 ? low : high);
            long stop = bound(stopValue, size, low, high, step > 0 ? high : low);
            long count = step > 0 ? Math.ceilDiv(stop - start, step) : Math.ceilDiv(start - stop, -(long) step);
            return new Taken((int) start, step, (int) Math.max(0, count));
        }

        private static long bound(@Nullable Value value, int size, int low, int high, int otherwise) {
            if (value == null || value instanceof Value.None) {
                return otherwise;
            }
            long index = Numbers.clamp(whole(value));
            return Math.clamp(index < 0 ? index + size : index, low, high);
        }

        IntStream indices() {
            return IntStream.range(0, count).map(index -> first + index * step);
        }
    }

    /// `of[start:stop:step]`
    static Value slice(Value of, @Nullable Value start, @Nullable Value stop, @Nullable Value step, Work work) {
        return switch (of) {
            case Value.Str text -> {
                work.chars(text.text().length());
                work.scan(text.text().length());
                yield text.with(characters(text.text(), Taken.of(text.length(), start, stop, step)));
            }
            case Value.Items items -> {
                Taken taken = Taken.of(items.values().size(), start, stop, step);
                work.elements(taken.count);
                yield new Value.Items(
                        taken.indices().mapToObj(items.values()::get).toList(), items.tuple());
            }
            case Value.Range range -> {
                Taken taken = Taken.of(range.size(), start, stop, step);
                long first = range.start() + (long) taken.first * range.step();
                long width = (long) range.step() * taken.step;
                yield new Value.Range((int) first, (int) (first + width * taken.count), Math.toIntExact(width));
            }
            case Value.Undefined undefined -> throw undefined.fault();
            case Value.Int _, Value.Real _, Value.Bool _, Value.None _, Value.Dict _, Value.View _ ->
                throw Fault.of("cannot take a slice of " + Types.name(of));
            case Value.Stream _, Value.Namespace _, Value.Thing _ ->
                throw Fault.of("cannot take a slice of " + Types.name(of));
        };
    }

    private static String characters(String text, Taken taken) {
        if (taken.count == 0) {
            return "";
        }
        if (taken.step == 1) {
            int from = text.offsetByCodePoints(0, taken.first);
            return text.substring(from, text.offsetByCodePoints(from, taken.count));
        }
        int[] points = text.codePoints().toArray();
        StringBuilder part = new StringBuilder();
        taken.indices().forEach(index -> part.appendCodePoint(points[index]));
        return part.toString();
    }

    private static BigInteger whole(Value value) {
        if (value instanceof Value.Undefined undefined) {
            throw undefined.fault();
        }
        BigInteger whole = Numbers.wholeOrNull(value);
        if (whole == null) {
            throw Fault.of("a slice must be of whole numbers, got " + Types.name(value));
        }
        return whole;
    }

    /// The item of a text, list, tuple or range at an index, or null where there is none.
    static @Nullable Value item(Value of, BigInteger whole, Work work) {
        return switch (of) {
            case Value.Str text -> {
                work.scan(text.text().length());
                int at = index(whole, text.length());
                int from = at < 0 ? 0 : text.text().offsetByCodePoints(0, at);
                yield at < 0 ? null : text.with(Character.toString(text.text().codePointAt(from)));
            }
            case Value.Items items -> {
                int at = index(whole, items.values().size());
                yield at < 0 ? null : items.values().get(at);
            }
            case Value.Range range -> {
                int at = index(whole, range.size());
                yield at < 0 ? null : range.at(at);
            }
            case Value.Int _, Value.Real _, Value.Bool _, Value.None _, Value.Undefined _, Value.Dict _ -> null;
            case Value.View _, Value.Stream _, Value.Namespace _, Value.Thing _ -> null;
        };
    }

    /// The index from the start, or -1 where there is no such item.
    private static int index(BigInteger whole, int size) {
        long index = Numbers.clamp(whole);
        index += index < 0 ? size : 0;
        return index < 0 || index >= size ? -1 : (int) index;
    }
}

package dev.poise.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/// Stable order, equal items as they came, also where it is reversed.
final class Sorting {

    private Sorting() {}

    static <T> List<T> sorted(List<T> items, Function<T, Value> key, boolean reversed, Work work) {
        record Keyed<T>(T item, Value key) {}
        List<Keyed<T>> keyed = new ArrayList<>();
        work.elements(items.size());
        items.forEach(item -> keyed.add(new Keyed<>(item, key.apply(item))));
        Comparator<Keyed<T>> order = (left, right) -> Comparisons.order(left.key, right.key, work);
        try {
            keyed.sort(reversed ? Collections.reverseOrder(order) : order);
        } catch (IllegalArgumentException e) {
            throw Fault.of("values that are not a number cannot be sorted");
        }
        return keyed.stream().map(Keyed::item).toList();
    }
}

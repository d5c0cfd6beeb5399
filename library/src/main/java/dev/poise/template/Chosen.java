package dev.poise.template;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The items that pass a test, which is asked when an item is.
final class Chosen implements Iterator<Value> {

    private final Iterator<Value> items;
    private final Predicate<Value> test;
    private @Nullable Value next;

    Chosen(Iterator<Value> items, Predicate<Value> test) {
        this.items = items;
        this.test = test;
    }

    @Override
    public boolean hasNext() {
        while (next == null && items.hasNext()) {
            Value item = items.next();
            next = test.test(item) ? item : null;
        }
        return next != null;
    }

    @Override
    public Value next() {
        Value item = hasNext() ? next : null;
        next = null;
        if (item == null) {
            throw new NoSuchElementException("no item is left");
        }
        return item;
    }
}

package dev.poise.template;

import dev.poise.template.Expression.Relation;
import java.util.Iterator;
import java.util.List;

/// Which values are equal, which come first, and which hold which.
final class Comparisons {

    private Comparisons() {}

    static boolean holds(Relation relation, Value left, Value right, Work work) {
        return switch (relation) {
            case EQUAL -> equal(left, right, work);
            case UNEQUAL -> !equal(left, right, work);
            case LESS -> !isNan(left, right) && compare("<", left, right, work) < 0;
            case LESS_OR_EQUAL -> !isNan(left, right) && compare("<=", left, right, work) <= 0;
            case GREATER -> !isNan(left, right) && compare(">", left, right, work) > 0;
            case GREATER_OR_EQUAL -> !isNan(left, right) && compare(">=", left, right, work) >= 0;
            case IN -> contains(right, left, work);
            case NOT_IN -> !contains(right, left, work);
        };
    }

    private static boolean isNan(Value left, Value right) {
        return Numbers.isNumber(left) && Numbers.isNumber(right) && (Numbers.isNan(left) || Numbers.isNan(right));
    }

    static boolean equal(Value left, Value right, Work work) {
        work.step();
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return !isNan(left, right) && Numbers.compare(left, right) == 0;
        }
        return switch (left) {
            case Value.Str text -> {
                work.scan(text.text().length());
                yield right instanceof Value.Str other && text.text().equals(other.text());
            }
            case Value.Undefined _ -> right instanceof Value.Undefined;
            case Value.Items items ->
                right instanceof Value.Items other
                        && items.tuple() == other.tuple()
                        && equal(items.values(), other.values(), work);
            case Value.Dict dict -> right instanceof Value.Dict other && equal(dict, other, work);
            case Value.Range range -> right instanceof Value.Range other && equal(range, other);
            case Value.View view -> right instanceof Value.View other && equal(view, other, work);
            case Value.Int _, Value.Real _, Value.Bool _ -> false;
            case Value.None _, Value.Stream _, Value.Namespace _, Value.Thing _ -> left == right;
        };
    }

    private static boolean equal(List<Value> left, List<Value> right, Work work) {
        if (left.size() != right.size()) {
            return false;
        }
        work.enter();
        boolean equal = true;
        for (int index = 0; equal && index < left.size(); index++) {
            equal = same(left.get(index), right.get(index), work);
        }
        work.leave();
        return equal;
    }

    private static boolean same(Value left, Value right, Work work) {
        return left == right || equal(left, right, work);
    }

    private static boolean equal(Value.Dict left, Value.Dict right, Work work) {
        if (left.size() != right.size()) {
            return false;
        }
        work.enter();
        boolean equal = left.entries().entrySet().stream().allMatch(entry -> {
            var other = right.entries().get(entry.getKey());
            return other != null && same(entry.getValue().getValue(), other.getValue(), work);
        });
        work.leave();
        return equal;
    }

    private static boolean equal(Value.Range left, Value.Range right) {
        return left.size() == right.size()
                && (left.size() == 0
                        || (left.start() == right.start() && (left.size() == 1 || left.step() == right.step())));
    }

    /// Keys and items are sets; two views of values are never equal.
    private static boolean equal(Value.View left, Value.View right, Work work) {
        return switch (left.part()) {
            case VALUES -> false;
            case KEYS ->
                right.part() == Value.View.Part.KEYS
                        && left.dict()
                                .entries()
                                .keySet()
                                .equals(right.dict().entries().keySet());
            case ITEMS -> right.part() == Value.View.Part.ITEMS && equal(left.dict(), right.dict(), work);
        };
    }

    /// Below 0 where `left` comes first, above 0 where `right` does.
    private static int compare(String sign, Value left, Value right, Work work) {
        work.step();
        if (left instanceof Value.Undefined undefined) {
            throw undefined.fault();
        }
        if (right instanceof Value.Undefined undefined) {
            throw undefined.fault();
        }
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.compare(left, right);
        }
        if (left instanceof Value.Str first && right instanceof Value.Str second) {
            return compare(first.text(), second.text());
        }
        if (left instanceof Value.Items first
                && right instanceof Value.Items second
                && first.tuple() == second.tuple()) {
            return compare(sign, first.values(), second.values(), work);
        }
        throw Fault.of("'" + sign + "' cannot compare " + Types.name(left) + " and " + Types.name(right));
    }

    /// By the first items that differ.
    private static int compare(String sign, List<Value> left, List<Value> right, Work work) {
        work.enter();
        int order = Integer.compare(left.size(), right.size());
        for (int index = 0; index < Math.min(left.size(), right.size()); index++) {
            if (!same(left.get(index), right.get(index), work)) {
                order = compare(sign, left.get(index), right.get(index), work);
                break;
            }
        }
        work.leave();
        return order;
    }

    /// By characters. Chars would put those beyond U+FFFF, written as two surrogates, before U+E000 to U+FFFF.
    private static int compare(String left, String right) {
        for (int index = 0; index < Math.min(left.length(), right.length()); index++) {
            char first = left.charAt(index);
            char second = right.charAt(index);
            if (first != second) {
                return Character.isSurrogate(first) == Character.isSurrogate(second)
                        ? Character.compare(first, second)
                        : Integer.compare(left.codePointAt(index), right.codePointAt(index));
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /// Orders values for sorting, the smaller first.
    static int order(Value left, Value right, Work work) {
        return isNan(left, right) ? 0 : compare("<", left, right, work);
    }

    /// `item in container`
    static boolean contains(Value container, Value item, Work work) {
        work.step();
        return switch (container) {
            case Value.Str text -> {
                if (item instanceof Value.Str part) {
                    work.scan(text.text().length());
                    yield text.text().contains(part.text());
                }
                throw Fault.of("'in' text must have text on its left, got " + Types.name(item));
            }
            case Value.Dict dict -> dict.get(item, work) != null;
            case Value.View view
            when view.part() == Value.View.Part.KEYS -> view.dict().get(item, work) != null;
            case Value.Items _, Value.View _, Value.Range _, Value.Stream _, Value.Undefined _ -> {
                boolean found = false;
                for (Iterator<Value> items = Iteration.of(container, work); !found && items.hasNext(); ) {
                    found = same(items.next(), item, work);
                }
                yield found;
            }
            case Value.Int _, Value.Real _, Value.Bool _, Value.None _, Value.Namespace _, Value.Thing _ ->
                throw Fault.of("'in' must have a container on its right, got " + Types.name(container));
        };
    }
}

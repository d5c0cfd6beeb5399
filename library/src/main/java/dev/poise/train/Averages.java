package dev.poise.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/// Means over a stretch of training, each weighted by what it counts: pairs, examples or tokens.
///
/// A metric's value is its sum over its count, so that uneven batches and micro-batches weigh as much as they hold.
final class Averages {

    private final SequencedMap<String, Sum> sums = new LinkedHashMap<>();

    /// A running sum.
    ///
    /// @param total sum of what was counted
    /// @param count how much was counted
    record Sum(double total, double count) {
        Sum plus(double more, double moreCount) {
            return new Sum(total + more, count + moreCount);
        }
    }

    void add(String name, double total, double count) {
        sums.merge(name, new Sum(total, count), (sum, more) -> sum.plus(more.total(), more.count()));
    }

    /// Every mean, by name, in the order of first use. What counted nothing is left out.
    SequencedMap<String, Double> means() {
        SequencedMap<String, Double> means = new LinkedHashMap<>();
        sums.forEach((name, sum) -> {
            if (sum.count() > 0) {
                means.put(name, sum.total() / sum.count());
            }
        });
        return means;
    }

    /// One mean, if anything was counted under its name.
    OptionalDouble mean(String name) {
        Sum sum = sums.get(name);
        return sum == null || sum.count() == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum.total() / sum.count());
    }

    void clear() {
        sums.clear();
    }

    /// The sums as they stand: what a checkpoint keeps of an unfinished stretch.
    SequencedMap<String, Sum> sums() {
        return sums;
    }

    void restore(Map<String, Sum> saved) {
        sums.clear();
        sums.putAll(saved);
    }
}

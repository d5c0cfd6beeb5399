package dev.poise.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Which pairs are made of a row with several ranked completions. Completions of equal rank never make a pair.
public enum Ranking {
    /// One pair: the best against the worst.
    BEST_WORST,
    /// Every completion against the first that ranks below it.
    ADJACENT,
    /// Every completion against every one that ranks below it.
    ALL;

    /// The best and worst of a pair, as places in a row.
    record Sides(int better, int worse) {}

    /// The pairs of a row, best sides first. Of completions that tie, the one that the row names first counts as
    /// the best, and the one it names last as the worst.
    ///
    /// @param goodness of every completion, larger for better
    List<Sides> pairs(double[] goodness) {
        List<Integer> order = IntStream.range(0, goodness.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer place) -> -goodness[place]))
                .toList();
        List<Sides> pairs = new ArrayList<>();
        for (int better = 0; better < order.size(); better++) {
            for (int worse = better + 1; worse < order.size(); worse++) {
                Sides sides = new Sides(order.get(better), order.get(worse));
                if (goodness[sides.better()] > goodness[sides.worse()]) {
                    pairs.add(sides);
                    if (this == ADJACENT) {
                        break;
                    }
                }
            }
        }
        if (this == BEST_WORST && !pairs.isEmpty()) {
            return List.of(new Sides(order.getFirst(), order.getLast()));
        }
        return pairs;
    }

    /// What is made of a row, for people.
    String description() {
        return switch (this) {
            case BEST_WORST -> "one pair a row, its best completion against its worst";
            case ADJACENT -> "a pair of every completion and the next that ranks below it";
            case ALL -> "a pair of every two completions that do not rank alike";
        };
    }
}

package dev.poise.gradient;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// How alike two answers are, token by token.
///
/// @param commonPrefix how many tokens they share from their start
/// @param editDistance tokens to insert, remove or replace to make one of the other (Levenshtein), by the longer
///     one's length: in [0, 1]
/// @param sharedTokens tokens that both hold, each as often as both do, by their mean length (Dice): in [0, 1]
public record Similarity(int commonPrefix, double editDistance, double sharedTokens) {

    /// Compares two answers.
    ///
    /// @param good token ids of the chosen answer
    /// @param bad token ids of the rejected one
    public static Similarity of(int[] good, int[] bad) {
        int mismatch = Arrays.mismatch(good, bad);
        int longer = Math.max(good.length, bad.length);
        int both = good.length + bad.length;
        return new Similarity(
                mismatch < 0 ? good.length : mismatch,
                longer == 0 ? 0 : (double) edits(good, bad) / longer,
                both == 0 ? 1 : 2.0 * shared(good, bad) / both);
    }

    private static int edits(int[] from, int[] to) {
        int[] row = new int[to.length + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= from.length; i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length; j++) {
                int replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length];
    }

    private static int shared(int[] good, int[] bad) {
        Map<Integer, Integer> left = new HashMap<>();
        for (int token : good) {
            left.merge(token, 1, Integer::sum);
        }
        int shared = 0;
        for (int token : bad) {
            int more = left.getOrDefault(token, 0);
            if (more > 0) {
                left.put(token, more - 1);
                shared++;
            }
        }
        return shared;
    }
}

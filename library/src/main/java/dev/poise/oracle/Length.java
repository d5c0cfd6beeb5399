package dev.poise.oracle;

import java.util.Locale;

/// A reward for how long a completion is.
///
/// @param unit what is counted
/// @param goal which length is best
public record Length(Unit unit, Goal goal) implements Reward {

    /// What a length is counted in.
    public enum Unit {
        /// Unicode code points.
        CHARACTERS,
        /// Runs of letters, digits and marks, inner apostrophes included.
        WORDS,
        /// Runs of anything but white space: what splitting at spaces gives, not a model's tokens.
        TOKENS;

        long count(String text) {
            return switch (this) {
                case CHARACTERS -> text.codePointCount(0, text.length());
                case WORDS -> Words.of(text).size();
                case TOKENS -> text.isBlank() ? 0 : text.strip().split("\\s+").length;
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Which length is best.
    public sealed interface Goal {

        /// The reward of a length.
        double reward(long length);

        /// The reward is minus the length.
        record Shortest() implements Goal {
            @Override
            public double reward(long length) {
                return -length;
            }
        }

        /// The reward is the length.
        record Longest() implements Goal {
            @Override
            public double reward(long length) {
                return length;
            }
        }

        /// The reward is minus the distance to `target`.
        ///
        /// @param target in the reward's unit, at least 0
        record Closest(long target) implements Goal {
            public Closest {
                if (target < 0) {
                    throw new IllegalArgumentException("closest must be at least 0, got " + target);
                }
            }

            @Override
            public double reward(long length) {
                return -Math.abs(length - target);
            }
        }
    }

    @Override
    public double score(String prompt, String completion) {
        return goal.reward(unit.count(completion));
    }
}

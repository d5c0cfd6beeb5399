package dev.poise.oracle;

import java.util.regex.Matcher;

/// A reward for what a regular expression finds in a completion.
///
/// Work is bounded: an expression that reads [#READS] characters and then some per character of the completion, or
/// that nests deeper than the stack, is refused on that completion instead of running for hours.
///
/// @param expression compiled once, flags included
/// @param measure whether a match or the number of matches counts
public record Pattern(java.util.regex.Pattern expression, Measure measure) implements Reward {

    /// Character reads that every completion is allowed; an ordinary expression needs a few a character.
    static final long READS = 5_000_000;

    /// Further reads for every character of the completion.
    static final long READS_A_CHARACTER = 100;

    /// How matches become a reward.
    public enum Measure {
        /// 1 where the expression is found anywhere, 0 elsewhere.
        PRESENT,
        /// Matches that do not overlap.
        COUNT
    }

    /// Compiles `expression`.
    ///
    /// @throws java.util.regex.PatternSyntaxException where it is no regular expression
    public Pattern(String expression, Measure measure) {
        this(java.util.regex.Pattern.compile(expression), measure);
    }

    @Override
    public double score(String prompt, String completion) {
        long reads = READS + READS_A_CHARACTER * completion.length();
        Matcher matcher = expression.matcher(new BoundedText(completion, reads));
        try {
            return switch (measure) {
                case PRESENT -> matcher.find() ? 1 : 0;
                case COUNT -> count(matcher);
            };
        } catch (BoundedText.ReadTooOften e) {
            throw tooCostly("finish within " + reads + " character reads", completion, e);
        } catch (StackOverflowError e) {
            throw tooCostly("not nest deeper than the stack", completion, e);
        }
    }

    private static long count(Matcher matcher) {
        long matches = 0;
        while (matcher.find()) {
            matches++;
        }
        return matches;
    }

    private IllegalArgumentException tooCostly(String bound, String completion, Throwable cause) {
        return new IllegalArgumentException(
                "regex " + expression + " must " + bound + ", got more on a completion of " + completion.length()
                        + " characters",
                cause);
    }
}

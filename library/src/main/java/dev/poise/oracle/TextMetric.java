package dev.poise.oracle;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;

/// What a formula may read of a completion: a finite number, never a failure, of any text.
///
/// Shares are in [0, 1], and 0 where there is nothing to take a share of.
enum TextMetric {
    /// Characters: Unicode code points.
    LENGTH {
        @Override
        double of(String prompt, String completion) {
            return Length.Unit.CHARACTERS.count(completion);
        }
    },
    /// Words, as [Length.Unit#WORDS] counts them.
    WORDS {
        @Override
        double of(String prompt, String completion) {
            return Length.Unit.WORDS.count(completion);
        }
    },
    /// Runs of anything but white space.
    TOKENS {
        @Override
        double of(String prompt, String completion) {
            return Length.Unit.TOKENS.count(completion);
        }
    },
    /// Lines that hold more than white space.
    LINES {
        @Override
        double of(String prompt, String completion) {
            return completion.lines().filter(line -> !line.isBlank()).count();
        }
    },
    /// Runs of full stops, question and exclamation marks, the ideographic ones too.
    SENTENCES {
        @Override
        double of(String prompt, String completion) {
            int ends = 0;
            boolean inside = false;
            for (int at = 0; at < completion.length(); at++) {
                boolean mark = ".!?。！？".indexOf(completion.charAt(at)) >= 0;
                ends += mark && !inside ? 1 : 0;
                inside = mark;
            }
            return ends;
        }
    },
    /// Share of runs of three words that were there before in the same completion.
    REPETITION {
        @Override
        double of(String prompt, String completion) {
            List<String> words = Words.of(completion);
            int runs = words.size() - 2;
            Set<List<String>> distinct = new HashSet<>();
            for (int from = 0; from < runs; from++) {
                distinct.add(words.subList(from, from + 3));
            }
            return runs < 1 ? 0 : 1 - distinct.size() / (double) runs;
        }
    },
    /// Different words by words.
    DISTINCT {
        @Override
        double of(String prompt, String completion) {
            List<String> words = Words.of(completion);
            return words.isEmpty() ? 0 : new HashSet<>(words).size() / (double) words.size();
        }
    },
    /// Share of letters that are upper case.
    UPPERCASE {
        @Override
        double of(String prompt, String completion) {
            return share(completion, Character::isUpperCase, Character::isLetter);
        }
    },
    /// Share of characters that are digits.
    DIGITS {
        @Override
        double of(String prompt, String completion) {
            return share(completion, Character::isDigit, letter -> true);
        }
    },
    /// Share of the completion's words that the prompt holds too.
    OVERLAP {
        @Override
        double of(String prompt, String completion) {
            List<String> words = Words.of(completion);
            Set<String> asked = new HashSet<>(Words.of(prompt));
            return words.isEmpty() ? 0 : words.stream().filter(asked::contains).count() / (double) words.size();
        }
    },
    /// Words of the prompt.
    PROMPT_WORDS {
        @Override
        double of(String prompt, String completion) {
            return Length.Unit.WORDS.count(prompt);
        }
    };

    /// Its value of one completion.
    abstract double of(String prompt, String completion);

    /// As a formula writes it.
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static double share(String text, IntPredicate counted, IntPredicate among) {
        long all = text.codePoints().filter(among).count();
        return all == 0 ? 0 : text.codePoints().filter(counted).count() / (double) all;
    }
}

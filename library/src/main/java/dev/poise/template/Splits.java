package dev.poise.template;

import java.util.ArrayList;
import java.util.List;

/// Texts cut at separators, words and lines. A negative number of cuts means all.
final class Splits {

    private Splits() {}

    static List<String> parts(String text, String separator, int most) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int at = text.indexOf(separator); at >= 0 && parts.size() != most; at = text.indexOf(separator, start)) {
            parts.add(text.substring(start, at));
            start = at + separator.length();
        }
        parts.add(text.substring(start));
        return parts;
    }

    static List<String> fromRight(String text, String separator, int most) {
        List<String> parts = new ArrayList<>();
        int end = text.length();
        while (parts.size() != most) {
            int at = end < separator.length() ? -1 : text.lastIndexOf(separator, end - separator.length());
            if (at < 0) {
                break;
            }
            parts.add(text.substring(at + separator.length(), end));
            end = at;
        }
        parts.add(text.substring(0, end));
        return parts.reversed();
    }

    /// Words, between white space of any length; what is not cut any more keeps its own.
    static List<String> words(String text, int most) {
        List<String> words = new ArrayList<>();
        int at = spaces(text, 0);
        while (at < text.length()) {
            if (words.size() == most) {
                words.add(text.substring(at));
                break;
            }
            int end = at;
            while (end < text.length() && !Unicode.isSpace(text.charAt(end))) {
                end++;
            }
            words.add(text.substring(at, end));
            at = spaces(text, end);
        }
        return words;
    }

    private static int spaces(String text, int from) {
        int at = from;
        while (at < text.length() && Unicode.isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    static List<String> wordsFromRight(String text, int most) {
        List<String> words = new ArrayList<>();
        String rest = Strip.right(text, null);
        while (!rest.isEmpty()) {
            if (words.size() == most) {
                words.add(rest);
                break;
            }
            int start = rest.length();
            while (start > 0 && !Unicode.isSpace(rest.charAt(start - 1))) {
                start--;
            }
            words.add(rest.substring(start));
            rest = Strip.right(rest.substring(0, start), null);
        }
        return words.reversed();
    }

    static List<String> lines(String text, boolean keepBreaks) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int at = 0; at < text.length(); at++) {
            if (Unicode.isLineBreak(text.charAt(at))) {
                int end = at;
                if (text.charAt(at) == '\r' && at + 1 < text.length() && text.charAt(at + 1) == '\n') {
                    at++;
                }
                lines.add(text.substring(start, keepBreaks ? at + 1 : end));
                start = at + 1;
            }
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    /// The text with other words in place of some. An empty one stands before every character and at the end.
    static String replaced(String text, String old, String replacement, int most, Work work) {
        StringBuilder replaced = new StringBuilder();
        int from = 0;
        int count = 0;
        for (int at = text.indexOf(old); at >= 0 && count != most; count++) {
            work.chars(replacement.length() + (long) at - from);
            replaced.append(text, from, at).append(replacement);
            from = at + old.length();
            if (!old.isEmpty()) {
                at = text.indexOf(old, from);
            } else {
                at = at < text.length() ? text.offsetByCodePoints(at, 1) : -1;
            }
        }
        work.chars(text.length() - (long) from);
        return replaced.append(text, from, text.length()).toString();
    }
}

package dev.poise.run;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Values as a recipe writes them, so that reading them again gives the same.
final class RecipeText {

    /// Text that YAML reads as itself, also inside brackets; everything else is quoted.
    private static final Pattern PLAIN = Pattern.compile("(\\.{0,2}/)?[A-Za-z_][A-Za-z0-9_./-]*");

    private static final Set<String> WORDS = Set.of("null", "true", "false");

    private static final int SHOWN = 60;

    private RecipeText() {}

    static String text(String text) {
        return PLAIN.matcher(text).matches() && !WORDS.contains(text) ? text : quoted(text);
    }

    /// The shortest decimal that reads as the same double: 0.1, 1, 1e-6.
    static String number(double value) {
        String shortest = Double.toString(value).replace('E', 'e').replace(".0e", "e");
        return shortest.endsWith(".0") ? shortest.substring(0, shortest.length() - 2) : shortest;
    }

    /// An enum's constant as recipes spell it.
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /// Text as an error message shows it: quoted, and cut where it is long.
    static String shown(String text) {
        return quoted(text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…");
    }

    /// In double quotes, with everything escaped that does not print.
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            switch (character) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> {
                    boolean prints =
                            (character >= ' ' && character < 0x7f) || (character >= 0xa0 && character < 0xfeff);
                    quoted.append(prints ? String.valueOf(character) : String.format("\\u%04x", (int) character));
                }
            }
        }
        return quoted.append('"').toString();
    }
}

package dev.poise.oracle;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.PatternSyntaxException;

/// Reads a reward from its line; the grammar is in the package's documentation.
///
/// @param models reads the reward model in a directory
/// @param services asks something outside
record RewardGrammar(Function<Path, Reward> models, Function<Service, Reward> services) {

    private static final String LEGAL = "legal: length:characters|words|tokens:shortest|longest|closest=N, "
            + "lexical:WORD,..[;-WORD,..], lexical-share:WORD,..[;-WORD,..], regex:EXPRESSION, regex-count:EXPRESSION, "
            + "expr:FORMULA, model:DIR, command[OPTIONS]:PROGRAM ARGUMENTS, endpoint[OPTIONS]:URL, each after WEIGHT* if wanted";

    /// Rules only.
    static final RewardGrammar RULES = new RewardGrammar(
            directory -> {
                throw new IllegalArgumentException("kind must be a rule here, got a reward model");
            },
            service -> {
                throw new IllegalArgumentException("kind must be a rule here, got a command or endpoint");
            });

    /// A specification with the reward model that it names where `models` says that it lies; others as they are.
    static String located(String specification, UnaryOperator<Path> models) {
        int colon = specification.indexOf(':');
        String kind = specification.substring(0, Math.max(colon, 0));
        String name = specification.substring(colon + 1);
        // Behind a weight and its star, if there is one.
        return kind.substring(kind.indexOf('*') + 1).equals("model") && !name.isEmpty()
                ? kind + ":" + models.apply(Path.of(name))
                : specification;
    }

    Reward parse(String specification) {
        try {
            return weighted(specification);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("reward \"" + specification + "\": " + e.getMessage() + "; " + LEGAL, e);
        }
    }

    private Reward weighted(String text) {
        int star = text.indexOf('*');
        int colon = text.indexOf(':');
        // A star after the first colon belongs to an expression.
        if (star < 0 || (colon >= 0 && colon < star)) {
            return rule(text);
        }
        return new Sum(List.of(new Sum.Term(weight(text.substring(0, star)), rule(text.substring(star + 1)))));
    }

    private Reward rule(String text) {
        int colon = text.indexOf(':');
        String kind = colon < 0 ? text : text.substring(0, colon);
        String rest = colon < 0 ? "" : text.substring(colon + 1);
        return switch (kind) {
            case "length" -> length(rest);
            case "lexical" -> lexical(rest, Lexical.Measure.COUNT);
            case "lexical-share" -> lexical(rest, Lexical.Measure.SHARE);
            case "regex" -> pattern(rest, Pattern.Measure.PRESENT);
            case "regex-count" -> pattern(rest, Pattern.Measure.COUNT);
            case "expr" -> Formula.parse(rest);
            case "model" -> model(rest);
            case String service
            when ServiceGrammar.begins(service) -> services.apply(ServiceGrammar.parse(service, rest));
            case String other ->
                throw new IllegalArgumentException("kind must be length, lexical, lexical-share, regex, regex-count,"
                        + " expr, model, command or endpoint, got \"" + other + "\"");
        };
    }

    private Reward model(String directory) {
        if (directory.isEmpty()) {
            throw new IllegalArgumentException("model must name a directory, got none");
        }
        return models.apply(Path.of(directory));
    }

    private static Length length(String rest) {
        int colon = rest.indexOf(':');
        String unit = colon < 0 ? rest : rest.substring(0, colon);
        String goal = colon < 0 ? "" : rest.substring(colon + 1);
        return new Length(unit(unit), goal(goal));
    }

    private static Length.Unit unit(String text) {
        return switch (text) {
            case "characters" -> Length.Unit.CHARACTERS;
            case "words" -> Length.Unit.WORDS;
            case "tokens" -> Length.Unit.TOKENS;
            case String other ->
                throw new IllegalArgumentException("unit must be characters, words or tokens, got \"" + other + "\"");
        };
    }

    private static Length.Goal goal(String text) {
        if (text.startsWith("closest=")) {
            return new Length.Goal.Closest(target(text.substring("closest=".length())));
        }
        return switch (text) {
            case "shortest" -> new Length.Goal.Shortest();
            case "longest" -> new Length.Goal.Longest();
            case String other ->
                throw new IllegalArgumentException(
                        "goal must be shortest, longest or closest=N, got \"" + other + "\"");
        };
    }

    private static long target(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("closest must be a whole number, got \"" + text + "\"", e);
        }
    }

    private static double weight(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("weight must be a number, got \"" + text + "\"", e);
        }
    }

    private static Lexical lexical(String rest, Lexical.Measure measure) {
        int bad = rest.startsWith("-") ? 0 : rest.indexOf(";-");
        String good = bad < 0 ? rest : rest.substring(0, bad);
        String negative = bad < 0 ? "" : rest.substring(rest.indexOf('-', bad) + 1);
        return new Lexical(words(good), words(negative), measure);
    }

    private static Set<String> words(String list) {
        return list.isEmpty() ? Set.of() : new LinkedHashSet<>(List.of(list.split(",", -1)));
    }

    private static Pattern pattern(String expression, Pattern.Measure measure) {
        if (expression.isEmpty()) {
            throw new IllegalArgumentException("expression must not be empty");
        }
        try {
            return new Pattern(expression, measure);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "expression must be a regular expression, got one wrong at index " + e.getIndex() + " ("
                            + e.getDescription() + ")",
                    e);
        }
    }
}

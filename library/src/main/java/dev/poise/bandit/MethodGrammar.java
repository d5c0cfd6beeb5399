package dev.poise.bandit;

import dev.poise.bandit.BestOfN.Push;
import dev.poise.bandit.Penalty.Form;
import dev.poise.objective.Dpo;
import dev.poise.objective.Ipo;
import dev.poise.objective.Normalise;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Methods as words: a name and options, such as `dpo:beta=0.1:threshold=0.2`.
///
/// | name | options and their defaults |
/// |---|---|
/// | `pref-ft` | `threshold=0` |
/// | `best-of-n` | `push=none` (or worst, sum, average, complement), `beta=0.05` |
/// | `rwr` | `beta=0.1` |
/// | `rest` | `keep=0.1` |
/// | `reinforce` | `advantage=running` (or none, state, leave-one-out), `kl=0`, `kl-by=reward` (or score) |
/// | `rloo` | `kl=0`, `kl-by=reward` |
/// | `ppo` | `clip=0.2`, `advantage=running`, `kl=0`, `kl-by=reward` |
/// | `grpo` | `clip=0.2`, `kl=0`, `kl-by=reward` |
/// | `dpo` | `beta=0.1`, `threshold=0` |
/// | `ipo` | `beta=0.05`, which is a margin of 10 nats, `threshold=0` |
public final class MethodGrammar {

    private static final Map<String, List<String>> OPTIONS = new TreeMap<>(Map.of(
            "pref-ft", List.of("threshold"),
            "best-of-n", List.of("push", "beta"),
            "rwr", List.of("beta"),
            "rest", List.of("keep"),
            "reinforce", List.of("advantage", "kl", "kl-by"),
            "rloo", List.of("kl", "kl-by"),
            "ppo", List.of("clip", "advantage", "kl", "kl-by"),
            "grpo", List.of("clip", "kl", "kl-by"),
            "dpo", List.of("beta", "threshold"),
            "ipo", List.of("beta", "threshold")));

    private final String text;
    private final String name;
    private final Map<String, String> given;

    private MethodGrammar(String text, String name, Map<String, String> given) {
        this.text = text;
        this.name = name;
        this.given = given;
    }

    /// Every name.
    public static List<String> names() {
        return List.copyOf(OPTIONS.keySet());
    }

    /// The method that `text` names.
    ///
    /// @throws IllegalArgumentException when it names none, with what would be legal
    public static Method parse(String text) {
        String[] parts = text.strip().toLowerCase(Locale.ROOT).split(":", -1);
        List<String> legal = OPTIONS.get(parts[0]);
        if (legal == null) {
            throw new IllegalArgumentException("method must be one of " + String.join(", ", names()) + ", got " + text);
        }
        Map<String, String> given = new TreeMap<>();
        for (String part : Arrays.asList(parts).subList(1, parts.length)) {
            int equals = part.indexOf('=');
            String key = equals < 0 ? part : part.substring(0, equals);
            if (equals < 0 || !legal.contains(key) || given.put(key, part.substring(equals + 1)) != null) {
                throw new IllegalArgumentException("options of " + parts[0] + " must be "
                        + legal.stream().map(option -> option + "=VALUE").collect(Collectors.joining(", "))
                        + ", each once, got " + part);
            }
        }
        return new MethodGrammar(text, parts[0], given).method();
    }

    private Method method() {
        return switch (name) {
            case "pref-ft" -> new PreferredOnly(number("threshold", 0));
            case "best-of-n" -> new BestOfN(word("push", Push.NONE), number("beta", 0.05));
            case "rwr" -> new RewardWeighted(number("beta", 0.1));
            case "rest" -> new Filtered(number("keep", 0.1));
            case "reinforce" -> new PolicyGradient(word("advantage", Advantage.RUNNING), penalty());
            case "rloo" -> new PolicyGradient(Advantage.LEAVE_ONE_OUT, penalty());
            case "ppo" -> new Clipped(number("clip", 0.2), word("advantage", Advantage.RUNNING), penalty());
            case "grpo" -> new Clipped(number("clip", 0.2), Advantage.STATE, penalty());
            case "dpo" -> new Pairwise(new Dpo(number("beta", 0.1), 0), number("threshold", 0));
            case "ipo" -> new Pairwise(new Ipo(number("beta", 0.05), Normalise.NONE), number("threshold", 0));
            default -> throw new IllegalStateException("every name must have a method, got " + name);
        };
    }

    private Penalty penalty() {
        return new Penalty(number("kl", 0), word("kl-by", Form.REWARD));
    }

    private double number(String key, double otherwise) {
        String value = given.get(key);
        if (value == null) {
            return otherwise;
        }
        try {
            double number = Double.parseDouble(value);
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException _) {
            // The message below says it.
        }
        throw new IllegalArgumentException(key + " of " + text + " must be a number, got " + value);
    }

    private <E extends Enum<E>> E word(String key, E otherwise) {
        String value = given.get(key);
        if (value == null) {
            return otherwise;
        }
        List<E> legal = List.of(otherwise.getDeclaringClass().getEnumConstants());
        return legal.stream()
                .filter(constant -> word(constant).equals(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(key + " of " + text + " must be one of "
                        + legal.stream().map(MethodGrammar::word).collect(Collectors.joining(", ")) + ", got "
                        + value));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

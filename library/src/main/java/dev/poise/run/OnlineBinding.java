package dev.poise.run;

import dev.poise.oracle.PairBuilder;
import dev.poise.oracle.Reward;
import dev.poise.run.Recipe.Method;
import dev.poise.run.Recipe.Online;
import dev.poise.run.Recipe.Replay;
import dev.poise.run.Recipe.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The section `online` of a recipe, there for method online only: read, and written with every default visible.
final class OnlineBinding {

    private static final String ANCHORS = "initial | previous | a number in (0, 1), the share of the first";

    /// How pairs are made.
    private enum Pairs {
        BEST_WORST,
        ALL,
        MARGIN,
        RANDOM
    }

    private OnlineBinding() {}

    static @Nullable Online bind(Section root, Method method) {
        if (method != Method.ONLINE) {
            if (root.has("online")) {
                root.problem("online", "must be left out for method " + RecipeText.word(method));
            }
            return null;
        }
        Section section = root.section("online");
        List<String> reward = rewards(section);
        int prompts = section.count("prompts", 1, 32);
        Samples samples = samples(section.section("samples"));
        int inner = section.count("inner", 1, 1);
        double anchor = section.read("anchor", ANCHORS, 1.0, OnlineBinding::anchor);
        PairBuilder pairs = pairs(section.section("pairs"));
        Replay replay = replay(section.section("replay"));
        int maxNewTokens = section.count("max_new_tokens", 1, 64);
        double temperature = section.number("temperature", Interval.above(0), 1);
        section.finish();
        if (samples.total() == 0) {
            root.problem("online.samples", "must ask for at least one completion a prompt, got none");
        }
        return new Online(reward, prompts, samples, inner, anchor, pairs, replay, maxNewTokens, temperature);
    }

    private static List<String> rewards(Section section) {
        if (!section.has("reward")) {
            section.problem("reward", "must be given: a rule such as length:words:shortest, or model:DIR, or a list");
            return List.of();
        }
        List<String> rewards = section.read("reward", "text or a list of texts", List.of(), OnlineBinding::texts);
        try {
            if (!rewards.isEmpty()) {
                Reward.parse(rewards, OnlineBinding::later, OnlineBinding::later);
            }
        } catch (IllegalArgumentException e) {
            section.problem("reward", "must be legal: " + e.getMessage());
        }
        return rewards;
    }

    /// Reward models are read and services asked when the run starts: a recipe is checked without any.
    private static Reward later(Object what) {
        return (prompt, completion) -> {
            throw new IllegalStateException(what + " has not been opened");
        };
    }

    private static Optional<List<String>> texts(Yaml node) {
        if (!(node instanceof Yaml.Sequence sequence)) {
            return Section.scalar(node).filter(scalar -> !scalar.isNull()).map(scalar -> List.of(scalar.text()));
        }
        List<String> texts = new ArrayList<>();
        for (Yaml item : sequence.items()) {
            Section.scalar(item).map(Yaml.Scalar::text).ifPresent(texts::add);
        }
        return texts.isEmpty() || texts.size() < sequence.items().size() ? Optional.empty() : Optional.of(texts);
    }

    private static Samples samples(Section section) {
        Samples samples = new Samples(
                section.count("policy", 0, 2), section.count("reference", 0, 0), section.count("data", 0, 0));
        section.finish();
        return samples;
    }

    private static Optional<Double> anchor(Yaml node) {
        return Section.scalar(node).flatMap(scalar -> switch (scalar.text()) {
            case "initial" -> Optional.of(1.0);
            case "previous" -> Optional.of(0.0);
            default -> scalar.number().filter(Interval.open(0, 1)::contains);
        });
    }

    private static PairBuilder pairs(Section section) {
        Pairs type = section.choice("type", Pairs.values(), Pairs.BEST_WORST);
        PairBuilder pairs =
                switch (type) {
                    case BEST_WORST -> new PairBuilder.BestWorst();
                    case ALL -> new PairBuilder.All();
                    case MARGIN ->
                        new PairBuilder.Margin(
                                section.requiredNumber("margin", Interval.above(0), 1),
                                Math.toIntExact(section.limit("limit", 1).orElse((long) Integer.MAX_VALUE)));
                    case RANDOM -> new PairBuilder.FirstTwo();
                };
        section.finish();
        return pairs;
    }

    private static Replay replay(Section section) {
        Replay replay = new Replay(
                section.number("share", Interval.closed(0, 1), 0),
                section.number("decay", Interval.closed(0, 1), 0.5),
                section.count("rounds", 1, 2));
        section.finish();
        return replay;
    }

    /// What [#bind] reads, the other way round.
    static List<String> lines(Online online) {
        Samples samples = online.samples();
        Replay replay = online.replay();
        return List.of(
                "reward: ["
                        + String.join(
                                ", ",
                                online.reward().stream().map(RecipeText::quoted).toList()) + "]",
                "prompts: " + online.prompts(),
                "samples: {policy: " + samples.policy() + ", reference: " + samples.reference() + ", data: "
                        + samples.data() + "}",
                "inner: " + online.inner(),
                "anchor: " + anchor(online.anchor()),
                "pairs: " + pairs(online.pairs()),
                "replay: {share: " + RecipeText.number(replay.share()) + ", decay: " + RecipeText.number(replay.decay())
                        + ", rounds: " + replay.rounds() + "}",
                "max_new_tokens: " + online.maxNewTokens(),
                "temperature: " + RecipeText.number(online.temperature()));
    }

    private static String anchor(double anchor) {
        return anchor == 1 ? "initial" : anchor == 0 ? "previous" : RecipeText.number(anchor);
    }

    private static String pairs(PairBuilder pairs) {
        return switch (pairs) {
            case PairBuilder.BestWorst bestWorst -> "{type: best_worst}";
            case PairBuilder.All all -> "{type: all}";
            case PairBuilder.FirstTwo firstTwo -> "{type: random}";
            case PairBuilder.Margin(double margin, int limit) ->
                "{type: margin, margin: " + RecipeText.number(margin)
                        + (limit == Integer.MAX_VALUE ? "" : ", limit: " + limit) + "}";
        };
    }
}

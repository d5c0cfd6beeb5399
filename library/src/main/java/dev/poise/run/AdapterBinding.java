package dev.poise.run;

import dev.poise.run.Recipe.Adapter;
import java.util.List;
import java.util.Optional;

/// The key `adapter` of a recipe: read, and written with every default visible.
final class AdapterBinding {

    /// Every linear layer but the head.
    private static final String ALL_LINEAR = "all-linear";

    private static final String TARGETS =
            ALL_LINEAR + ", or the name of a linear layer such as q_proj, or a list of names";

    private AdapterBinding() {}

    /// A scalar is `none` or the directory of an adapter; a section makes a fresh one.
    static Adapter bind(Section root) {
        if (!root.isSection("adapter")) {
            return root.read(
                    "adapter",
                    "none, the directory of an adapter, or a section such as {rank: 8, alpha: 16, targets: all-linear}",
                    new Adapter.None(),
                    AdapterBinding::named);
        }
        Section section = root.section("adapter");
        section.choice("type", Type.values(), Type.LORA);
        Adapter.Lora lora = new Adapter.Lora(
                section.count("rank", 1, 8),
                section.number("alpha", Interval.above(0), 16),
                section.flag("rslora", false),
                targets(section));
        section.finish();
        return lora;
    }

    /// Kinds of adapters.
    private enum Type {
        LORA
    }

    private static Optional<Adapter> named(Yaml node) {
        return Section.path(node)
                .map(path -> path.toString().equals("none") ? new Adapter.None() : new Adapter.Directory(path));
    }

    private static List<String> targets(Section section) {
        if (!section.has("targets")) {
            return List.of(ALL_LINEAR);
        }
        List<String> targets = section.texts("targets", TARGETS);
        if (targets.isEmpty() || (targets.size() > 1 && targets.contains(ALL_LINEAR))) {
            section.problem("targets", "must be " + TARGETS + ", got " + (targets.isEmpty() ? "none" : targets));
            return List.of(ALL_LINEAR);
        }
        return targets;
    }

    /// What [#bind] reads of a fresh one, the other way round.
    static List<String> lines(Adapter.Lora lora) {
        return List.of(
                "type: lora",
                "rank: " + lora.rank(),
                "alpha: " + RecipeText.number(lora.alpha()),
                "rslora: " + lora.rslora(),
                "targets: ["
                        + String.join(
                                ", ",
                                lora.targets().stream().map(RecipeText::quoted).toList()) + "]");
    }
}

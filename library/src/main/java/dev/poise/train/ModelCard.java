package dev.poise.train;

import dev.poise.model.Decoder;
import dev.poise.run.Recipe;
import java.util.Locale;
import java.util.SequencedMap;

/// The README.md of a tuned model: what it was tuned from, on what, how, and what the evaluation said.
final class ModelCard {

    private ModelCard() {}

    /// @param policy what was tuned
    /// @param evaluation the last evaluation's metrics; may be empty
    static String of(Recipe recipe, Decoder policy, long steps, SequencedMap<String, Double> evaluation) {
        StringBuilder card = new StringBuilder();
        String method = recipe.method().name().toLowerCase(Locale.ROOT);
        boolean adapted = policy.base() != policy;
        card.append("---\nlibrary_name: ")
                .append(adapted ? "peft" : "transformers")
                .append("\ntags:\n- poise\n- ")
                .append(method)
                .append(adapted ? "\n- lora" : "")
                .append("\n---\n\n");
        card.append("# ").append(recipe.output().getFileName()).append("\n\n");
        card.append("Tuned with Poise from `")
                .append(recipe.model().getFileName())
                .append("`: method ");
        card.append(method).append(", ").append(steps).append(" steps.\n\n");
        if (adapted) {
            card.append("An adapter: `peft` loads it on its base, and so does Poise; `poise merge` makes a whole model of"
                    + " the two.\n\n");
        }
        if (!evaluation.isEmpty()) {
            card.append("## Evaluation on held-out rows\n\n| metric | value |\n|---|---|\n");
            evaluation.forEach(
                    (name, value) -> card.append(String.format(Locale.ROOT, "| %s | %.6g |%n", name, value)));
            card.append('\n');
        }
        card.append("## Recipe\n\n```yaml\n")
                .append(recipe.toYaml().stripTrailing())
                .append("\n```\n");
        return card.toString();
    }
}

package dev.poise.train;

import dev.poise.hub.Hub;
import dev.poise.run.Manifest;
import dev.poise.run.Recipe;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/// The README.md of a tuned model: what it was tuned from, on what, how, and what the evaluation said.
final class ModelCard {

    private ModelCard() {}

    /// @param templates how conversations became text
    /// @param evaluation the last evaluation's metrics; may be empty
    static String of(
            Recipe recipe, List<Manifest.Template> templates, long steps, SequencedMap<String, Double> evaluation) {
        StringBuilder card = new StringBuilder();
        String method = recipe.method().name().toLowerCase(Locale.ROOT);
        card.append("---\nlibrary_name: transformers\ntags:\n- poise\n- ")
                .append(method)
                .append("\n---\n\n");
        card.append("# ").append(recipe.output().getFileName()).append("\n\n");
        card.append("Tuned with Poise from `")
                .append(Hub.nameOf(recipe.model())
                        .orElse(String.valueOf(recipe.model().getFileName())))
                .append("`: method ");
        card.append(method).append(", ").append(steps).append(" steps.\n\n");
        for (Manifest.Template template : templates) {
            card.append("Chat template: `")
                    .append(template.choice())
                    .append("` (SHA-256 ")
                    .append(template.sha256())
                    .append(").\n\n");
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

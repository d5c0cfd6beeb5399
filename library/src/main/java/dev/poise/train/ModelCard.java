package dev.poise.train;

import dev.poise.evaluate.Interval;
import dev.poise.monitor.Event;
import dev.poise.run.Best;
import dev.poise.run.Manifest;
import dev.poise.run.MetricLine;
import dev.poise.run.Recipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The README.md of a tuned model: what it was tuned from, on what, how, and what came of it, as the hub reads it
/// (<https://huggingface.co/docs/hub/model-cards>).
///
/// It says what the run knows. A licence, and names on the hub that the paths do not tell, are left for the author.
///
/// @param manifest what the run was made of
/// @param adapted whether an adapter was tuned in place of the model's own weights
/// @param lines its metric lines
/// @param steps optimiser steps made
/// @param stopped what ended it before its last step; null where nothing did
/// @param evaluation the last evaluation's metrics; may be empty
/// @param rows how many held-out rows they rest on
record ModelCard(
        Recipe recipe,
        Manifest manifest,
        boolean adapted,
        List<MetricLine> lines,
        long steps,
        @Nullable String stopped,
        SequencedMap<String, Double> evaluation,
        long rows) {

    /// Rows of a table of curves at most: one that is read, not plotted.
    private static final int SHOWN = 10;

    /// Curves that tell most of a training, where a run has them.
    private static final List<String> CURVES = List.of(
            "loss",
            "grad_norm",
            "rewards/chosen",
            "rewards/rejected",
            "rewards/margins",
            "rewards/accuracies",
            "accuracy",
            "margin",
            "rollout/reward");

    private static final Pattern TYPE = Pattern.compile("type: ([a-z0-9_]+)");

    /// How the hub's own library calls folders of its cache: `models--OWNER--NAME`.
    private static final Pattern CACHED = Pattern.compile("(models|datasets)--(.+)");

    String text() {
        List<String> parts = new ArrayList<>();
        parts.add(frontMatter());
        parts.add("# " + escaped(String.valueOf(recipe.output().getFileName())));
        parts.add(summary());
        if (adapted) {
            parts.add(
                    "An adapter: `peft` loads it on its base, and so does Poise; `poise merge` makes a whole model of the"
                            + " two.");
        }
        parts.addAll(results());
        parts.addAll(watched());
        parts.addAll(curves());
        parts.addAll(data());
        parts.addAll(limits());
        parts.add("## Recipe");
        parts.add("```yaml\n" + recipe.toYaml().stripTrailing() + "\n```");
        return String.join("\n\n", parts) + "\n";
    }

    private String method() {
        return recipe.method().name().toLowerCase(Locale.ROOT);
    }

    private String frontMatter() {
        List<String> front = new ArrayList<>(List.of("---", "library_name: " + (adapted ? "peft" : "transformers")));
        front.add("pipeline_tag: "
                + switch (recipe.method()) {
                    case SUPERVISED, PREFERENCE, UNPAIRED, ONLINE -> "text-generation";
                    case REWARD -> "text-classification";
                });
        onTheHub(recipe.model()).ifPresent(name -> front.add("base_model: " + name));
        List<String> sets = recipe.data().train().stream()
                .flatMap(file -> onTheHub(file).stream())
                .distinct()
                .toList();
        if (!sets.isEmpty()) {
            front.add("datasets:");
            sets.forEach(name -> front.add("- " + name));
        }
        front.add("tags:");
        front.add("- poise");
        front.add("- " + method());
        if (adapted) {
            front.add("- lora");
        }
        objectives().stream().filter(type -> !type.equals(method())).forEach(type -> front.add("- " + type));
        front.add("---");
        return String.join("\n", front);
    }

    /// The types of the objective's terms.
    private TreeSet<String> objectives() {
        TreeSet<String> types = new TreeSet<>();
        for (String term : recipe.objectives()) {
            Matcher type = TYPE.matcher(term);
            if (type.find()) {
                types.add(type.group(1));
            }
        }
        return types;
    }

    /// The name on the hub of what lies in its library's cache, `OWNER/NAME`. No other path tells one.
    static Optional<String> onTheHub(Path path) {
        for (Path element : path) {
            Matcher cached = CACHED.matcher(element.toString());
            if (cached.matches()) {
                return Optional.of(cached.group(2).replace("--", "/"));
            }
        }
        return Optional.empty();
    }

    private String summary() {
        double epochs = lines.reversed().stream()
                .flatMapToDouble(line -> line.number("epoch").stream())
                .findFirst()
                .orElse(0);
        String from =
                onTheHub(recipe.model()).orElse(String.valueOf(recipe.model().getFileName()));
        String end = stopped == null ? "" : " It was stopped " + escaped(stopped) + ".";
        return String.format(
                Locale.ROOT,
                "Tuned with Poise from `%s` by method %s, objective %s: %d steps, %.4g epochs.%s",
                from,
                method(),
                String.join(" + ", objectives()),
                steps,
                epochs,
                end);
    }

    private List<String> results() {
        if (evaluation.isEmpty()) {
            return List.of();
        }
        List<String> table =
                new ArrayList<>(List.of("| metric | before | after | 95 % interval |", "|---|---|---|---|"));
        evaluation.forEach((name, value) -> {
            boolean end = name.endsWith("_low") || name.endsWith("_high");
            if (!end) {
                table.add("| " + name + " | " + before(name) + " | " + digits(value) + " | " + interval(name, value)
                        + " |");
            }
        });
        List<String> results = new ArrayList<>();
        results.add("## Results");
        results.add("On " + rows
                + " held-out rows, before the first and after the last step. An interval is of the rows that"
                + " happened to be held out; what another seed would have made of the training is not in it.");
        results.add(String.join("\n", table));
        Best.of(recipe.checkpoint(), lines).ifPresent(best -> {
            String weights = best.step() == steps
                    ? "these are those weights."
                    : "these weights are those of step " + steps + "; those of the best were kept in checkpoint-"
                            + best.step() + ".";
            results.add("By " + best.metric() + " the run was best at step " + best.step() + " (" + digits(best.value())
                    + "): " + weights);
        });
        return results;
    }

    private String before(String name) {
        OptionalDouble first = lines.stream()
                .filter(line -> line.step() == 0)
                .flatMapToDouble(line -> line.number(name).stream())
                .findFirst();
        return first.isPresent() ? digits(first.getAsDouble()) : "";
    }

    /// The interval that was measured beside a metric, or that of a share of the rows.
    private String interval(String name, double value) {
        Double low = evaluation.get(name + "_low");
        Double high = evaluation.get(name + "_high");
        if (low != null && high != null) {
            return digits(low) + " to " + digits(high);
        }
        boolean share = name.equals("eval_rewards/accuracies"); // of pairs; others are of tokens
        long successes = Math.round(value * rows);
        if (!share || rows < 1 || Math.abs(value * rows - successes) > 1e-6 * rows) {
            return "";
        }
        Interval wilson = Interval.wilson(successes, rows);
        return digits(wilson.low()) + " to " + digits(wilson.high());
    }

    private List<String> watched() {
        List<Event> told = lines.stream()
                .flatMap(line -> Event.of(line.step(), line.values()).stream())
                .filter(event -> event.kind() != Event.Kind.BEST)
                .toList();
        boolean read = lines.stream()
                .anyMatch(line -> line.values().keySet().stream().anyMatch(name -> name.startsWith("monitor/")));
        if (told.isEmpty()) {
            return read
                    ? List.of("## Watched", "Monitors read the policy while it was tuned; none told anything.")
                    : List.of();
        }
        List<String> items = told.stream()
                .map(event -> "- step " + event.step() + ", "
                        + event.kind().name().toLowerCase(Locale.ROOT) + ": " + escaped(event.title()) + " ("
                        + event.name() + "). " + escaped(event.happened()))
                .toList();
        return List.of("## Watched", "What monitors told while the policy was tuned:", String.join("\n", items));
    }

    private List<String> curves() {
        List<String> training = table("", CURVES);
        List<String> heldOut =
                table("eval_", CURVES.stream().map(name -> "eval_" + name).toList());
        return Stream.of(
                        training.isEmpty() ? List.<String>of() : List.of("## Curves", String.join("\n", training)),
                        heldOut.isEmpty()
                                ? List.<String>of()
                                : List.of("On held-out rows:", String.join("\n", heldOut)))
                .flatMap(List::stream)
                .toList();
    }

    /// Some curves by step, thinned evenly with first and last kept; nothing where there are less than two lines.
    private List<String> table(String prefix, List<String> names) {
        List<MetricLine> some = lines.stream()
                .filter(line -> line.number(prefix + "loss").isPresent()
                        || line.number(prefix + "rewards/margins").isPresent())
                .toList();
        if (some.size() < 2) {
            return List.of();
        }
        List<String> found = names.stream()
                .filter(name -> some.stream().anyMatch(line -> line.number(name).isPresent()))
                .toList();
        List<String> table = new ArrayList<>();
        table.add("| step | " + String.join(" | ", found) + " |");
        table.add("|---".repeat(found.size() + 1) + "|");
        int shown = Math.min(SHOWN, some.size());
        for (int i = 0; i < shown; i++) {
            MetricLine line = some.get(Math.round(i * (some.size() - 1) / (float) (shown - 1)));
            StringBuilder row = new StringBuilder("| " + line.step() + " |");
            for (String name : found) {
                OptionalDouble value = line.number(name);
                row.append(' ')
                        .append(value.isPresent() ? digits(value.getAsDouble()) : "")
                        .append(" |");
            }
            table.add(row.toString());
        }
        return table;
    }

    private List<String> data() {
        List<String> table = new ArrayList<>(List.of("| | rows | SHA-256 |", "|---|---|---|"));
        for (Manifest.DataFile file : manifest.data()) {
            table.add("| " + name(file.file()) + " | " + file.rows() + " | `" + file.sha256() + "` |");
        }
        table.add("| weights it began with: " + name(manifest.model().directory()) + " | | `"
                + manifest.model().sha256() + "` |");
        Manifest.Weights reference = manifest.reference();
        if (reference != null && !reference.equals(manifest.model())) {
            table.add("| reference: " + name(reference.directory()) + " | | `" + reference.sha256() + "` |");
        }
        List<Manifest.Template> templates =
                Optional.ofNullable(manifest.chatTemplates()).orElse(List.of());
        String rendered = templates.isEmpty()
                ? "No chat template was used."
                : "Conversations, where there are any, are rendered "
                        + templates.stream().map(ModelCard::template).collect(Collectors.joining("; ")) + ".";
        return List.of(
                "## Data and settings",
                String.join("\n", table),
                rendered + " Seed " + manifest.seed()
                        + ", products in " + recipe.train().precision().name().toLowerCase(Locale.ROOT) + ", Poise "
                        + manifest.poise()
                        + Optional.ofNullable(manifest.codeRevision())
                                .map(r -> " (" + r + ")")
                                .orElse("")
                        + ".");
    }

    private static String template(Manifest.Template template) {
        return "by the chat template `" + escaped(template.choice()) + "` (SHA-256 `" + template.sha256() + "`)";
    }

    private List<String> limits() {
        List<String> limits = new ArrayList<>();
        limits.add("- One run with one seed: how much of what came of it is chance was not measured.");
        if (evaluation.isEmpty()) {
            limits.add("- No rows were held out: nothing here says how it does on others.");
        }
        limits.add("- No sequence in training was longer than " + recipe.train().maxTokens() + " tokens.");
        limits.add("- What the data prefers, the model learns, with what is wrong or offensive in it.");
        limits.add("- The licences of the base model and of the data apply; no licence is stated here.");
        return List.of("## Limits", String.join("\n", limits));
    }

    private static String name(String path) {
        return "`" + escaped(String.valueOf(Path.of(path).getFileName())) + "`";
    }

    /// A text that stands in a line or a cell of Markdown.
    private static String escaped(String text) {
        return text.replace("|", "\\|").replaceAll("\\s+", " ");
    }

    private static String digits(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }
}

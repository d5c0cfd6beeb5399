package dev.poise.report;

import dev.poise.monitor.Event;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Runs side by side: what they differed in, and what came of it.
///
/// Differences are read off what the runs wrote down: recipe as bound, data and weights by their hashes, code,
/// libraries and machine. What is equal everywhere is left out. Outcomes are the last value of held-out metrics and
/// monitors, and the mean of the last tenth of what was logged while training; they are single runs', so that two
/// that differ by a seed show how much of a difference is chance.
///
/// @param title of the page
/// @param runs names, in the order given
/// @param differences what is not the same everywhere
/// @param outcomes by metric
/// @param told alarms and stops of each run, in order
/// @param curves of metrics that at least two runs have, a line a run
/// @param problems what could not be read
public record RunComparison(
        String title,
        List<String> runs,
        List<Difference> differences,
        List<Outcome> outcomes,
        List<List<Event>> told,
        List<Overlay> curves,
        List<String> problems) {

    /// Something that runs differ in.
    ///
    /// @param of `recipe`, `data`, `code` or `machine`
    /// @param key dotted
    /// @param values one a run; `-` where a run has none
    public record Difference(String of, String key, List<String> values) {}

    /// A metric at the end.
    ///
    /// @param values one a run; null where a run did not measure it
    public record Outcome(String metric, List<@Nullable Double> values) {}

    /// A metric of several runs.
    ///
    /// @param lines one a run; null where a run did not measure it
    public record Overlay(String metric, List<@Nullable Curve> lines) {}

    /// Facts that say when and how well a run went, not what it was made of.
    private static final Set<String> HAPPENED =
            Set.of("started", "ended", "status", "reason", "resumed", "method", "seed");

    /// In the order in which one asks: what was wanted, on what, by what, where.
    private static final List<String> PLACES = List.of("recipe", "data", "code", "machine");

    private static final Set<String> NOT_OUTCOMES = Set.of(
            "epoch",
            "learning_rate",
            "elapsed_seconds",
            "monitor/seconds",
            "monitor/time_share",
            "monitor/own/seconds",
            "monitor/own/time_share");

    private static final int HASH_DIGITS = 12;
    private static final String TEMPLATES = "chat_templates";

    /// Compares run directories, finished or not.
    ///
    /// @param directories at least two
    /// @throws IOException when one is no run directory, or cannot be read
    public static RunComparison of(List<Path> directories) throws IOException {
        if (directories.size() < 2) {
            throw new IllegalArgumentException("a comparison needs at least two runs, got " + directories.size());
        }
        List<ReportData> runs = new ArrayList<>();
        for (Path directory : directories) {
            if (!Files.exists(directory.resolve("recipe.yaml"))) {
                throw new IOException(directory + " must be a run directory, and holds no recipe.yaml");
            }
            runs.add(ReportData.read(directory));
        }
        return of(runs, names(directories));
    }

    /// The last part of each path where that tells them apart.
    private static List<String> names(List<Path> directories) {
        List<String> names = directories.stream()
                .map(directory ->
                        directory.toAbsolutePath().normalize().getFileName().toString())
                .toList();
        return names.stream().distinct().count() == names.size()
                ? names
                : directories.stream().map(Path::toString).toList();
    }

    /// Compares runs as they were read.
    ///
    /// @param names one a run
    static RunComparison of(List<ReportData> runs, List<String> names) {
        List<Difference> differences = new ArrayList<>();
        addDifferences(differences, runs.stream().map(RunComparison::facts).toList());
        List<Overlay> overlays = overlays(runs);
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            String name = names.get(i);
            runs.get(i).problems().forEach(problem -> problems.add(name + ": " + problem));
        }
        return new RunComparison(
                runs.size() + " runs side by side",
                List.copyOf(names),
                differences,
                overlays.stream().map(RunComparison::outcome).toList(),
                runs.stream()
                        .map(run -> run.events().stream()
                                .filter(event -> event.kind() == Event.Kind.ALARM || event.kind() == Event.Kind.STOP)
                                .toList())
                        .toList(),
                overlays.stream().filter(RunComparison::isDrawn).toList(),
                problems);
    }

    /// Writes the comparison as one page that opens offline.
    public Path writeTo(Path page) throws IOException {
        return Files.write(
                page, Page.render(RunComparison.class, "compare", this).getBytes(StandardCharsets.UTF_8));
    }

    /// What a run was made of: where it belongs and key, to its value.
    private static SequencedMap<String, String> facts(ReportData run) {
        SequencedMap<String, String> facts = new LinkedHashMap<>();
        recipeKeys(Optional.ofNullable(run.recipe()).orElse(""))
                .forEach((key, value) -> facts.put("recipe " + key, value));
        run.manifest().forEach((key, value) -> {
            if (!HAPPENED.contains(key) && !key.startsWith("monitoring")) {
                facts.put(place(key) + " " + key, shown(key, value));
            }
        });
        return facts;
    }

    private static String place(String key) {
        if (key.equals("data") || key.equals(TEMPLATES) || key.startsWith("model") || key.startsWith("reference")) {
            return "data";
        }
        return key.startsWith("machine") ? "machine" : "code";
    }

    private static String shown(String key, String value) {
        return switch (key) {
            case "data" ->
                listed(
                        value,
                        file -> file.path("file").asString("") + " ("
                                + file.path("rows").asLong(0) + " rows, "
                                + shortened("sha256", file.path("sha256").asString("")) + ")");
            // Where a template lay does not tell it from another.
            case TEMPLATES ->
                listed(
                        value,
                        template -> template.path("choice").asString("") + " ("
                                + shortened("sha256", template.path("sha256").asString("")) + ")");
            case String _ -> shortened(key, value);
        };
    }

    private static String shortened(String key, String value) {
        return key.endsWith("sha256") && value.length() > HASH_DIGITS ? value.substring(0, HASH_DIGITS) : value;
    }

    private static String listed(String json, Function<JsonNode, String> words) {
        try {
            return JsonMapper.shared().readTree(json).valueStream().map(words).collect(Collectors.joining(", "));
        } catch (JacksonException e) {
            return json; // of a manifest that this version does not know: shown as it is
        }
    }

    /// A recipe as it was bound, key by key; the way of writing it is ours, two spaces a level.
    static SequencedMap<String, String> recipeKeys(String recipe) {
        SequencedMap<String, String> keys = new LinkedHashMap<>();
        List<String> path = new ArrayList<>();
        int item = 0;
        for (String line : recipe.lines().toList()) {
            String text = line.strip();
            int level = (line.length() - line.stripLeading().length()) / 2;
            while (path.size() > level) {
                path.removeLast();
                item = 0;
            }
            int colon = text.indexOf(": ");
            if (text.startsWith("- ")) {
                keys.put(String.join(".", path) + "." + item++, text.substring(2));
            } else if (text.endsWith(":")) {
                path.add(text.substring(0, text.length() - 1));
            } else if (colon > 0 && !(path.isEmpty() && text.startsWith("output:"))) {
                String prefix = path.isEmpty() ? "" : String.join(".", path) + ".";
                keys.put(prefix + text.substring(0, colon), text.substring(colon + 2));
            }
        }
        return keys;
    }

    private static void addDifferences(List<Difference> differences, List<SequencedMap<String, String>> facts) {
        Set<String> all = new LinkedHashSet<>();
        facts.forEach(one -> all.addAll(one.keySet()));
        for (String name : all) {
            List<String> values =
                    facts.stream().map(one -> one.getOrDefault(name, "-")).toList();
            if (values.stream().distinct().count() > 1) {
                int space = name.indexOf(' ');
                differences.add(new Difference(name.substring(0, space), name.substring(space + 1), values));
            }
        }
        differences.sort(Comparator.comparingInt(difference -> PLACES.indexOf(difference.of())));
    }

    private static List<Overlay> overlays(List<ReportData> runs) {
        List<Map<String, Curve>> curves = runs.stream()
                .map(run -> run.curves().stream().collect(Collectors.toMap(Curve::name, curve -> curve)))
                .toList();
        Set<String> metrics = new LinkedHashSet<>();
        runs.forEach(run -> run.curves().forEach(curve -> metrics.add(curve.name())));
        return metrics.stream()
                .filter(metric -> !NOT_OUTCOMES.contains(metric))
                .map(metric -> {
                    List<@Nullable Curve> lines = new ArrayList<>();
                    curves.forEach(ofRun -> lines.add(ofRun.get(metric)));
                    return new Overlay(metric, lines);
                })
                .toList();
    }

    private static Outcome outcome(Overlay overlay) {
        List<@Nullable Double> values = new ArrayList<>();
        for (Curve curve : overlay.lines()) {
            values.add(curve == null ? null : end(curve));
        }
        return new Outcome(overlay.metric(), values);
    }

    private static double end(Curve curve) {
        return curve.name().startsWith("monitor/") ? curve.last() : curve.end();
    }

    private static boolean isDrawn(Overlay overlay) {
        return overlay.lines().stream()
                        .filter(Objects::nonNull)
                        .filter(curve -> curve.logged() > 1)
                        .count()
                > 1;
    }
}

package dev.poise.report;

import dev.poise.run.PairMoves;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads one run directory, file by file.
final class RunReader {

    /// Points a drawn curve has at most: more than a chart is wide in pixels.
    private static final int POINTS = 1000;

    /// Prompts shown at most; nobody reads more, and the page stays small.
    private static final int PROMPTS = 40;

    /// Pairs shown at most.
    private static final int PAIRS = 8;

    /// Quarantine reasons shown at most.
    private static final int REASONS = 20;

    private final Path directory;
    private final List<String> problems = new ArrayList<>();

    RunReader(Path directory) {
        this.directory = directory;
    }

    ReportData read() throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new NotDirectoryException(directory + " must be a run directory, got none");
        }
        Optional<ObjectNode> results = JsonLines.readOne(directory.resolve("results.json"), problems);
        MetricsReader metrics = new MetricsReader();
        JsonLines.read(directory.resolve("metrics.jsonl"), problems, metrics::add);
        problems.addAll(metrics.problems());
        List<Curve> curves = metrics.curves();
        String run = directory.toAbsolutePath().normalize().getFileName().toString();
        return new ReportData(
                results.map(node -> node.path("title").asString(""))
                        .filter(text -> !text.isBlank())
                        .orElse("Run " + run),
                run,
                Stream.concat(results.stream().flatMap(this::figures), Headlines.of(curves).stream())
                        .toList(),
                Stream.concat(metrics.findings().stream(), Findings.of(curves).stream())
                        .filter(finding -> metrics.events().stream()
                                .noneMatch(event -> event.title().equals(finding.title())))
                        .toList(),
                metrics.events(),
                results.stream().flatMap(node -> strings(node.path("notes"))).toList(),
                curves.stream().map(curve -> curve.thinned(POINTS)).toList(),
                samples(directory, PROMPTS, problems),
                moves(directory, problems),
                recipe(),
                manifest(),
                quarantine(),
                List.copyOf(problems));
    }

    private Stream<Figure> figures(ObjectNode results) {
        return results.path("tables")
                .valueStream()
                .flatMap(table -> table.path("figures").valueStream())
                .filter(node -> number(node.path("value")) != null)
                .map(node -> new Figure(
                        node.path("name").asString(""),
                        node.path("value").asDouble(),
                        number(node.path("low")),
                        number(node.path("high")),
                        node.path("n").canConvertToLong() ? node.path("n").asLong() : null,
                        node.path("unit").asString(""),
                        node.path("detail").asString("")));
    }

    private static Stream<String> strings(JsonNode array) {
        return array.valueStream().filter(JsonNode::isString).map(JsonNode::asString);
    }

    private static @Nullable Double number(JsonNode node) {
        double value = node.isNumber() ? node.asDouble(Double.NaN) : Double.NaN;
        return Double.isFinite(value) ? value : null;
    }

    /// Completions by prompt, of the first prompts.
    static List<PromptSamples> samples(Path directory, int limit, List<String> problems) throws IOException {
        Map<String, List<PromptSamples.Completion>> byPrompt = new LinkedHashMap<>();
        JsonLines.read(directory.resolve("samples.jsonl"), problems, line -> byPrompt.computeIfAbsent(
                        line.path("prompt").asString(""), absent -> new ArrayList<>())
                .add(new PromptSamples.Completion(
                        line.path("step").asLong(0),
                        line.path("completion").asString(""),
                        number(line.path("reward")))));
        if (byPrompt.size() > limit) {
            problems.add("samples.jsonl has " + byPrompt.size() + " prompts; the first " + limit + " are shown");
        }
        return byPrompt.entrySet().stream()
                .limit(limit)
                .map(entry -> new PromptSamples(entry.getKey(), List.copyOf(entry.getValue())))
                .toList();
    }

    /// The monitored pairs that moved most; null where none were read.
    static @Nullable PairMoves moves(Path directory, List<String> problems) {
        Path file = directory.resolve("pairs.json");
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return PairMoves.read(file).furthest(PAIRS);
        } catch (IOException e) {
            problems.add("pairs.json is not what monitors write; it is left out");
            return null;
        }
    }

    private @Nullable String recipe() throws IOException {
        Path file = directory.resolve("recipe.yaml");
        return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : null;
    }

    private Map<String, String> manifest() throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        JsonLines.readOne(directory.resolve("manifest.json"), problems).ifPresent(node -> flatten("", node, facts));
        return facts;
    }

    private static void flatten(String prefix, ObjectNode node, Map<String, String> facts) {
        node.propertyStream().forEach(entry -> {
            String key = prefix + entry.getKey();
            switch (entry.getValue()) {
                case ObjectNode inner -> flatten(key + ".", inner, facts);
                case JsonNode value -> facts.put(key, value.isString() ? value.asString() : value.toString());
            }
        });
    }

    private Map<String, Long> quarantine() throws IOException {
        Map<String, Long> reasons = new LinkedHashMap<>();
        JsonLines.read(
                directory.resolve("quarantine.jsonl"),
                problems,
                line -> reasons.merge(line.path("reason").asString("no reason given"), 1L, Long::sum));
        Map<String, Long> shown = reasons.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(REASONS)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, Map.Entry::getValue, (one, other) -> one, LinkedHashMap::new));
        long all = reasons.values().stream().mapToLong(Long::longValue).sum();
        long rest = all - shown.values().stream().mapToLong(Long::longValue).sum();
        if (rest > 0) {
            shown.put("other reasons", rest);
        }
        return shown;
    }
}

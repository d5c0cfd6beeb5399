package dev.poise.cli.bench;

import dev.poise.cli.bench.Child.Finished;
import dev.poise.run.AtomicWrite;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// TRL and `transformers` in a virtual environment: the side to compare with.
public final class Peer {

    /// What the launcher sets for Poise. A peer is timed as it comes.
    private static final Set<String> OF_THE_LAUNCHER = Set.of(
            "LD_PRELOAD",
            "MALLOC_CONF",
            "GLIBC_TUNABLES",
            "OPENBLAS_NUM_THREADS",
            "OMP_DYNAMIC",
            "MKL_DYNAMIC",
            "OMP_WAIT_POLICY",
            "KMP_BLOCKTIME",
            "GOMP_SPINCOUNT");

    private final Path python;
    private final Path folder;
    private final Path script;
    private final SequencedMap<String, String> versions = new LinkedHashMap<>();

    private Peer(Path python, Path folder) {
        this.python = python;
        this.folder = folder;
        this.script = folder.resolve("peer.py");
    }

    /// Looks at what a Python has.
    ///
    /// @param python the program, best that of a virtual environment
    /// @param folder where the script, its output and logs go
    /// @throws IllegalArgumentException when there is no such program
    static Peer at(Path python, Path folder) throws IOException {
        if (!Files.isExecutable(python)) {
            throw new IllegalArgumentException(
                    python + ": must be a Python program, such as bin/python of a virtual environment");
        }
        Peer peer = new Peer(python, folder);
        try (InputStream resource = Objects.requireNonNull(Peer.class.getResourceAsStream("peer.py"))) {
            Files.copy(resource, peer.script, StandardCopyOption.REPLACE_EXISTING);
        }
        peer.ask("versions", JsonMapper.shared().createObjectNode())
                .answer()
                .properties()
                .forEach(version ->
                        peer.versions.put(version.getKey(), version.getValue().asString()));
        return peer;
    }

    /// The versions of Python and of the modules it has.
    SequencedMap<String, String> versions() {
        return versions;
    }

    /// Which of some modules it lacks, as a person is told; empty where it has them all.
    Optional<String> lacks(String... modules) {
        List<String> missing = Stream.of(modules)
                .filter(module -> !versions.containsKey(module))
                .toList();
        return missing.isEmpty() ? Optional.empty() : Optional.of(python + " has no " + String.join(", ", missing));
    }

    /// Trains with TRL.
    Trained train(TrainWork work) throws IOException {
        Path output = Files.createDirectories(folder.resolve("trl"));
        Told told = ask(
                "dpo",
                JsonMapper.shared()
                        .createObjectNode()
                        .put("model", work.model().toString())
                        .put("adapter", Objects.toString(work.adapter(), null))
                        .put("pairs", work.pairs().toString())
                        .put("output", output.toString())
                        .put("precision", work.precision())
                        .put("precompute", !work.live())
                        .put("steps", work.steps())
                        .put("warmup", work.warmup())
                        .put("batch", work.batch())
                        .put("max_tokens", work.maxTokens())
                        .put("learning_rate", TrainWork.LEARNING_RATE)
                        .put("beta", TrainWork.BETA)
                        .put("threads", work.threads()));
        AtomicWrite.delete(output);
        return new Trained(
                numbers(told.answer().path("loss")),
                numbers(told.answer().path("chosen")),
                numbers(told.answer().path("rejected")),
                told.answer().path("seconds").asDouble(),
                told.process().usage());
    }

    /// Generates with `transformers`.
    Generated generate(SampleWork work) throws IOException {
        ObjectNode task = JsonMapper.shared()
                .createObjectNode()
                .put("model", work.model().toString())
                .put("new_tokens", work.newTokens())
                .put("warmup", work.warmup())
                .put("random", work.random())
                .put("threads", work.threads());
        ArrayNode batches = task.putArray("batches");
        for (int i = 0; i < work.batches(); i++) {
            ArrayNode batch = batches.addArray();
            for (SampleWork.Prompt prompt : work.batch(i)) {
                ArrayNode ids = batch.addArray();
                for (int id : prompt.ids()) {
                    ids.add(id);
                }
            }
        }
        Told told = ask("generate", task);
        List<List<Integer>> tokens = new ArrayList<>();
        for (JsonNode row : told.answer().path("tokens")) {
            List<Integer> ids = new ArrayList<>();
            row.forEach(id -> ids.add(id.asInt()));
            tokens.add(List.copyOf(ids));
        }
        return new Generated(
                List.copyOf(tokens),
                told.answer().path("seconds").asDouble(),
                told.process().usage());
    }

    /// Floating-point operations a second of square matrix products.
    ///
    /// @return by number type
    Map<String, Double> rate(int threads) throws IOException {
        JsonNode answer = ask(
                        "rate",
                        JsonMapper.shared()
                                .createObjectNode()
                                .put("repeats", MatrixRate.REPEATS)
                                .put("long", MatrixRate.LONG)
                                .putPOJO("sizes", MatrixRate.SIZES)
                                .put("threads", threads))
                .answer();
        Map<String, Double> rates = new LinkedHashMap<>();
        answer.properties()
                .forEach(rate -> rates.put(rate.getKey(), rate.getValue().asDouble()));
        return rates;
    }

    private record Told(JsonNode answer, Finished process) {}

    private Told ask(String task, JsonNode work) throws IOException {
        // As a file: thousands of prompts are longer than an argument may be.
        Path asked = folder.resolve("peer-" + task + ".json");
        Files.writeString(asked, work.toString());
        Finished finished = new Child(
                        List.of(python.toString(), script.toString(), task, asked.toString()),
                        Map.of("HF_HUB_OFFLINE", "1", "TOKENIZERS_PARALLELISM", "false"),
                        OF_THE_LAUNCHER,
                        folder.resolve("peer-" + task + ".log"))
                .run();
        return new Told(JsonMapper.shared().readTree(finished.lastLine()), finished);
    }

    private static double[] numbers(JsonNode array) {
        return array.valueStream().mapToDouble(JsonNode::asDouble).toArray();
    }
}

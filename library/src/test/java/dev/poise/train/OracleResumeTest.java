package dev.poise.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.poise.run.MetricLine;
import dev.poise.run.Metrics;
import dev.poise.run.Recipe;
import dev.poise.run.RecipeOverride;
import dev.poise.run.Results;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// On-policy runs that an endpoint scores, killed and failed in the middle of a round.
final class OracleResumeTest {

    private static final Path MODEL = Path.of("src/test/resources/models/tiny-llama-chat");
    private static final Path PAIRS = Path.of("src/test/resources/golden/trl-pairs.jsonl");

    private static final Set<String> TIMES = Set.of(
            "elapsed_seconds",
            "pairs_per_second",
            "tokens_per_second",
            "rollout/tokens_per_second",
            "rollout/time_share",
            "oracle/seconds",
            // Of this process: a resumed one knows some answers from the last.
            "oracle/remembered",
            "oracle/retries");

    @TempDir
    private Path folder;

    /// Questions that were answered, in order.
    private final List<String> answered = Collections.synchronizedList(new ArrayList<>());

    /// Called before the answer to each request; throws to give none.
    private interface Before {
        void answer(int request) throws IOException;
    }

    private volatile Before before = request -> {};

    private int requests;
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        List<String> questions = new ArrayList<>();
        List<Double> scores = new ArrayList<>();
        for (JsonNode one : JsonMapper.shared()
                .readTree(exchange.getRequestBody().readAllBytes())
                .required("inputs")) {
            questions.add(one.toString());
            scores.add(-0.3 * one.required("completion").stringValue().length());
        }
        try {
            before.answer(++requests);
        } catch (IOException e) {
            exchange.close();
            return;
        }
        answered.addAll(questions);
        byte[] body = scores.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void aKilledRoundAsksNothingTwiceAndComesToTheSameNumbers() throws IOException, InterruptedException {
        Training.run(recipe("whole", "batch=5"), false, Progress.silent());
        List<String> whole = List.copyOf(answered);
        assertThat(whole).hasSizeGreaterThan(60).doesNotHaveDuplicates();
        answered.clear();
        requests = 0;

        // A round asks for 16 completions, so in at least four requests: the tenth is in the middle of a later one.
        CountDownLatch dead = new CountDownLatch(1);
        Process[] process = new Process[1];
        CountDownLatch known = new CountDownLatch(1);
        before = request -> {
            if (request == 10) {
                await(known);
                process[0].destroyForcibly();
                dead.countDown();
                throw new IOException("killed before it was answered");
            }
        };
        process[0] = process("killed", "batch=5");
        known.countDown();
        dead.await();
        assertThat(process[0].waitFor()).isNotZero();
        before = request -> {};
        assertThat(folder.resolve("killed/answers.jsonl")).exists();
        assertThat(Files.readAllLines(folder.resolve("killed/answers.jsonl"))).hasSameSizeAs(answered);
        assertThat(folder.resolve("killed/model")).doesNotExist();

        Training.run(recipe("killed", "batch=5"), true, Progress.silent());
        assertThat(answered).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(whole);
        assertThat(folder.resolve("killed/model/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model/model.safetensors"));
        assertThat(withoutTimes("killed")).isEqualTo(withoutTimes("whole"));
    }

    /// An endpoint that dies for good: the run ends with the place, what was learnt and answered is kept.
    @Test
    void anEndpointThatDiesEndsTheRunAndNothingIsLost() throws IOException {
        before = request -> {
            if (request >= 10) { // the second of a round: the first is kept
                throw new IOException("dead");
            }
        };
        assertThatThrownBy(() -> Training.run(recipe("run", "batch=5,retries=1"), false, Progress.silent()))
                .hasMessageMatching(
                        "round \\d: the reward of completion \\d of the prompt at .*trl-pairs.jsonl:\\d+ failed:"
                                + " endpoint:http://127.*, 2 times; what it answered is kept in .*answers.jsonl");
        before = request -> {};
        Training.run(recipe("run", "batch=5,retries=1"), true, Progress.silent());
        assertThat(answered).doesNotHaveDuplicates();
        List<MetricLine> rounds = Metrics.read(folder.resolve("run/metrics.jsonl")).stream()
                .filter(line -> line.number("oracle/calls").isPresent())
                .toList();
        assertThat(rounds.getLast().number("oracle/calls")).hasValue(answered.size());
        assertThat(rounds.getLast().number("oracle/remembered").orElseThrow()).isPositive();
        Results results = Results.read(folder.resolve("run/results.json"));
        assertThat(results.tables().getFirst().figures().getFirst().value()).isEqualTo(answered.size());
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private Process process(String output, String options) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OracleResumeTest.class.getName(),
                        folder.toString(),
                        output,
                        options,
                        Integer.toString(server.getAddress().getPort()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    public static void main(String[] arguments) throws IOException {
        Recipe recipe = recipe(Path.of(arguments[0]), arguments[1], arguments[2], Integer.parseInt(arguments[3]));
        Training.run(recipe, false, Progress.silent());
    }

    private List<Map<String, Object>> withoutTimes(String run) throws IOException {
        return Metrics.read(folder.resolve(run).resolve("metrics.jsonl")).stream()
                .map(line -> {
                    Map<String, Object> values = new LinkedHashMap<>(line.values());
                    values.put("step", line.step());
                    TIMES.forEach(values::remove);
                    return values;
                })
                .toList();
    }

    private Recipe recipe(String output, String options) {
        return recipe(folder, output, options, server.getAddress().getPort());
    }

    private static Recipe recipe(Path folder, String output, String options, int port) {
        List<RecipeOverride> overrides = Arrays.stream(new String[] {
                    "method=online",
                    "model=" + MODEL,
                    "data.train=" + PAIRS,
                    "train.max_tokens=64",
                    "train.batch_pairs=4",
                    "train.max_steps=5",
                    "train.learning_rate=1e-3",
                    "train.threads=1",
                    "online.reward=endpoint[pause=0.01," + options + "]:http://127.0.0.1:" + port + "/",
                    "online.prompts=4",
                    "online.samples.policy=4",
                    "online.max_new_tokens=16",
                    "objective=[{type: dpo, beta: 0.1}]",
                    "log.every=1",
                    "checkpoint.every=1",
                    "output=" + folder.resolve(output)
                })
                .map(text ->
                        new RecipeOverride(text.substring(0, text.indexOf('=')), text.substring(text.indexOf('=') + 1)))
                .toList();
        return Recipe.parse("test", "method: online\n", overrides);
    }
}

package dev.poise.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.poise.oracle.RewardException;
import dev.poise.oracle.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Rewards and preferences by a real server, which fails as it is told.
final class WebTest {

    private static final List<String> PROMPTS = Collections.nCopies(5, "tell me");
    private static final List<String> COMPLETIONS =
            IntStream.rangeClosed(1, 5).mapToObj("word "::repeat).toList();

    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final List<JsonNode> asked = Collections.synchronizedList(new ArrayList<>());
    private final List<String> headers = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;

    /// What goes wrong at the first so many requests.
    private volatile String fault = "none";

    private volatile int faults = 1;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/score", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        JsonNode body = JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes());
        headers.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        List<Double> scores = new ArrayList<>();
        for (JsonNode input : body.required("inputs")) {
            scores.add(input.required("completion").stringValue().length() * 0.5);
        }
        asked.add(body);
        if (asked.size() > faults) {
            send(exchange, 200, "{\"scores\": " + scores + "}");
            return;
        }
        switch (fault) {
            case "none" -> send(exchange, 200, "{\"scores\": " + scores + "}");
            case "stalls" -> sleep();
            case "stalls behind its headers" -> {
                exchange.sendResponseHeaders(200, 1000);
                exchange.getResponseBody().write('[');
                exchange.getResponseBody().flush();
                sleep();
            }
            case "dies" -> {
                exchange.sendResponseHeaders(200, 1000);
                exchange.getResponseBody().write("[1, 2".getBytes(StandardCharsets.UTF_8));
                exchange.close();
            }
            case "500" -> send(exchange, 500, "{\"error\": \"out  of\\nmemory\"}");
            case "429" -> {
                exchange.getResponseHeaders().set("Retry-After", "1");
                send(exchange, 429, "slow down");
            }
            case "a long 503" -> {
                exchange.getResponseHeaders().set("Retry-After", "86400");
                send(exchange, 503, "");
            }
            case "401" -> send(exchange, 401, "{\"message\": \"no key\"}");
            case "garbage" -> send(exchange, 200, "<html>tell me word</html>");
            case "nothing" -> send(exchange, 200, "");
            case "fewer" -> send(exchange, 200, scores.subList(1, scores.size()).toString());
            case "NaN" -> {
                List<Object> some = new ArrayList<>(scores);
                some.set(1, "NaN");
                send(exchange, 200, some.toString());
            }
            case "a text" -> send(exchange, 200, "[1, {\"score\": \"good\"}, null, 4, 5]");
            default -> throw new IllegalStateException(fault);
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Service service(String options) {
        return Service.parse("endpoint[pause=0.01,timeout=0.5" + options + "]:http://127.0.0.1:"
                + server.getAddress().getPort() + "/score");
    }

    private RemoteReward reward(String options) {
        return new RemoteReward(service(options), Answers.forgetful(), 1, told::add);
    }

    private static double[] expected() {
        return new double[] {2.5, 5, 7.5, 10, 12.5};
    }

    @Test
    void asksInBatches() {
        try (RemoteReward reward = reward(",batch=2")) {
            assertThat(reward.scoreAll(PROMPTS, COMPLETIONS)).containsExactly(expected());
            assertThat(reward.scoreAll(PROMPTS, COMPLETIONS)).containsExactly(expected());
            assertThat(reward.counts().calls()).isEqualTo(5);
            assertThat(reward.counts().remembered()).isEqualTo(5);
        }
        assertThat(asked).extracting(body -> body.required("inputs").size()).containsExactly(2, 2, 1);
        assertThat(asked.getFirst().required("inputs").get(0).toString())
                .isEqualTo("{\"prompt\":\"tell me\",\"completion\":\"word \"}");
        assertThat(told).isEmpty();
    }

    /// Whatever goes wrong once: the same rewards come out, one retry later, and what was answered is not asked again.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stalls | 5 | gave no answer within 0.500 s",
                "stalls behind its headers | 5 | gave no answer within 0.500 s",
                "dies | 5 | cannot be asked: IOException",
                "500 | 5 | answered status 500: out of memory",
                "429 | 5 | answered status 429; asking again in 1.00 s",
                "garbage | 5 | must answer JSON, got 25 characters that are none",
                "nothing | 5 | must answer JSON, got nothing",
                "fewer | 5 | must give one answer for each of 5 questions, got 4",
                "NaN | 1 | must answer a finite number, got NaN"
            })
    void whatFailsIsAskedAgain(String what, int again, String problem) {
        fault = what;
        try (RemoteReward reward = reward("")) {
            assertThat(reward.scoreAll(PROMPTS, COMPLETIONS)).containsExactly(expected());
            assertThat(reward.counts().calls()).isEqualTo(5);
            assertThat(reward.counts().retries()).isEqualTo(1);
            assertThat(reward.counts().seconds()).isGreaterThan(what.equals("429") ? 1.0 : 0.0);
        }
        assertThat(asked).hasSize(2);
        assertThat(asked.get(1).required("inputs").size()).isEqualTo(again);
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).contains(problem).contains("(1 of 5)").doesNotContain("tell me");
    }

    @Test
    void whatKeepsFailingEndsWithThePlaceOfTheFirstWithoutAnAnswer() {
        fault = "a text";
        faults = 100;
        try (RemoteReward reward = reward(",retries=2")) {
            assertThatThrownBy(() -> reward.scoreAll(PROMPTS, COMPLETIONS))
                    .isInstanceOfSatisfying(
                            RewardException.class, e -> assertThat(e.answer()).isEqualTo(1))
                    .hasMessageContaining("reward of answer 1 failed: endpoint:http://127.0.0.1:");
            assertThat(reward.counts().calls()).as("1, 4 and 5").isEqualTo(3);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | answered status 401: no key",
                "a long 503 | answered status 503 and asks to be left alone for 8.64e+04 s"
            })
    void whatWaitingDoesNotHelpEndsAtOnce(String what, String problem) {
        fault = what;
        faults = 100;
        try (RemoteReward reward = reward("")) {
            assertThatThrownBy(() -> reward.score("p", "c")).hasMessageEndingWith(problem);
        }
        assertThat(asked).hasSize(1);
    }

    @Test
    void aServerThatIsNotThereIsTriedAndNamed() {
        server.stop(0);
        try (RemoteReward reward = reward(",retries=1")) {
            assertThatThrownBy(() -> reward.score("p", "c")).hasMessageContaining("cannot be asked: ConnectException");
            assertThat(reward.counts().retries()).isEqualTo(1);
        }
    }

    @Test
    void theTokenComesFromTheEnvironmentAndIsNowhereElse() throws Exception {
        Service.Endpoint endpoint = (Service.Endpoint) service(",token=JUDGE_TOKEN");
        try (Web web = new Web(endpoint, Reply.SCORE, Map.of("JUDGE_TOKEN", "hush"))) {
            web.ask(List.of(new Question("p", List.of("c"))), (place, value) -> assertThat(value)
                    .isEqualTo(0.5));
            assertThat(web.identity()).doesNotContain("hush").doesNotContain("JUDGE_TOKEN");
        }
        assertThat(headers).containsExactly("Bearer hush");
        assertThat(endpoint.toString() + endpoint.name()).doesNotContain("hush");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Web(endpoint, Reply.SCORE, Map.of()))
                .withMessageEndingWith("the environment variable JUDGE_TOKEN must hold its Authorization, got none");
    }

    @Test
    void preferencesAreProbabilitiesInTheOrderAsked() throws IOException {
        HttpServer judge = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        judge.createContext("/", exchange -> {
            JsonNode inputs = JsonMapper.shared()
                    .readTree(exchange.getRequestBody().readAllBytes())
                    .required("inputs");
            List<String> answers = new ArrayList<>();
            for (JsonNode one : inputs) {
                boolean cyclic = (one.required("completion").stringValue()
                                + one.required("other").stringValue())
                        .matches("rock" + "scissors|scissorspaper|paperrock");
                answers.add("{\"probability\": " + (cyclic ? 0.9 : 0.1) + "}");
            }
            send(exchange, 200, "{\"probabilities\": " + answers + "}");
        });
        judge.start();
        Service service = Service.parse(
                "endpoint[retries=0]:http://127.0.0.1:" + judge.getAddress().getPort() + "/");
        try (RemotePreference preference = new RemotePreference(service, Answers.forgetful(), 1, told::add)) {
            assertThat(preference.probabilities(
                            Collections.nCopies(4, "p"),
                            List.of("rock", "scissors", "paper", "scissors"),
                            List.of("scissors", "paper", "rock", "rock")))
                    .containsExactly(0.9, 0.9, 0.9, 0.1);
            assertThat(preference.probability("p", "rock", "scissors")).isEqualTo(0.9);
            assertThat(preference.counts().calls()).isEqualTo(4);
        } finally {
            judge.stop(0);
        }
        assertThatThrownBy(() -> Reply.PROBABILITY.of(Reply.read("1.5")))
                .hasMessage("must answer a finite number in [0, 1], got 1.5");
    }

    /// Pauses double and are drawn from the seed: the same seed waits as long.
    @Test
    void pausesDoubleAndAreDrawnFromTheSeed() {
        fault = "500";
        faults = 100;
        List<Double> waits = waits(7);
        assertThat(waits).hasSize(3).isEqualTo(waits(7)).isNotEqualTo(waits(8));
        double pause = 0.02;
        for (double wait : waits) {
            assertThat(wait / pause).isBetween(0.5, 1.0 + 1e-2);
            pause *= 2;
        }
        assertThat(waits.get(2)).isCloseTo(0.06, within(0.02));
    }

    private List<Double> waits(long seed) {
        told.clear();
        Service service = Service.parse("endpoint[pause=0.02,retries=3]:http://127.0.0.1:"
                + server.getAddress().getPort() + "/score");
        try (RemoteReward reward = new RemoteReward(service, Answers.forgetful(), seed, told::add)) {
            assertThatThrownBy(() -> reward.score("p", "c")).isInstanceOf(RewardException.class);
        }
        return told.stream()
                .map(line -> Double.parseDouble(line.replaceAll(".*asking again in ([0-9.e+-]+) s.*", "$1")))
                .toList();
    }
}

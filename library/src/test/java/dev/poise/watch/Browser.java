package dev.poise.watch;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A headless Chromium, driven by its DevTools protocol: <https://chromedevtools.github.io/devtools-protocol>.
final class Browser implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final HttpClient client = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final AtomicInteger sent = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();

    /// Starts one; the test is skipped where there is none.
    ///
    /// @param profile an empty directory
    /// @param page what it opens
    Browser(Path profile, URI page) throws Exception {
        Optional<Path> program = Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(program.isPresent(), "no Chromium on the PATH: the page is not driven");
        process = new ProcessBuilder(
                        program.orElseThrow().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--window-size=1300,1600",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        page.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        int port = Integer.parseInt(firstLine(profile.resolve("DevToolsActivePort")));
        socket = client.newWebSocketBuilder()
                .buildAsync(target(port), new Replies())
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static String firstLine(Path file) throws IOException, InterruptedException {
        for (long i = 0; i < PATIENCE_SECONDS * 10; i++) {
            if (Files.exists(file)) {
                List<String> lines = Files.readAllLines(file);
                if (lines.size() > 1) {
                    return lines.getFirst();
                }
            }
            Thread.sleep(100);
        }
        throw new IOException("the browser did not open its port");
    }

    private URI target(int port) throws Exception {
        URI list = URI.create("http://127.0.0.1:" + port + "/json/list");
        String body = client.send(HttpRequest.newBuilder(list).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        return JsonMapper.shared()
                .readTree(body)
                .valueStream()
                .filter(one -> one.path("type").asString("").equals("page"))
                .map(one -> URI.create(one.path("webSocketDebuggerUrl").asString("")))
                .findFirst()
                .orElseThrow();
    }

    /// Collects the pieces of each message and hands it to whoever waits for it.
    private final class Replies implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                JsonNode node = JsonMapper.shared().readTree(message.toString());
                message.setLength(0);
                CompletableFuture<JsonNode> waits =
                        waiting.remove(node.path("id").asInt(-1));
                if (waits != null) {
                    waits.complete(node);
                }
            }
            from.request(1);
            return CompletableFuture.completedStage(null);
        }
    }

    private JsonNode send(String method, Map<String, ?> parameters) throws Exception {
        int id = sent.incrementAndGet();
        CompletableFuture<JsonNode> reply = new CompletableFuture<>();
        waiting.put(id, reply);
        String message =
                JsonMapper.shared().writeValueAsString(Map.of("id", id, "method", method, "params", parameters));
        socket.sendText(message, true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return reply.get(PATIENCE_SECONDS, TimeUnit.SECONDS).path("result");
    }

    /// The value of an expression in the page.
    JsonNode value(String expression) throws Exception {
        JsonNode result = send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
        if (result.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + result.path("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    /// Waits until an expression is true.
    void await(String expression) throws Exception {
        for (long i = 0; i < PATIENCE_SECONDS * 10; i++) {
            if (value(expression).asBoolean(false)) {
                return;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("never became true: " + expression);
    }

    /// Moves the pointer to a place of an element.
    ///
    /// @param x share of its width
    /// @param y share of its height
    void hover(String selector, double x, double y) throws Exception {
        mouse("mouseMoved", selector, x, y);
    }

    /// Clicks the middle of an element.
    void click(String selector) throws Exception {
        mouse("mousePressed", selector, 0.5, 0.5);
        mouse("mouseReleased", selector, 0.5, 0.5);
    }

    private void mouse(String type, String selector, double x, double y) throws Exception {
        String find = "document.querySelector(" + JsonMapper.shared().writeValueAsString(selector) + ")";
        value(find + ".scrollIntoView({block: 'center'})");
        JsonNode box = value(
                "(({left, top, width, height}) => ({left, top, width, height}))(" + find + ".getBoundingClientRect())");
        send(
                "Input.dispatchMouseEvent",
                Map.of(
                        "type",
                        type,
                        "x",
                        box.path("left").asDouble() + x * box.path("width").asDouble(),
                        "y",
                        box.path("top").asDouble() + y * box.path("height").asDouble(),
                        "button",
                        type.equals("mouseMoved") ? "none" : "left",
                        "clickCount",
                        type.equals("mouseMoved") ? 0 : 1));
    }

    /// Presses a key, such as `ArrowRight`.
    void press(String key) throws Exception {
        send("Input.dispatchKeyEvent", Map.of("type", "keyDown", "key", key));
        send("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key));
    }

    @Override
    public void close() throws InterruptedException {
        socket.abort();
        client.shutdownNow();
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}

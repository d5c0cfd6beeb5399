package dev.poise.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class WatchServerTest {

    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    @TempDir
    private Path root;

    private final HttpClient client = HttpClient.newHttpClient();
    private WatchServer server;

    @BeforeEach
    void start() throws IOException {
        server = WatchServer.start(root, HERE, 0, null);
    }

    @AfterEach
    void stop() {
        server.close();
        client.close();
    }

    private Path run(String name, String metrics) throws IOException {
        Path run = Files.createDirectories(root.resolve(name));
        Files.writeString(run.resolve("metrics.jsonl"), metrics);
        return run;
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri().resolve(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private JsonNode json(String path) throws IOException, InterruptedException {
        HttpResponse<String> reply = get(path);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(reply.body());
    }

    @Test
    void thePageMayAskItsOwnServerAndNobodyElse() throws Exception {
        HttpResponse<String> page = get("/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(page.body())
                .contains("default-src 'none'")
                .contains("connect-src 'self'")
                .contains("Poise watch")
                .doesNotContain("{{");
    }

    @Test
    void aRunIsFollowedLineByLine() throws Exception {
        Path run = run("a/first", "{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"lo");
        JsonNode before = json("/runs");
        assertThat(before.propertyNames()).containsExactly("a/first");
        assertThat(json("/run?id=a%2Ffirst").at("/curves/0/steps")).hasToString("[1]");

        Files.writeString(
                run.resolve("metrics.jsonl"), "ss\":0.25}\n{\"step\":3,\"loss\":0.125}\n", StandardOpenOption.APPEND);

        assertThat(json("/runs").path("a/first")).isNotEqualTo(before.path("a/first"));
        JsonNode after = json("/run?id=a%2Ffirst");
        assertThat(after.at("/curves/0/steps")).hasToString("[1,2,3]");
        assertThat(after.at("/curves/0/values")).hasToString("[0.5,0.25,0.125]");
        assertThat(after.path("step").asLong()).isEqualTo(3);
        assertThat(after.path("problems")).isEmpty();
    }

    @Test
    void aRunThatStartsAnewIsReadAnew() throws Exception {
        Path run = run("one", "{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"loss\":0.25}\n");
        json("/runs");
        json("/run?id=one");

        Files.writeString(run.resolve("metrics.jsonl"), "{\"step\":1,\"loss\":4}\n");

        assertThat(json("/run?id=one").at("/curves/0/values")).hasToString("[4.0]");
    }

    @Test
    void aDeletedRunIsGoneAndTheOthersStay() throws Exception {
        Path gone = run("gone", "{\"step\":1,\"loss\":0.5}\n");
        run("stays", "{\"step\":1,\"loss\":0.75}\n");
        assertThat(json("/runs").propertyNames()).containsExactly("gone", "stays");

        Files.delete(gone.resolve("metrics.jsonl"));
        Files.delete(gone);

        assertThat(get("/run?id=gone").statusCode()).isEqualTo(404);
        assertThat(json("/runs").propertyNames()).containsExactly("stays");
        assertThat(json("/run?id=stays").at("/curves/0/values")).hasToString("[0.75]");
    }

    @Test
    void brokenLinesAreLeftOutAndNamed() throws Exception {
        run("one", "{\"step\":1,\"loss\":0.5}\nnot json\n{\"step\":3,\"loss\":\"NaN\"}\n{\"step\":4,\"loss\":0.25}\n");
        json("/runs");

        JsonNode view = json("/run?id=one");

        assertThat(view.at("/curves/0/steps")).hasToString("[1,4]");
        assertThat(view.path("problems").toString()).contains("1 lines that are no JSON objects");
    }

    @Test
    void longCurvesAreThinned() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int step = 1; step <= 20_000; step++) {
            lines.append("{\"step\":")
                    .append(step)
                    .append(",\"loss\":")
                    .append(1.0 / step)
                    .append("}\n");
        }
        run("long", lines.toString());
        json("/runs");

        JsonNode curve = json("/run?id=long").at("/curves/0");

        assertThat(curve.path("steps")).hasSize(600);
        assertThat(curve.path("steps").get(599).asLong()).isEqualTo(20_000);
        assertThat(curve.path("logged").asLong()).isEqualTo(20_000);
    }

    @Test
    void nothingOutsideTheDirectoryCanBeAsked() throws Exception {
        run("one", "{\"step\":1,\"loss\":0.5}\n");
        json("/runs");

        for (String path :
                new String[] {"/run?id=..", "/run?id=one%2F..%2Fone", "/run?id=%00", "/run", "/etc/passwd"}) {
            assertThat(raw("GET " + path + " HTTP/1.1", "Host: localhost"))
                    .as(path)
                    .contains(" 404 ");
        }
        assertThat(raw("POST /runs HTTP/1.1", "Host: localhost", "Content-Length: 0"))
                .contains(" 405 ");
    }

    @Test
    void aPageOfAnotherNameCannotReachIt() throws Exception {
        assertThat(raw("GET /runs HTTP/1.1", "Host: evil.example")).contains(" 403 ");
        assertThat(raw("GET /runs HTTP/1.1", "Host: localhost.evil.example:80")).contains(" 403 ");
        assertThat(raw("GET /runs HTTP/1.1", "Host: 127.0.0.1:1234")).contains(" 200 ");
    }

    @Test
    void aTokenIsAskedForWhereThereIsOne() throws Exception {
        try (WatchServer guarded = WatchServer.start(root, HERE, 0, "s3cret")) {
            URI uri = guarded.uri();
            assertThat(uri.getQuery()).isEqualTo("token=s3cret");

            assertThat(status(uri)).isEqualTo(200);
            assertThat(status(uri.resolve("/runs"))).isEqualTo(403);
            assertThat(status(uri.resolve("/runs?token=s3cre"))).isEqualTo(403);
            assertThat(status(uri.resolve("/runs"), "Authorization", "Bearer s3cret"))
                    .isEqualTo(200);
        }
    }

    private int status(URI uri, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    }

    @Test
    void beyondThisMachineATokenIsNeeded() {
        assertThatThrownBy(() -> WatchServer.start(root, InetAddress.getByName("0.0.0.0"), 0, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("token is needed");
        assertThatThrownBy(() -> WatchServer.start(root.resolve("none"), HERE, 0, null))
                .isInstanceOf(NotDirectoryException.class)
                .hasMessageContaining("none");
    }

    /// The first line of the reply to a request as it is: an HTTP client would not send these.
    private String raw(String... lines) throws IOException {
        try (Socket socket = new Socket(HERE, server.uri().getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    (String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("");
        }
    }
}

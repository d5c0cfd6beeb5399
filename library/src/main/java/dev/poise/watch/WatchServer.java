package dev.poise.watch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.poise.report.Page;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Serves a page over the runs in a directory, and what the page asks for while it is open. It only reads.
///
/// | path | answer |
/// |---|---|
/// | `/` | the page |
/// | `/runs` | `{"id": "stamp", …}` of all runs; a stamp changes whenever the run does |
/// | `/run?id=…` | a run as `LiveRun.View` |
///
/// On a loopback address only requests that name a loopback host are answered, so that no web page can reach the
/// server by a name of its own; on any other address a token is asked for, in the query or as a bearer.
public final class WatchServer implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Runs runs;
    private final InetAddress address;
    private final @Nullable String token;
    private final String page;

    private WatchServer(Path root, InetAddress address, int port, @Nullable String token) throws IOException {
        this.runs = new Runs(root);
        this.address = address;
        this.token = token;
        this.page = Page.renderLive(
                WatchServer.class,
                "watch",
                Map.of("title", String.valueOf(root.toAbsolutePath().normalize().getFileName())));
        this.server = HttpServer.create(new InetSocketAddress(address, port), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    /// Starts serving.
    ///
    /// @param root a run, or a directory of runs
    /// @param address to listen on
    /// @param port 0 for any that is free
    /// @param token what every request must bring; null for none, on loopback addresses only
    /// @throws IOException where the directory is missing or the port is taken
    public static WatchServer start(Path root, InetAddress address, int port, @Nullable String token)
            throws IOException {
        if (!Files.isDirectory(root)) {
            throw new NotDirectoryException(root + " must be a run or a directory of runs, got none");
        }
        if (token == null && !address.isLoopbackAddress()) {
            throw new IllegalArgumentException(
                    "beyond this machine a token is needed, got none for " + address.getHostAddress());
        }
        return new WatchServer(root, address, port, token);
    }

    /// Where the page is, token included.
    public URI uri() {
        String host = address.isAnyLocalAddress() ? "localhost" : address.getHostAddress();
        String shown = host.contains(":") ? "[" + host + "]" : host;
        String query = token == null ? "" : "?token=" + token;
        return URI.create("http://" + shown + ":" + server.getAddress().getPort() + "/" + query);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Reply reply = reply(exchange);
            byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", reply.type() + "; charset=utf-8");
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
            exchange.sendResponseHeaders(reply.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private record Reply(int status, String type, String body) {

        static Reply json(Object value) {
            return new Reply(200, "application/json", JsonMapper.shared().writeValueAsString(value));
        }

        static Reply refused(int status, String why) {
            return new Reply(status, "text/plain", why + "\n");
        }
    }

    private Reply reply(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("GET")) {
            return Reply.refused(405, "only GET is answered");
        }
        if (!isWelcome(exchange)) {
            return Reply.refused(403, "open the page by the address that poise watch printed");
        }
        return switch (exchange.getRequestURI().getPath()) {
            case "/" -> new Reply(200, "text/html", page);
            case "/runs" -> Reply.json(runs.stamps());
            case "/run" ->
                runs.look(parameter(exchange, "id").orElse(""))
                        .map(Reply::json)
                        .orElseGet(() -> Reply.refused(404, "there is no such run, or no longer"));
            default -> Reply.refused(404, "there is nothing here");
        };
    }

    private boolean isWelcome(HttpExchange exchange) {
        if (token == null) {
            String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"))
                    .replaceFirst(":\\d+$", "");
            return host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
        }
        String bearer = exchange.getRequestHeaders().getFirst("Authorization");
        String brought = bearer != null && bearer.startsWith("Bearer ")
                ? bearer.substring("Bearer ".length())
                : parameter(exchange, "token").orElse("");
        return MessageDigest.isEqual(brought.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<String> parameter(HttpExchange exchange, String name) {
        String query = exchange.getRequestURI().getRawQuery();
        if (query == null) {
            return Optional.empty();
        }
        for (String part : query.split("&", -1)) {
            if (part.startsWith(name + "=")) {
                try {
                    return Optional.of(URLDecoder.decode(part.substring(name.length() + 1), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}

package dev.poise.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A hub on this machine, with one repository and faults on request. Large files lie behind a redirection to
/// another host's name, as on the real one.
final class FakeHub implements AutoCloseable {

    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /// How long a stalled connection stays open.
    static final Duration STALL = Duration.ofMinutes(1);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, byte[]> files = new TreeMap<>();
    private final Map<String, Queue<HttpHandler>> faults = new ConcurrentHashMap<>();

    /// Requests, as `host path [Range] [token]`, the path as it was sent.
    final List<String> requests = new CopyOnWriteArrayList<>();

    FakeHub() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /// Files of 100 bytes and more are large ones.
    FakeHub with(String path, String content) {
        return with(path, content.getBytes(StandardCharsets.UTF_8));
    }

    FakeHub with(String path, byte[] content) {
        files.put(path, content);
        return this;
    }

    /// What the next request for a path meets instead of an answer; several queue up.
    FakeHub fault(String path, HttpHandler fault) {
        faults.computeIfAbsent(path, key -> new ConcurrentLinkedQueue<>()).add(fault);
        return this;
    }

    HubSettings settings(Path cache, String token) {
        return new HubSettings(
                URI.create("http://localhost:" + server.getAddress().getPort()),
                cache,
                Optional.of(token).filter(text -> !text.isEmpty()),
                false);
    }

    byte[] content(String path) {
        byte[] content = files.get(path);
        if (content == null) {
            throw new IllegalArgumentException(path);
        }
        return content;
    }

    /// The name of a file's content in the cache.
    String checksum(String path) {
        byte[] content = content(path);
        try {
            if (isLarge(content)) {
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
            }
            MessageDigest git = MessageDigest.getInstance("SHA-1");
            git.update(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(git.digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isLarge(byte[] content) {
        return content.length >= 100;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String range = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"))
                .map(value -> " " + value)
                .orElse("");
        String token = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                .map(value -> " " + value)
                .orElse("");
        String host = exchange.getRequestHeaders().getFirst("Host").replaceAll(":.*", "");
        requests.add(host + " " + exchange.getRequestURI().getRawPath() + range + token);
        String name = path.contains("/revision/") ? "revision" : path.replaceFirst(".*/(resolve|large)/[^/]*/?", "");
        boolean large = path.startsWith("/large/");
        Queue<HttpHandler> waiting = faults.get(name);
        // A redirection is no place for a fault that is meant for the content.
        boolean redirects = !large && files.containsKey(name) && isLarge(content(name));
        HttpHandler fault = waiting == null || redirects ? null : waiting.poll();
        try (exchange) {
            if (fault != null) {
                fault.handle(exchange);
            } else if (name.equals("revision")) {
                send(exchange, 200, listing().getBytes(StandardCharsets.UTF_8));
            } else if (!files.containsKey(name)) {
                exchange.getResponseHeaders().add("X-Error-Code", "EntryNotFound");
                send(exchange, 404, new byte[0]);
            } else if (redirects) {
                String other = "http://127.0.0.1:" + server.getAddress().getPort() + "/large/x/" + name;
                exchange.getResponseHeaders().add("Location", other);
                send(exchange, 302, new byte[0]);
            } else {
                sendRange(exchange, content(name), Integer.MAX_VALUE);
            }
        }
    }

    private String listing() {
        ObjectNode listing = JsonMapper.shared().createObjectNode().put("sha", COMMIT);
        ArrayNode siblings = listing.putArray("siblings");
        files.forEach((path, content) -> {
            ObjectNode file = siblings.addObject().put("rfilename", path).put("size", content.length);
            if (isLarge(content)) {
                file.put("blobId", "f".repeat(40));
                file.putObject("lfs").put("sha256", checksum(path)).put("size", content.length);
            } else {
                file.put("blobId", checksum(path));
            }
        });
        return listing.toString();
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    /// Sends what is asked for, and no more than some bytes of it before the connection is cut.
    private static void sendRange(HttpExchange exchange, byte[] content, int most) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        if (from > 0) {
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        byte[] rest = Arrays.copyOfRange(content, from, content.length);
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, rest.length);
        exchange.getResponseBody().write(rest, 0, Math.min(most, rest.length));
        exchange.getResponseBody().flush();
        if (most < rest.length) {
            throw new IOException("cut on purpose");
        }
    }

    static HttpHandler status(int status, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            send(exchange, status, new byte[0]);
        };
    }

    /// Sends other bytes, whatever is asked for.
    static HttpHandler bytes(byte[] other) {
        return exchange -> send(exchange, 200, other);
    }

    /// Cuts the connection after some bytes.
    HttpHandler cut(String path, int after) {
        return exchange -> sendRange(exchange, content(path), after);
    }

    /// Promises 1000 bytes, sends one and cuts the connection.
    static HttpHandler half() {
        return exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            throw new IOException("cut on purpose");
        };
    }

    /// Sends some bytes and then neither more nor an end.
    HttpHandler stall(String path, int after) {
        return stall(content(path), after);
    }

    /// Sends some bytes and then neither more nor an end.
    static HttpHandler stall(byte[] content, int after) {
        return exchange -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, after);
            exchange.getResponseBody().flush();
            try {
                Thread.sleep(STALL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /// Sends everything, as a server does that knows no ranges.
    HttpHandler whole(String path) {
        return exchange -> send(exchange, 200, content(path));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

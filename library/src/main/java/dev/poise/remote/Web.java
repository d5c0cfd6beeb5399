package dev.poise.remote;

import dev.poise.oracle.Service;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An endpoint that is asked by POST.
final class Web implements Line {

    /// Bytes that an answer may have, and some more a question: a server that never ends is not read for ever.
    private static final long ANSWER_BYTES = 1 << 16;

    private static final long ANSWER_BYTES_A_QUESTION = 1 << 12;

    private static final int MESSAGE_CHARACTERS = 200;

    private final Service.Endpoint endpoint;
    private final Reply reply;
    private final @Nullable String secret;
    private final HttpClient client;

    /// @param environment where the header's value is
    /// @throws IllegalArgumentException when the variable is not there
    Web(Service.Endpoint endpoint, Reply reply, Map<String, String> environment) {
        this.endpoint = endpoint;
        this.reply = reply;
        this.secret = endpoint.header() == null
                ? null
                : environment.get(endpoint.header().variable());
        if (endpoint.header() != null && (secret == null || secret.isBlank())) {
            throw new IllegalArgumentException(endpoint.name() + ": the environment variable "
                    + endpoint.header().variable() + " must hold its "
                    + endpoint.header().name() + ", got none");
        }
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    private Duration timeout() {
        return Duration.ofNanos(Math.round(endpoint.manner().timeoutSeconds() * 1e9));
    }

    @Override
    public void ask(List<Question> questions, Heard heard) throws NoAnswer, InterruptedException {
        HttpResponse<byte[]> response = response(questions);
        int status = response.statusCode();
        if (status / 100 != 2) {
            throw refused(response);
        }
        JsonNode answers = reply.all(Reply.read(new String(response.body(), StandardCharsets.UTF_8)), questions.size());
        NoAnswer missing = null;
        for (int i = 0; i < questions.size(); i++) {
            try {
                heard.answer(i, reply.of(answers.get(i)));
            } catch (NoAnswer e) {
                // Those behind it have their places: they count.
                missing = missing == null ? e : missing;
            }
        }
        if (missing != null) {
            throw missing;
        }
    }

    private HttpResponse<byte[]> response(List<Question> questions) throws NoAnswer, InterruptedException {
        long most = ANSWER_BYTES + ANSWER_BYTES_A_QUESTION * questions.size();
        CompletableFuture<HttpResponse<byte[]>> coming =
                client.sendAsync(request(questions), BodyHandlers.limiting(BodyHandlers.ofByteArray(), most));
        try {
            // The client's own time-out ends with the headers: a server that stalls behind them would hold us.
            return coming.get(timeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            coming.cancel(true);
            throw NoAnswer.now(
                    "gave no answer within " + Program.seconds(endpoint.manner().timeoutSeconds()) + " s", e);
        } catch (ExecutionException e) {
            Throwable cause = Optional.ofNullable(e.getCause()).orElse(e);
            String said = cause.getMessage();
            throw NoAnswer.now(
                    "cannot be asked: " + cause.getClass().getSimpleName() + (said == null ? "" : ": " + said), e);
        }
    }

    private HttpRequest request(List<Question> questions) {
        ObjectNode body = JsonMapper.shared().createObjectNode();
        ArrayNode inputs = body.putArray("inputs");
        questions.forEach(question -> inputs.add(question.toJson()));
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint.address())
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
        if (endpoint.header() != null) {
            request.header(endpoint.header().name(), endpoint.header().prefix() + secret);
        }
        return request.build();
    }

    /// What a status means: another try helps where the server is at fault, or busy.
    private NoAnswer refused(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        String what = "answered status " + status + message(response);
        boolean passing = status >= 500 || status == 408 || status == 425 || status == 429;
        return passing ? NoAnswer.until(what, after(response)) : NoAnswer.ever(what);
    }

    /// Its own word, where it is a plain one: an answer that is not may repeat what it was asked.
    private static String message(HttpResponse<byte[]> response) {
        try {
            JsonNode body = Reply.read(new String(response.body(), StandardCharsets.UTF_8));
            for (String key : List.of("error", "message", "detail")) {
                JsonNode said = body.path(key);
                if (said.isString()) {
                    String text = said.stringValue().replaceAll("\\s+", " ");
                    return ": " + text.substring(0, Math.min(text.length(), MESSAGE_CHARACTERS));
                }
            }
            return "";
        } catch (NoAnswer e) {
            return ""; // a status with a body that is no JSON says what its status says
        }
    }

    /// Retry-After, in seconds or as a date (RFC 9110, section 10.2.3); null where there is none that can be read.
    private static @Nullable Duration after(HttpResponse<byte[]> response) {
        Optional<String> said = response.headers().firstValue("Retry-After").map(String::strip);
        if (said.isEmpty()) {
            return null;
        }
        if (said.get().matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(said.get()));
        }
        try {
            ZonedDateTime date = ZonedDateTime.parse(said.get(), DateTimeFormatter.RFC_1123_DATE_TIME);
            Duration wait = Duration.between(Instant.now(), date);
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeException e) {
            return null; // no time at all: our own pause holds
        }
    }

    @Override
    public String identity() {
        return "endpoint\n" + endpoint.address() + "\n" + endpoint.manner().version();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}

package dev.poise.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Asks the hub. The token goes to the hub's own address and to no other, wherever a redirection leads.
final class HubClient {

    private static final Duration CONNECT = Duration.ofSeconds(15);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final int REDIRECTIONS = 8;

    /// How often a hub that is busy or in trouble is asked once more.
    private static final int PATIENCE = 4;

    /// A hub that asks to come back later than this is not waited for.
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private static final int LARGEST_ANSWER = 64 << 20;

    private final HubSettings settings;
    private final Duration silence;
    private final HttpClient http;
    private final Consumer<String> notes;

    /// @param silence how long a listing may take, once it has begun
    HubClient(HubSettings settings, Duration silence, Consumer<String> notes) {
        this.settings = settings;
        this.silence = silence;
        this.notes = notes;
        this.http = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /// What a repository holds at the id's revision.
    ///
    /// @throws IOException when the hub cannot be reached
    /// @throws HubException when it answers otherwise than with a listing
    HubRevision revision(HubId id) throws IOException {
        URI address = URI.create(settings.endpoint() + "/api/" + id.kind().plural() + "/" + id.name() + "/revision/"
                + encoded(id.revision()).replace("/", "%2F") + "?blobs=true");
        try (InputStream body = get(id, "", address, 0).body();
                Silence _ = new Silence(body, silence)) {
            byte[] bytes = body.readNBytes(LARGEST_ANSWER);
            return listing(id, JsonMapper.shared().readTree(bytes));
        } catch (JacksonException e) {
            throw new HubException(
                    id + ": the answer of " + settings.endpoint()
                            + " must be JSON, got something else; HF_ENDPOINT must" + " be the address of a hub",
                    e);
        }
    }

    private HubRevision listing(HubId id, JsonNode answer) {
        List<HubFile> files = new ArrayList<>();
        for (JsonNode file : answer.path("siblings").values()) {
            JsonNode large = file.path("lfs");
            String checksum =
                    large.path("sha256").stringValue(file.path("blobId").stringValue(""));
            long bytes = large.path("size").longValue(file.path("size").longValue(-1));
            files.add(new HubFile(file.path("rfilename").stringValue(""), bytes, checksum));
        }
        files.sort(Comparator.comparing(HubFile::path));
        String commit = answer.path("sha").stringValue("");
        if (commit.isEmpty()) {
            throw new HubException(id + ": the answer of " + settings.endpoint() + " must name a commit, got none;"
                    + " HF_ENDPOINT must be the address of a hub");
        }
        return new HubRevision(commit, files);
    }

    /// The content of a file.
    ///
    /// @param commit of the repository
    /// @param from how many bytes of it are at hand: the hub may send the rest (206), or all of it (200)
    ///
    /// @throws IOException when the hub cannot be reached
    /// @throws HubException when it answers otherwise than with bytes
    HttpResponse<InputStream> content(HubId id, String commit, HubFile file, long from) throws IOException {
        URI address = URI.create(settings.endpoint() + "/" + id.kind().prefix() + id.name() + "/resolve/" + commit + "/"
                + encoded(file.path()));
        return get(id, file.path(), address, from);
    }

    /// @param file whose content it is; empty for the listing
    private HttpResponse<InputStream> get(HubId id, String file, URI address, long from) throws IOException {
        for (int attempt = 0; ; attempt++) {
            HttpResponse<InputStream> answer = followed(id, address, from);
            int status = answer.statusCode();
            if (status == 200 || status == 206 || status == 416) {
                return answer;
            }
            answer.body().close();
            Optional<Duration> wait = wait(answer, attempt);
            if (wait.isEmpty()) {
                throw refused(id, file, answer);
            }
            notes.accept(id + ": the hub answers " + status + "; asking again in "
                    + wait.get().toSeconds() + " s");
            pause(wait.get());
        }
    }

    private HttpResponse<InputStream> followed(HubId id, URI start, long from) throws IOException {
        URI address = start;
        for (int redirection = 0; redirection < REDIRECTIONS; redirection++) {
            HttpResponse<InputStream> answer = send(request(address, from));
            Optional<String> location = answer.headers().firstValue("Location");
            if (answer.statusCode() / 100 != 3 || answer.statusCode() == 304 || location.isEmpty()) {
                return answer;
            }
            answer.body().close();
            URI next = address.resolve(location.get());
            if ("https".equals(address.getScheme()) && !"https".equals(next.getScheme())) {
                throw new HubException(id + ": " + address.getHost() + " redirects from https to " + next.getScheme()
                        + ", which is not followed");
            }
            address = next;
        }
        throw new HubException(id + ": " + start.getHost() + " redirects more than " + REDIRECTIONS + " times");
    }

    private HttpRequest request(URI address, long from) {
        // Compressed on the way, a content could neither be cut nor be counted.
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(ANSWER)
                .header("User-Agent", "poise")
                .header("Accept-Encoding", "identity");
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        if (isHub(address)) {
            settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        }
        return request.build();
    }

    private boolean isHub(URI address) {
        URI hub = settings.endpoint();
        return String.valueOf(hub.getScheme()).equals(address.getScheme())
                && String.valueOf(hub.getAuthority()).equalsIgnoreCase(address.getAuthority());
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
        try {
            return http.send(request, BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubException("the download was interrupted", e);
        }
    }

    /// How long to wait before asking once more: as long as the hub says where it says so; empty where asking
    /// makes no sense.
    private static Optional<Duration> wait(HttpResponse<?> answer, int attempt) {
        if (!isBusy(answer.statusCode()) || attempt >= PATIENCE) {
            return Optional.empty();
        }
        Duration wait = answer.headers()
                .firstValue("Retry-After")
                .flatMap(HubClient::retryAfter)
                .orElse(Duration.ofSeconds(1L << attempt));
        return wait.compareTo(LONGEST_WAIT) > 0 ? Optional.empty() : Optional.of(wait);
    }

    private static boolean isBusy(int status) {
        return status == 429 || status >= 500;
    }

    /// Seconds or a date (RFC 9110, section 10.2.3).
    private static Optional<Duration> retryAfter(String value) {
        try {
            Duration wait = value.strip().matches("\\d{1,9}")
                    ? Duration.ofSeconds(Long.parseLong(value.strip()))
                    : Duration.between(
                            Instant.now(),
                            ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                                    .toInstant());
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private HubException refused(HubId id, String file, HttpResponse<?> answer) {
        int status = answer.statusCode();
        String code = answer.headers().firstValue("X-Error-Code").orElse("");
        String what = id.words() + " " + id.name();
        String page = settings.endpoint() + "/" + id.kind().prefix() + id.name();
        boolean known = settings.token().isPresent();
        String problem =
                switch (status) {
                    case 401, 403 ->
                        code.equals("GatedRepo")
                                ? what + ": its owner lets nobody read it who has not agreed to the terms (" + status
                                        + "): agree at " + page + ", and give a token of that account in HF_TOKEN"
                                : what + ": the hub refuses it (" + status + "): the name is wrong, or it is private"
                                        + (known
                                                ? " and the token at hand does not open it"
                                                : "; a token that may read it goes into HF_TOKEN");
                    case 404 ->
                        !file.isEmpty()
                                ? what + ": the hub lists " + file + " and does not send it (404)"
                                : code.equals("RevisionNotFound")
                                        ? what + ": the hub knows no revision " + id.revision() + " of it (404)"
                                        : what + ": the hub knows none of that name (404); names are at "
                                                + settings.endpoint();
                    case 429 ->
                        what + ": the hub answers 429, too many requests"
                                + answer.headers()
                                        .firstValue("Retry-After")
                                        .map(after -> "; it asks to come back after " + after
                                                + (after.matches("\\d+") ? " s" : ""))
                                        .orElse("")
                                + (known ? "" : "; with a token in HF_TOKEN it allows more");
                    default ->
                        what + ": the hub answers " + status
                                + (status >= 500 ? ", a trouble of its own; try again later" : "");
                };
        return isBusy(status) ? HubException.passing(problem) : new HubException(problem);
    }

    private static void pause(Duration wait) {
        try {
            Thread.sleep(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubException("the wait for the hub was interrupted", e);
        }
    }

    /// A path with what no address may hold written in hexadecimal, its slashes kept.
    private static String encoded(String path) {
        StringBuilder encoded = new StringBuilder();
        for (byte value : path.getBytes(StandardCharsets.UTF_8)) {
            char letter = (char) (value & 0xFF);
            boolean plain = letter < 0x80 && (Character.isLetterOrDigit(letter) || "-._~/".indexOf(letter) >= 0);
            encoded.append(plain ? String.valueOf(letter) : String.format("%%%02X", value & 0xFF));
        }
        return encoded.toString();
    }
}

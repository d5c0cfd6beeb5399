package dev.poise.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HubTest {

    private static final HubId MODEL = HubId.model("org/tiny").orElseThrow();
    private static final String WEIGHTS = "model.safetensors";

    private final FakeHub server = new FakeHub()
            .with("config.json", "{}")
            .with("tokenizer.json", "{\"tokens\": 1}")
            .with(WEIGHTS, random(300_000))
            .with("README.md", "# read me")
            .with("pytorch_model.bin", random(5_000))
            .with("onnx/model.onnx", random(5_000));

    private final List<String> notes = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    Path cache;

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void laysTheCacheOutAsOthersDo() throws IOException {
        Path snapshot = hub().model(MODEL);
        Path folder = cache.resolve("models--org--tiny");
        assertThat(snapshot).isEqualTo(folder.resolve("snapshots").resolve(FakeHub.COMMIT));
        assertThat(folder.resolve("refs/main")).hasContent(FakeHub.COMMIT);
        assertThat(names(snapshot)).containsExactly("config.json", WEIGHTS, "tokenizer.json");
        for (String name : names(snapshot)) {
            assertThat(Files.readSymbolicLink(snapshot.resolve(name)))
                    .isEqualTo(Path.of("../../blobs", server.checksum(name)));
            assertThat(snapshot.resolve(name)).hasBinaryContent(server.content(name));
        }
        assertThat(names(folder.resolve("blobs"))).hasSize(3);
        assertThat(Hub.nameOf(snapshot)).contains("org/tiny@0123456789ab");
        assertThat(Hub.nameOf(cache)).isEmpty();
    }

    @Test
    void fetchesNothingTwice() {
        hub().model(MODEL);
        server.requests.clear();
        assertThat(hub().model(MODEL)).isDirectory();
        assertThat(server.requests).containsExactly("localhost /api/models/org/tiny/revision/main");
        // A new commit with the same contents needs links alone.
        Path other = hub().model(HubId.model("org/tiny@v2").orElseThrow());
        assertThat(other.resolve(WEIGHTS)).exists();
        assertThat(cache.resolve("models--org--tiny/refs/v2")).hasContent(FakeHub.COMMIT);
    }

    @Test
    void fetchesShardsByTheirIndexAndNoPickles() throws IOException {
        server.with(
                        "model.safetensors.index.json",
                        "{\"weight_map\":{\"a\":\"part-1.safetensors\",\"b\":\"part-2.safetensors\"}}")
                .with("part-1.safetensors", random(500))
                .with("part-2.safetensors", random(600))
                .with("consolidated.safetensors", random(700));
        assertThat(names(hub().model(MODEL)))
                .containsExactly(
                        "config.json",
                        "model.safetensors.index.json",
                        "part-1.safetensors",
                        "part-2.safetensors",
                        "tokenizer.json");
    }

    @Test
    void refusesAModelThatIsNone() {
        try (FakeHub pickled = new FakeHub().with("config.json", "{}").with("pytorch_model.bin", "p")) {
            assertThatThrownBy(() -> new Hub(pickled.settings(cache, ""), progress()).model(MODEL))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("got only pickled weights; pickles can run any code");
            assertThat(pickled.requests).hasSize(1);
        }
        try (FakeHub lost = new FakeHub()
                .with("config.json", "{}")
                .with("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"../../x.safetensors\"}}")) {
            assertThatThrownBy(() -> new Hub(lost.settings(cache, ""), progress()).model(MODEL))
                    .hasMessageContaining("must map every weight to a file beside it");
        }
        try (FakeHub evil = new FakeHub().with("config.json", "{}").with("../../evil.safetensors", "x")) {
            assertThatThrownBy(() -> new Hub(evil.settings(cache, ""), progress()).model(MODEL))
                    .hasMessageContaining("must lie within its repository, got ../../evil.safetensors");
        }
    }

    @Test
    void offlineTakesWhatIsWholeAndNothingElse() throws IOException {
        Hub offline =
                new Hub(new HubSettings(URI.create("http://localhost:1"), cache, Optional.empty(), true), progress());
        assertThatThrownBy(() -> offline.model(MODEL))
                .isInstanceOf(HubException.class)
                .hasMessage(
                        "model org/tiny: is not in the cache " + cache + ", and HF_HUB_OFFLINE says not to fetch it");
        Path snapshot = hub().model(MODEL);
        assertThat(offline.model(MODEL)).isEqualTo(snapshot);
        assertThat(offline.model(HubId.model("org/tiny@" + FakeHub.COMMIT).orElseThrow()))
                .isEqualTo(snapshot);
        // The content is gone, and its link leads nowhere.
        Files.delete(cache.resolve("models--org--tiny/blobs").resolve(server.checksum(WEIGHTS)));
        assertThatThrownBy(() -> offline.model(MODEL)).hasMessageContaining("the copy in the cache lacks " + WEIGHTS);
        assertThat(hub().model(MODEL).resolve(WEIGHTS)).hasBinaryContent(server.content(WEIGHTS));
    }

    @Test
    void aHubThatIsOutOfReachLeavesWhatIsInTheCache() {
        HubSettings nowhere = new HubSettings(URI.create("http://localhost:1"), cache, Optional.empty(), false);
        assertThatThrownBy(() -> new Hub(nowhere, progress()).model(MODEL))
                .isInstanceOf(HubException.class)
                .hasMessageStartingWith("model org/tiny: cannot be fetched from http://localhost:1");
        Path snapshot = hub().model(MODEL);
        assertThat(new Hub(nowhere, progress()).model(MODEL)).isEqualTo(snapshot);
        assertThat(notes)
                .singleElement()
                .asString()
                .contains("cannot be reached")
                .contains("taking what is in the cache");
    }

    @Test
    void saysWhatARefusalMeans() {
        server.fault("revision", FakeHub.status(401));
        assertThatThrownBy(() -> hub().model(MODEL))
                .hasMessage(
                        "model org/tiny: the hub refuses it (401): the name is wrong, or it is private; a token that may"
                                + " read it goes into HF_TOKEN");
        server.fault("revision", FakeHub.status(401));
        assertThatThrownBy(() -> hub("secret").model(MODEL))
                .hasMessageContaining("the token at hand does not open it")
                .hasMessageNotContaining("secret");
        server.fault("revision", FakeHub.status(403, "X-Error-Code", "GatedRepo"));
        assertThatThrownBy(() -> hub().model(MODEL)).hasMessageContaining("agree at " + endpoint() + "/org/tiny");
        server.fault("revision", FakeHub.status(404, "X-Error-Code", "RevisionNotFound"));
        assertThatThrownBy(() -> hub().model(HubId.model("org/tiny@v9").orElseThrow()))
                .hasMessage("model org/tiny: the hub knows no revision v9 of it (404)");
        server.fault("revision", FakeHub.status(404));
        assertThatThrownBy(() -> hub().dataset(HubId.dataset("hf:org/tiny").orElseThrow(), name -> true))
                .hasMessage("data set org/tiny: the hub knows none of that name (404); names are at " + endpoint());
        assertThat(cache.resolve("models--org--tiny")).doesNotExist();
    }

    @Test
    void waitsAsLongAsABusyHubAsks() {
        server.fault("revision", FakeHub.status(429, "Retry-After", "1"))
                .fault(WEIGHTS, FakeHub.status(503, "Retry-After", "0"));
        long start = System.nanoTime();
        assertThat(hub().model(MODEL).resolve(WEIGHTS)).hasBinaryContent(server.content(WEIGHTS));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(990));
        assertThat(notes)
                .containsExactly(
                        "org/tiny: the hub answers 429; asking again in 1 s",
                        "org/tiny: the hub answers 503; asking again in 0 s");
        Hub fresh = new Hub(server.settings(cache.resolve("other"), ""), progress());
        server.fault("revision", FakeHub.status(429, "Retry-After", "3600"));
        assertThatThrownBy(() -> fresh.model(MODEL))
                .hasMessage("model org/tiny: the hub answers 429, too many requests; it asks to come back after 3600 s;"
                        + " with a token in HF_TOKEN it allows more");
    }

    @Test
    void aBusyHubLeavesWhatIsInTheCache() {
        Path snapshot = hub().model(MODEL);
        server.fault("revision", FakeHub.status(429, "Retry-After", "3600"));
        assertThat(hub().model(MODEL)).isEqualTo(snapshot);
        assertThat(notes)
                .containsExactly("model org/tiny: the hub answers 429, too many requests; it asks to come back after"
                        + " 3600 s; with a token in HF_TOKEN it allows more; taking what is in the cache");
        // A refusal is none of its troubles, and may well be meant.
        server.fault("revision", FakeHub.status(403, "X-Error-Code", "GatedRepo"));
        assertThatThrownBy(() -> hub().model(MODEL)).isInstanceOf(HubException.class);
        server.fault("revision", FakeHub.status(404));
        assertThatThrownBy(() -> hub().model(MODEL)).isInstanceOf(HubException.class);
    }

    @Test
    void aListingIsWholeOrNone() {
        Hub hub = new Hub(server.settings(cache, ""), progress(), Duration.ofMillis(300));
        server.fault("revision", FakeHub.half());
        assertThatThrownBy(() -> hub.model(MODEL))
                .isInstanceOf(HubException.class)
                .hasMessageStartingWith("model org/tiny: cannot be fetched from " + endpoint());
        server.fault("revision", FakeHub.stall(new byte[1000], 1));
        long start = System.nanoTime();
        assertThatThrownBy(() -> hub.model(MODEL))
                .isInstanceOf(HubException.class)
                .hasMessageStartingWith("model org/tiny: cannot be fetched from " + endpoint());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(FakeHub.STALL.dividedBy(2));
        server.fault("revision", FakeHub.bytes("<html>log in</html>".getBytes(StandardCharsets.UTF_8)));
        assertThatThrownBy(() -> hub.model(MODEL))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("must be JSON, got something else; HF_ENDPOINT must be the address of a hub");
        server.fault("revision", FakeHub.bytes("{}".getBytes(StandardCharsets.UTF_8)));
        assertThatThrownBy(() -> hub.model(MODEL)).hasMessageContaining("must name a commit, got none");
        assertThat(cache.resolve("models--org--tiny")).doesNotExist();
        assertThat(hub.model(MODEL)).isDirectory();
    }

    @Test
    void aFileThatIsListedAndNotThereIsNamed() {
        server.fault(WEIGHTS, FakeHub.status(404, "X-Error-Code", "EntryNotFound"));
        assertThatThrownBy(() -> hub().model(MODEL))
                .isInstanceOf(HubException.class)
                .hasMessage("model org/tiny: the hub lists " + WEIGHTS + " and does not send it (404)");
        assertThat(cache.resolve("models--org--tiny/refs/main")).doesNotExist();
    }

    @Test
    void fetchesTheChatTemplatesThatAModelHasBesides() throws IOException {
        server.with("additional_chat_templates/tool_use.jinja", "tools")
                .with("additional_chat_templates/deeper/other.jinja", "other")
                .with("chat_template.jinja", "plain");
        Path snapshot = hub().model(MODEL);
        assertThat(snapshot.resolve("additional_chat_templates/tool_use.jinja")).hasContent("tools");
        assertThat(snapshot.resolve("chat_template.jinja")).hasContent("plain");
        assertThat(names(snapshot.resolve("additional_chat_templates"))).containsExactly("tool_use.jinja");
    }

    @Test
    void aConnectionThatIsCutGoesOn() {
        server.fault(WEIGHTS, server.cut(WEIGHTS, 100_000)).fault(WEIGHTS, server.cut(WEIGHTS, 70_000));
        assertThat(hub().model(MODEL).resolve(WEIGHTS)).hasBinaryContent(server.content(WEIGHTS));
        assertThat(ranges()).hasSize(2);
    }

    @Test
    void aDownloadThatWasGivenUpGoesOnAtTheNextStart() throws IOException {
        server.fault(WEIGHTS, server.cut(WEIGHTS, 100_000));
        for (int cut = 0; cut < 4; cut++) {
            server.fault(WEIGHTS, server.cut(WEIGHTS, 0));
        }
        assertThatThrownBy(() -> hub().model(MODEL))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("was cut 4 times at byte")
                .hasMessageContaining("the next start goes on from there");
        Path blobs = cache.resolve("models--org--tiny/blobs");
        Path part = blobs.resolve(server.checksum(WEIGHTS) + ".poise.part");
        long left = Files.size(part);
        assertThat(left).isBetween(1L, 100_000L);
        assertThat(blobs.resolve(server.checksum(WEIGHTS))).doesNotExist();
        assertThat(cache.resolve("models--org--tiny/refs/main")).doesNotExist();
        server.requests.clear();
        assertThat(hub().model(MODEL).resolve(WEIGHTS)).hasBinaryContent(server.content(WEIGHTS));
        assertThat(ranges())
                .allMatch(range -> range.equals("bytes=" + left + "-"))
                .isNotEmpty();
        assertThat(part).doesNotExist();
    }

    @Test
    void aConnectionThatFallsSilentCountsAsCut() {
        server.fault(WEIGHTS, server.stall(WEIGHTS, 50_000));
        Hub hub = new Hub(server.settings(cache, ""), progress(), Duration.ofMillis(300));
        long start = System.nanoTime();
        assertThat(hub.model(MODEL).resolve(WEIGHTS)).hasBinaryContent(server.content(WEIGHTS));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(FakeHub.STALL.dividedBy(2));
    }

    @Test
    void aServerWithoutRangesSendsAllOfItAgain() {
        server.fault(WEIGHTS, server.cut(WEIGHTS, 100_000)).fault(WEIGHTS, server.whole(WEIGHTS));
        assertThat(hub().model(MODEL).resolve(WEIGHTS)).hasBinaryContent(server.content(WEIGHTS));
    }

    @Test
    void anotherFilesBytesAreNeverTaken() {
        byte[] other = server.content(WEIGHTS).clone();
        other[250_000] ^= 1;
        server.fault(WEIGHTS, FakeHub.bytes(other));
        assertThatThrownBy(() -> hub().model(MODEL))
                .isInstanceOf(HubException.class)
                .hasMessageContaining(WEIGHTS + " has other bytes than the hub lists: its SHA-256 must be "
                        + server.checksum(WEIGHTS));
        server.fault("tokenizer.json", FakeHub.bytes("{\"tokens\": 2}".getBytes(StandardCharsets.UTF_8)));
        assertThatThrownBy(() -> new Hub(server.settings(cache.resolve("b"), ""), progress()).model(MODEL))
                .hasMessageContaining("git's SHA-1 must be " + server.checksum("tokenizer.json"));
        server.fault(WEIGHTS, FakeHub.bytes(Arrays.copyOf(other, 300_001)));
        assertThatThrownBy(() -> hub().model(MODEL)).hasMessageContaining("must hold 300000 bytes");
        assertThat(cache.resolve("models--org--tiny/blobs").resolve(server.checksum(WEIGHTS)))
                .doesNotExist();
        assertThat(hub().model(MODEL).resolve(WEIGHTS)).hasBinaryContent(server.content(WEIGHTS));
    }

    @Test
    void whatIsNotAsLongAsItShouldBeIsFetchedAnew() throws IOException {
        Path weights = hub().model(MODEL).resolve(WEIGHTS);
        Path blob = cache.resolve("models--org--tiny/blobs").resolve(server.checksum(WEIGHTS));
        for (int length : List.of(0, 299_999, 300_001)) {
            Files.write(blob, new byte[length]);
            assertThat(hub().model(MODEL).resolve(WEIGHTS)).hasBinaryContent(server.content(WEIGHTS));
        }
        // Where links cannot be made, the content itself stands in the snapshot.
        Files.delete(weights);
        Files.write(weights, new byte[299_999]);
        assertThat(hub().model(MODEL).resolve(WEIGHTS)).hasBinaryContent(server.content(WEIGHTS));
    }

    @Test
    void aPartThatWasSpoiltIsFetchedAnew() throws IOException {
        Path blobs = Files.createDirectories(cache.resolve("models--org--tiny/blobs"));
        Files.write(blobs.resolve(server.checksum(WEIGHTS) + ".poise.part"), new byte[120_000]);
        assertThat(hub().model(MODEL).resolve(WEIGHTS)).hasBinaryContent(server.content(WEIGHTS));
        assertThat(ranges()).containsExactly("bytes=120000-");
        Path longer = Files.write(blobs.resolve(server.checksum(WEIGHTS) + ".poise.part"), new byte[400_000]);
        Files.delete(blobs.resolve(server.checksum(WEIGHTS)));
        assertThat(hub().model(MODEL).resolve(WEIGHTS)).hasBinaryContent(server.content(WEIGHTS));
        assertThat(longer).doesNotExist();
    }

    @Test
    void theTokenStaysWithTheHub() {
        hub("secret").model(MODEL);
        assertThat(server.requests)
                .contains(
                        "localhost /org/tiny/resolve/" + FakeHub.COMMIT + "/" + WEIGHTS + " Bearer secret",
                        "127.0.0.1 /large/x/" + WEIGHTS)
                .allMatch(request -> request.startsWith("localhost ") == request.endsWith(" Bearer secret"));
        assertThat(server.settings(cache, "secret").toString()).doesNotContain("secret");
    }

    @Test
    void twoAtOnceFetchEveryFileOnce() throws ExecutionException, InterruptedException {
        try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Path> one = both.submit(() -> hub().model(MODEL));
            Future<Path> other = both.submit(() -> hub().model(MODEL));
            assertThat(one.get()).isEqualTo(other.get());
        }
        assertThat(server.requests)
                .filteredOn(request -> request.contains("/large/"))
                .hasSize(1);
    }

    @Test
    void aRevisionMayHoldSlashes() {
        server.with("default/train/0000.parquet", random(200)).with("default/test/0000.parquet", random(210));
        HubId converted =
                HubId.dataset("hf:org/tiny@refs/convert/parquet/default#test").orElseThrow();
        assertThat(hub().dataset(converted, HubTest::isRows)).singleElement().satisfies(file -> assertThat(file)
                .hasBinaryContent(server.content("default/test/0000.parquet")));
        assertThat(server.requests).contains("localhost /api/datasets/org/tiny/revision/refs%2Fconvert%2Fparquet");
        assertThat(cache.resolve("datasets--org--tiny/refs/refs/convert/parquet"))
                .hasContent(FakeHub.COMMIT);
    }

    @Test
    void fetchesTheFilesOfASplit() {
        server.with("data/train-00000-of-00002.parquet", random(200))
                .with("data/train-00001-of-00002.parquet", random(210))
                .with("data/test-00000-of-00001.parquet", random(220));
        HubId all = HubId.dataset("hf:org/tiny").orElseThrow();
        List<Path> train = hub().dataset(all, HubTest::isRows);
        Path snapshot = cache.resolve("datasets--org--tiny/snapshots/" + FakeHub.COMMIT);
        assertThat(train)
                .containsExactly(
                        snapshot.resolve("data/train-00000-of-00002.parquet"),
                        snapshot.resolve("data/train-00001-of-00002.parquet"))
                .allMatch(Files::isRegularFile);
        assertThat(snapshot.resolve("data/test-00000-of-00001.parquet")).doesNotExist();
        Hub offline =
                new Hub(new HubSettings(URI.create("http://localhost:1"), cache, Optional.empty(), true), progress());
        assertThat(offline.dataset(all, HubTest::isRows)).isEqualTo(train);
        try {
            Files.delete(train.getLast());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThatThrownBy(() -> offline.dataset(all, HubTest::isRows))
                .hasMessageContaining("the copy in the cache holds 1 of 2 files");
    }

    private static boolean isRows(String name) {
        return name.endsWith(".parquet");
    }

    private Hub hub() {
        return hub("");
    }

    private Hub hub(String token) {
        return new Hub(server.settings(cache, token), progress(), Duration.ofSeconds(3));
    }

    private String endpoint() {
        return server.settings(cache, "").endpoint().toString();
    }

    private HubProgress progress() {
        return new HubProgress() {
            @Override
            public void note(String line) {
                notes.add(line);
            }

            @Override
            public void received(String file, long done, long total) {
                assertThat(done).isBetween(1L, total);
            }
        };
    }

    /// What was asked for of contents that had come in part.
    private List<String> ranges() {
        return server.requests.stream()
                .filter(request -> request.contains("/large/") && request.contains("bytes="))
                .map(request -> request.replaceAll(".*(bytes=\\d+-).*", "$1"))
                .toList();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new SplittableRandom(size).nextBytes(bytes);
        return bytes;
    }
}

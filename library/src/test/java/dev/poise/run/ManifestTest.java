package dev.poise.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.run.Manifest.DataFile;
import dev.poise.run.Manifest.Status;
import dev.poise.run.Manifest.Template;
import dev.poise.run.Manifest.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManifestTest {

    private static final Manifest STARTED = new Manifest(
            "0.1.0",
            "4f0c1d2",
            "preference",
            42,
            List.of(new DataFile("pairs.jsonl", "ab12", 2312)),
            new Weights("models/tiny", "cd34"),
            new Weights("models/tiny-sft", "ef56"),
            List.of(
                    new Template("model:default", "models/tiny/chat_template.jinja", "0a1b"),
                    new Template("chatml", null, "2c3d")),
            new TreeMap<>(Map.of("libtorch", "2.10.0", "jackson", "3.2.4")),
            new Machine("25+36", "Linux", "CPU", 2, 1, "cpu"),
            Instant.parse("2026-01-02T03:04:05Z"),
            null,
            Status.RUNNING,
            null,
            0,
            null);

    @TempDir
    private Path directory;

    @Test
    void readsWhatItWroteThroughoutARunsLife() throws IOException {
        Path file = directory.resolve("manifest.json");
        Instant later = Instant.parse("2026-01-02T04:00:00.5Z");
        for (Manifest manifest : List.of(
                STARTED,
                STARTED.stopped(later, "loss must be finite, got NaN"),
                STARTED.stopped(later, "interrupted").resumedOnce(),
                STARTED.resumedOnce().done(later, null, null),
                STARTED.done(later, "stopped by mass_drop", new Manifest.Monitoring(8, 2, 1)))) {
            manifest.writeTo(file);
            assertThat(Manifest.read(file)).isEqualTo(manifest);
        }
    }

    @Test
    void keysAreInSnakeCaseAndTimesInIso() throws IOException {
        Path file = directory.resolve("manifest.json");
        STARTED.writeTo(file);
        assertThat(file)
                .content()
                .contains("\"code_revision\" : \"4f0c1d2\"")
                .contains("\"started\" : \"2026-01-02T03:04:05Z\"")
                .contains("\"ended\" : null")
                .contains("\"status\" : \"RUNNING\"");
    }

    @Test
    void resumingCountsAndForgetsTheEnd() {
        Manifest resumed =
                STARTED.stopped(Instant.EPOCH, "killed").resumedOnce().resumedOnce();
        assertThat(resumed.resumed()).isEqualTo(2);
        assertThat(resumed.ended()).isNull();
        assertThat(resumed.reason()).isNull();
        assertThat(resumed.status()).isEqualTo(Status.RUNNING);
        assertThat(resumed.started()).isEqualTo(STARTED.started());
    }

    @Test
    void whatIsNoManifestIsRefusedWithItsFile() throws IOException {
        Path file = directory.resolve("manifest.json");
        for (String bad : List.of("{\"poise\": ", "[]", "{\"seed\": \"x\"}", "{}", "null")) {
            Files.writeString(file, bad);
            assertThatThrownBy(() -> Manifest.read(file))
                    .as(bad)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file + " must be a Manifest in JSON");
        }
    }

    @Test
    void manifestsOfEarlierVersionsNameNoChatTemplate() throws IOException {
        Path file = directory.resolve("manifest.json");
        STARTED.writeTo(file);
        String text = Files.readString(file);
        String earlier = text.replaceFirst("(?s)\"chat_templates\" : \\[.*?\\],", "");
        assertThat(earlier).isNotEqualTo(text);
        Files.writeString(file, earlier);
        assertThat(Manifest.read(file).chatTemplates()).isNull();
        assertThat(Manifest.read(file).data()).isEqualTo(STARTED.data());
    }

    @Test
    void theMachineIsDescribed() throws IOException {
        Machine here = Machine.here(3, "cpu");
        assertThat(here.jdk()).startsWith(Runtime.version().toString());
        assertThat(here.cpu()).isNotBlank();
        assertThat(here.cores()).isPositive();
        assertThat(here.threads()).isEqualTo(3);
    }
}

package dev.poise.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ReportTest {

    /// Left behind to be looked at.
    @Test
    void writesOneCompleteFile() throws IOException {
        Path page = Report.write(SyntheticRun.write(Path.of("target", "example-run"), 200));
        String html = Files.readString(page);
        assertThat(page).isEqualTo(Path.of("target", "example-run", "report.html"));
        assertThat(html)
                .startsWith("<!doctype html>")
                .contains("Apache License")
                .doesNotContain("{{");
        assertThat(html)
                .doesNotContainPattern("(?i)(src|href)\\s*=\\s*[\"']?https?:")
                .doesNotContain("@import");
        assertThat(html.length()).isBetween(600_000, 1_100_000);
        assertThat(page.resolveSibling("report.html.tmp")).doesNotExist();
    }

    @Test
    void textFromTheRunCannotBreakOut(@TempDir Path run) throws IOException {
        String attack = "</script><img src=x onerror=alert(1)><!-- <script> {{script}} $1 \\ \u2028 \ud83d";
        Files.writeString(
                run.resolve("samples.jsonl"),
                JsonMapper.shared()
                        .writeValueAsString(JsonMapper.shared()
                                .createObjectNode()
                                .put("step", 0)
                                .put("prompt", attack)
                                .put("completion", attack))
                        .replace("\ud83d", "\\ud83d"));
        Files.writeString(run.resolve("recipe.yaml"), "model: " + attack.replace("\ud83d", ""));
        String html = Files.readString(Report.write(run));
        // The charts' own code is left out: it may hold anything that its policy hash vouches for.
        String ours = html.substring(0, html.indexOf("<script>")) + html.substring(html.lastIndexOf("<script>"));
        assertThat(ours.split("</script>", -1)).hasSize(3);
        assertThat(ours).doesNotContain("<img").doesNotContain("<!--");
        assertThat(html.split("</script>", -1)).hasSize(4);
        JsonNode data = JsonMapper.shared().readTree(embedded(html));
        assertThat(data.at("/samples/0/prompt").asString()).isEqualTo(attack.replace("\ud83d", "?"));
        assertThat(data.at("/recipe").asString()).isEqualTo("model: " + attack.replace("\ud83d", ""));
    }

    @Test
    void embedsWhatWasRead() throws IOException {
        Path run = SyntheticRun.write(Path.of("target", "example-run"), 200);
        JsonNode data = JsonMapper.shared().readTree(embedded(Files.readString(Report.write(run))));
        assertThat(data)
                .isEqualTo(JsonMapper.shared().readTree(JsonMapper.shared().writeValueAsString(ReportData.read(run))));
        assertThat(data.at("/title").asString()).isEqualTo("Happier stories with DPO");
        assertThat(data.at("/curves/1/name").asString()).isEqualTo("loss");
    }

    @Test
    void thePolicyNamesTheScriptsOfThePageAndNothingElse(@TempDir Path run) throws IOException {
        String html = Files.readString(Report.write(run));
        assertThat(html)
                .containsPattern("default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
                        + "script-src 'sha256-[\\w+/=]{44}' 'sha256-[\\w+/=]{44}'\"");
    }

    @Test
    void aHundredThousandLinesMakeASmallPage(@TempDir Path run) throws IOException {
        Files.write(run.resolve("metrics.jsonl"), SyntheticRun.noise(100_000));
        Instant start = Instant.now();
        Path page = Report.write(run);
        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(60));
        assertThat(Files.size(page)).isLessThan(2_000_000);
    }

    @Test
    void refusesWhatIsNoRunDirectory(@TempDir Path directory) {
        assertThatThrownBy(() -> Report.write(directory.resolve("none")))
                .isInstanceOf(NotDirectoryException.class)
                .hasMessage(directory.resolve("none") + " must be a run directory, got none");
    }

    private static String embedded(String html) {
        String opening = "<script type=\"application/json\" id=\"data\">";
        int start = html.indexOf(opening) + opening.length();
        return html.substring(start, html.indexOf("</script>", start));
    }
}

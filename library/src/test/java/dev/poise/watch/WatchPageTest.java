package dev.poise.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.run.PairMoves;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/// The page in a real browser.
final class WatchPageTest {

    private static final String LOSS = "[data-chart=Loss]";

    @TempDir
    private Path root;

    // A browser that is ending may still write to it.
    @TempDir(cleanup = CleanupMode.NEVER)
    private Path profile;

    private Path write(String name, int from, int to, double scale) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int step = from; step <= to; step++) {
            lines.append("{\"step\":")
                    .append(step)
                    .append(",\"loss\":")
                    .append(scale / step)
                    .append("}\n");
        }
        Path run = Files.createDirectories(root.resolve(name));
        return Files.writeString(
                run.resolve("metrics.jsonl"), lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String lines() {
        // A drawn line is a path without filling, in a run's colour.
        return "[...document.querySelectorAll('" + LOSS + " path')]"
                + ".filter(path => (path.getAttribute('stroke') ?? '').startsWith('var(--run-')).length";
    }

    @Test
    void runsAreShownFollowedReadAndHidden() throws Exception {
        write("first", 1, 40, 1);
        write("<img src=x onerror=alert(1)>", 1, 20, 2);
        try (WatchServer server = WatchServer.start(root, InetAddress.getLoopbackAddress(), 0, null);
                Browser browser = new Browser(profile, server.uri())) {
            browser.await("document.querySelectorAll('#runs input').length === 2");
            browser.await(lines() + " === 2");
            assertThat(browser.value("document.title").asString()).endsWith("Poise");
            // A run's name is text.
            assertThat(browser.value("document.querySelectorAll('img').length").asInt())
                    .isZero();

            // Pointing reads a step of every run.
            browser.hover(LOSS, 0.3, 0.5);
            browser.await("[...document.querySelectorAll('.tip')].some(tip => tip.textContent.includes('first'))");

            // So do arrow keys, and what they read is spoken.
            browser.value("document.querySelector('" + LOSS + "').focus()");
            browser.press("Home");
            browser.await("document.querySelector('#spoken').textContent.includes('Loss, step 1: ')");
            browser.press("ArrowRight");
            browser.await("document.querySelector('#spoken').textContent.includes('step 2: ')");
            assertThat(browser.value("document.querySelector('#spoken').textContent")
                            .asString())
                    .contains("first 0.5");

            // A run that goes on is followed.
            write("first", 41, 60, 1);
            browser.await("document.querySelector('#runs').textContent.includes('step 60')");

            // A new one appears, a hidden one goes, a deleted one is dropped.
            write("second", 1, 5, 3);
            browser.await(lines() + " === 3");
            browser.click("#runs input[data-run=first]");
            browser.await(lines() + " === 2");
            browser.click("#runs input[data-run=first]");
            browser.await(lines() + " === 3");
            Files.delete(root.resolve("second/metrics.jsonl"));
            Files.delete(root.resolve("second"));
            browser.await(lines() + " === 2");
        }
    }

    @Test
    void saysSoWhenTheServerIsGone() throws Exception {
        write("first", 1, 40, 1);
        WatchServer server = WatchServer.start(root, InetAddress.getLoopbackAddress(), 0, "a-token");
        try (server;
                Browser browser = new Browser(profile, server.uri())) {
            browser.await(lines() + " === 1");
            server.close();
            browser.await("document.querySelector('#state').classList.contains('lost')");
            assertThat(browser.value(lines()).asInt()).isEqualTo(1);
        }
    }

    /// P_win is 0.9 − 0.2 (x + 2)² over the likelihood x of chosen answers: the parabola is exact and turns at −2.
    @Test
    void likelihoodIsHeldAgainstTheWinRateAndPairsAreRanked() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int step = 0; step <= 10; step++) {
            double chosen = -1 - 0.2 * step;
            lines.append(String.format(
                    Locale.ROOT,
                    "{\"step\":%d,\"monitor/logps_mean/chosen\":%.3f,\"monitor/logps_mean/rejected\":%.3f,"
                            + "\"monitor/own/win\":%.6f}\n",
                    10 * step,
                    chosen,
                    1.3 * chosen,
                    0.9 - 0.2 * (chosen + 2) * (chosen + 2)));
        }
        Path run = Files.createDirectories(root.resolve("run"));
        Files.writeString(run.resolve("metrics.jsonl"), lines);
        new PairMoves(
                        100,
                        List.of(
                                new PairMoves.Pair("data.jsonl:3", "<b>once</b>", -0.5, -0.7),
                                new PairMoves.Pair("data.jsonl:9", "twice", 1.5, -2.5)))
                .write(run.resolve("pairs.json"));
        try (WatchServer server = WatchServer.start(root, InetAddress.getLoopbackAddress(), 0, null);
                Browser browser = new Browser(profile, server.uri())) {
            browser.await("document.querySelectorAll('#moved tbody tr').length === 2");

            assertThat(browser.value("document.querySelector('#worth-fit').textContent")
                            .asString())
                    .isEqualTo(
                            "A parabola (dashed) leaves 100 % less error than a line (dotted) and turns down at −2.");
            assertThat(browser.value("document.querySelector('#moved tbody tr').textContent")
                            .asString())
                    .startsWith("data.jsonl:9…twice")
                    .contains("+1.5")
                    .contains("−2.5");
            assertThat(browser.value("document.querySelectorAll('#moved b').length")
                            .asInt())
                    .isZero();
            assertThat(browser.value("document.querySelectorAll('#plane-plot svg path').length > 3")
                            .asBoolean())
                    .isTrue();
        }
    }

    /// A redraw of everything is what hiding a run costs.
    @Test
    void tenRunsOfAHundredThousandPointsStaySmooth() throws Exception {
        for (int run = 0; run < 10; run++) {
            write("run-" + run, 1, 100_000, run + 1);
        }
        try (WatchServer server = WatchServer.start(root, InetAddress.getLoopbackAddress(), 0, null);
                Browser browser = new Browser(profile, server.uri())) {
            browser.await(lines() + " === 10");

            double milliseconds = browser.value(
                            "(() => { const times = [...Array(9)].map(() => { const start = performance.now(); draw();"
                                    + " document.body.offsetHeight; return performance.now() - start; });"
                                    + " return times.sort((a, b) => a - b)[4]; })()")
                    .asDouble();

            // Half a second on a machine that does much else; without thinning it is many seconds.
            assertThat(milliseconds).isBetween(0.1, 500.0);
        }
    }
}

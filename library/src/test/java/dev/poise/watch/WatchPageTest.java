package dev.poise.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
}

package dev.poise.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.monitor.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

final class ReportDataTest {

    @TempDir
    private Path run;

    @Test
    void anEmptyDirectoryIsAnEmptyReport() throws IOException {
        ReportData data = ReportData.read(run);
        assertThat(data.title()).isEqualTo("Run " + run.getFileName());
        assertThat(data.curves()).isEmpty();
        assertThat(data.figures()).isEmpty();
        assertThat(data.problems()).isEmpty();
        assertThat(data.recipe()).isNull();
    }

    @Test
    void aCutLastLineIsLeftOutAndNamed() throws IOException {
        write("metrics.jsonl", "{\"step\":1,\"loss\":0.7}", "{\"step\":2,\"loss\":0.5}", "{\"step\":3,\"lo");
        ReportData data = ReportData.read(run);
        assertThat(data.curves().getFirst().steps()).containsExactly(1, 2);
        assertThat(data.curves().getFirst().values()).containsExactly(0.7, 0.5);
        assertThat(data.problems()).containsExactly("metrics.jsonl:3 is cut off; it is left out");
    }

    @Test
    void brokenLinesAreNamedButNotAllOfThem() throws IOException {
        write("metrics.jsonl", "1", "[", "x", "{}}", "{\"step\":\"a\"}", "", "{\"step\":4,\"loss\":2,\"note\":\"b\"}");
        ReportData data = ReportData.read(run);
        assertThat(data.problems())
                .containsExactly(
                        "metrics.jsonl:1 must be a JSON object, got something else; it is left out",
                        "metrics.jsonl:2 must be a JSON object, got something else; it is left out",
                        "metrics.jsonl:3 must be a JSON object, got something else; it is left out",
                        "metrics.jsonl has 1 more such lines",
                        "metrics.jsonl has 1 lines without a step; they are left out");
        assertThat(data.curves()).extracting(Curve::name).containsExactly("loss");
    }

    @Test
    void aResumedRunRewindsToWhereItTookUp() throws IOException {
        write(
                "metrics.jsonl",
                "{\"step\":10,\"loss\":0.7,\"eval_loss\":0.71}",
                "{\"step\":20,\"loss\":0.6}",
                "{\"step\":30,\"loss\":0.5}",
                "{\"step\":20,\"loss\":0.61}");
        List<Curve> curves = ReportData.read(run).curves();
        assertThat(curves.getFirst().steps()).containsExactly(10, 20);
        assertThat(curves.getFirst().values()).containsExactly(0.7, 0.61);
        assertThat(curves.getLast().steps()).containsExactly(10);
    }

    @Test
    void valuesThatAreNotFiniteAreAFinding() throws IOException {
        write("metrics.jsonl", "{\"step\":1,\"loss\":0.7}", "{\"step\":2,\"loss\":NaN}", "{\"step\":3,\"loss\":NaN}");
        ReportData data = ReportData.read(run);
        assertThat(data.findings())
                .containsExactly(new Finding(
                        "Not a number", "loss was not finite at step 2: nothing measured after it can be trusted."));
        assertThat(data.curves().getFirst().values()).containsExactly(0.7);
    }

    /// Events are lines of their own: told in order, once, rewound by a resumed run, and never a curve.
    @Test
    void eventsAreToldApartFromNumbers() throws IOException {
        Event bend = new Event(40, Event.Kind.ALARM, "bend", 30, "Bend", "it fell", "too fast", "slow down");
        Event stop = new Event(60, Event.Kind.STOP, "bend", 60, "Stopped", "the end", "", "");
        write(
                "metrics.jsonl",
                "{\"step\":20,\"monitor/mass_top\":0.9}",
                line(bend),
                line(stop),
                "{\"step\":40,\"event\":\"premonition\",\"name\":\"later\"}",
                line(bend),
                "{\"step\":60,\"monitor/mass_top\":\"NaN\"}");
        ReportData data = ReportData.read(run);
        assertThat(data.events()).containsExactly(bend);
        assertThat(data.curves()).extracting(Curve::name).containsExactly("monitor/mass_top");
        assertThat(data.findings()).extracting(Finding::title).containsExactly("Not a number");
        assertThat(data.problems())
                .containsExactly("metrics.jsonl has 1 events of another version of Poise; they are left out");
    }

    private static String line(Event event) {
        return JsonMapper.shared()
                .writeValueAsString(event.values())
                .replaceFirst("\\{", "{\"step\":" + event.step() + ",");
    }

    @Test
    void theHeadPrefersHeldOutNumbers() throws IOException {
        write(
                "metrics.jsonl",
                "{\"step\":1,\"loss\":0.7,\"rewards/margins\":1.5,\"pairs_per_second\":30,\"num_tokens\":100}",
                "{\"step\":2,\"loss\":0.5,\"rewards/margins\":2.5,\"pairs_per_second\":10,\"num_tokens\":250}",
                "{\"step\":2,\"eval_loss\":0.6}");
        assertThat(ReportData.read(run).figures())
                .containsExactly(
                        new Figure("Loss", 0.6, null, null, null, "", "held out, step 2"),
                        new Figure("Reward margin", 2.5, null, null, null, "", "training, last value"),
                        new Figure("Pairs per second", 20, null, null, null, "", "median over the run"),
                        new Figure("Tokens", 250, null, null, null, "", "seen in training"));
    }

    @Test
    void resultsComeFirstAndBadOnesAreLeftOut() throws IOException {
        write("results.json", """
                {"title":"T","tables":[{"name":"t","figures":[{"name":"win","value":0.8,"low":0.7,"high":0.9,"n":50,"unit":"share"},
                 {"name":"bad","value":NaN},{"name":"bare","value":3}]}],"notes":["one",2,"three"]}""");
        ReportData data = ReportData.read(run);
        assertThat(data.title()).isEqualTo("T");
        assertThat(data.notes()).containsExactly("one", "three");
        assertThat(data.figures())
                .containsExactly(
                        new Figure("win", 0.8, 0.7, 0.9, 50L, "share", ""),
                        new Figure("bare", 3, null, null, null, "", ""));
    }

    @Test
    void manifestIsFlattenedAndQuarantineCounted() throws IOException {
        write("manifest.json", "{\"a\":{\"b\":\"x\",\"c\":{\"d\":2}},\"e\":[1,2],\"f\":null}");
        write("quarantine.jsonl", "{\"reason\":\"long\"}", "{\"reason\":\"empty\"}", "{\"reason\":\"empty\"}", "{}");
        write("results.json", "{\"title\":");
        ReportData data = ReportData.read(run);
        assertThat(data.manifest())
                .containsExactly(
                        Map.entry("a.b", "x"),
                        Map.entry("a.c.d", "2"),
                        Map.entry("e", "[1,2]"),
                        Map.entry("f", "null"));
        assertThat(data.quarantine())
                .containsExactly(Map.entry("empty", 2L), Map.entry("long", 1L), Map.entry("no reason given", 1L));
        assertThat(data.problems())
                .containsExactly("results.json must be a JSON object, got something else; it is left out");
    }

    @Test
    void samplesAreGroupedByPrompt() throws IOException {
        write(
                "samples.jsonl",
                "{\"step\":0,\"prompt\":\"p\",\"completion\":\"a\",\"reward\":0.5}",
                "{\"step\":0,\"prompt\":\"q\",\"completion\":\"b\"}",
                "{\"step\":9,\"prompt\":\"p\",\"completion\":\"c\",\"reward\":-1}");
        assertThat(ReportData.read(run).samples())
                .containsExactly(
                        new PromptSamples(
                                "p",
                                List.of(
                                        new PromptSamples.Completion(0, "a", 0.5),
                                        new PromptSamples.Completion(9, "c", -1.0))),
                        new PromptSamples("q", List.of(new PromptSamples.Completion(0, "b", null))));
    }

    @Test
    void longCurvesAreThinned() throws IOException {
        Files.write(run.resolve("metrics.jsonl"), SyntheticRun.noise(5000));
        Curve loss = ReportData.read(run).curves().getFirst();
        assertThat(loss.name()).isEqualTo("loss");
        assertThat(loss.values()).hasSize(1000);
        assertThat(loss.logged()).isEqualTo(5000);
        assertThat(loss.steps()).startsWith(1).endsWith(5000);
    }

    private void write(String file, String... lines) throws IOException {
        Files.writeString(run.resolve(file), String.join("\n", lines));
    }
}

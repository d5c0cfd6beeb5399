package dev.poise.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.monitor.Event;
import dev.poise.run.AtomicWrite;
import dev.poise.run.Manifest;
import dev.poise.run.MetricLine;
import dev.poise.run.Metrics;
import dev.poise.run.PairMoves;
import dev.poise.run.Recipe;
import dev.poise.run.RecipeOverride;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sampler;
import dev.poise.sample.TextSample;
import dev.poise.sample.TextSampler;
import dev.poise.tokenize.RealData;
import dev.poise.tokenize.SequenceTokenizer;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Precision;
import dev.poise.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

final class MonitorsTest {

    private static final Path MODEL = Path.of("src/test/resources/models/tiny-llama-chat");
    private static final Path PAIRS = Path.of("src/test/resources/golden/trl-pairs.jsonl");

    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();

    /// Looking changes no weight by a bit, however often, and no metric of training.
    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"FLOAT32", "BFLOAT16"})
    void lookingMovesNothing(Precision precision) throws IOException {
        List<String> settings = List.of(
                "train.max_steps=8",
                "train.learning_rate=1e-3",
                "data.evaluate=0.2",
                "log.every=1",
                "sample.every=4",
                "sample.prompts=2",
                "sample.temperature=1",
                "train.precision=" + precision.name().toLowerCase(Locale.ROOT));
        run("without", settings, "monitor.every=0");
        run("with", settings, "monitor.every=1", "monitor.generate={every: 1, prompts: 3, max_new_tokens: 8}");
        assertThat(folder.resolve("with/model/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("without/model/model.safetensors"));
        assertThat(folder.resolve("with/samples.jsonl"))
                .hasSameTextualContentAs(folder.resolve("without/samples.jsonl"));
        assertThat(lines("with", "loss").stream().map(line -> line.number("loss")))
                .isEqualTo(lines("without", "loss").stream()
                        .map(line -> line.number("loss"))
                        .toList());
        assertThat(lines("with", "monitor/mass_top")).hasSize(9);
        assertThat(lines("with", "monitor/own/kl_k3")).hasSize(9);
        assertThat(lines("without", "monitor/mass_top")).isEmpty();
    }

    /// At step 0 everything is its baseline; afterwards the readings are those of the run's own evaluation.
    @Test
    void readingsAgreeWithTheEvaluation() throws IOException {
        run(
                "run",
                List.of("train.max_steps=6", "train.learning_rate=1e-3", "data.evaluate=0.2"),
                "monitor.generate={every: 3, prompts: 3, max_new_tokens: 8}");
        MetricLine first = lines("run", "monitor/margin").getFirst();
        assertThat(first.number("monitor/margin").orElseThrow()).isBetween(-1e-3, 1e-3);
        assertThat(first.number("monitor/displaced")).hasValue(0);
        assertThat(first.number("monitor/weight_left").orElseThrow()).isBetween(0.9999, 1.0001);
        assertThat(first.number("monitor/own/kl_k1")).hasValue(0);
        assertThat(first.number("monitor/own/unchanged")).hasValue(1);
        MetricLine last = lines("run", "monitor/margin").getLast();
        MetricLine evaluation = lines("run", "eval_loss").getLast();
        assertThat(last.step()).isEqualTo(6).isEqualTo(evaluation.step());
        assertThat(last.number("monitor/logps/chosen").orElseThrow())
                .isCloseTo(evaluation.number("eval_logps/chosen").orElseThrow(), within(1e-3));
        assertThat(last.number("monitor/margin").orElseThrow())
                .isCloseTo(evaluation.number("eval_rewards/margins").orElseThrow() / 0.1, within(1e-2));
        assertThat(last.number("monitor/own/kl_k3").orElseThrow()).isPositive();
        Manifest.Monitoring cost = Optional.ofNullable(
                        Manifest.read(folder.resolve("run/manifest.json")).monitoring())
                .orElseThrow();
        assertThat(cost.heldOutSeconds()).isPositive();
        assertThat(cost.ownShare()).isEqualTo(cost.ownSeconds() / cost.trainingSeconds());
    }

    /// The judge's readings start at a draw, and the pairs' own moves have the mean that the metrics have.
    @Test
    void ownAnswersAreJudgedAgainstTheStartAndPairsAreNamed() throws IOException {
        run(
                "judged",
                List.of("train.max_steps=6", "train.learning_rate=3e-3", "data.evaluate=0.2"),
                "monitor.every=3",
                "monitor.generate={every: 3, prompts: 3, max_new_tokens: 8, reward: [length:characters:longest]}");
        List<MetricLine> lines = lines("judged", "monitor/own/win");
        assertThat(lines).hasSize(3);
        assertThat(lines.getFirst().number("monitor/own/win")).hasValue(0.5);
        assertThat(lines.getFirst().number("monitor/own/reward").orElseThrow()).isPositive();
        assertThat(lines.getLast().number("monitor/own/win").orElseThrow()).isNotEqualTo(0.5);

        PairMoves moves = PairMoves.read(folder.resolve("judged/pairs.json"));
        MetricLine last = lines("judged", "monitor/change/chosen").getLast();
        assertThat(moves.step()).isEqualTo(6);
        assertThat(moves.pairs()).isNotEmpty().allSatisfy(pair -> assertThat(pair.source())
                .matches(".+:\\d+"));
        assertThat(moves.pairs().stream()
                        .mapToDouble(PairMoves.Pair::chosen)
                        .average()
                        .orElseThrow())
                .isCloseTo(last.number("monitor/change/chosen").orElseThrow(), within(1e-9));
        assertThat(moves.pairs().stream()
                        .mapToDouble(PairMoves.Pair::rejected)
                        .average()
                        .orElseThrow())
                .isCloseTo(last.number("monitor/change/rejected").orElseThrow(), within(1e-9));
        PairMoves.Pair furthest = moves.furthest(1).pairs().getFirst();
        assertThat(moves.pairs()).allSatisfy(pair -> assertThat(Math.abs(pair.chosen()) + Math.abs(pair.rejected()))
                .isLessThanOrEqualTo(Math.abs(furthest.chosen()) + Math.abs(furthest.rejected())));
    }

    @Test
    void aJudgeThatThereIsNotIsRefusedBeforeAnyWork() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run(
                        "unknown",
                        List.of("train.max_steps=6", "data.evaluate=0.2"),
                        "monitor.generate={every: 3, prompts: 3, max_new_tokens: 8, reward: [niceness]}"))
                .withMessageContaining("niceness")
                .withMessageContaining("legal:");
        assertThat(folder.resolve("unknown")).doesNotExist();
    }

    /// The same draws at every step: a policy that stands still answers as it did.
    @Test
    void aPolicyThatStandsStillAnswersAsBefore() throws IOException {
        run(
                "still",
                List.of("train.max_steps=2", "train.learning_rate=1e-12", "data.evaluate=0.2"),
                "monitor.generate={every: 1, prompts: 3, max_new_tokens: 8}");
        List<MetricLine> lines = lines("still", "monitor/own/unchanged");
        assertThat(lines).hasSize(3);
        assertThat(lines.getLast().number("monitor/own/unchanged")).hasValue(1);
    }

    @Test
    void aStopRuleEndsTheRunWhereItsAlarmSpeaks() throws IOException {
        Training.Outcome outcome = run(
                "run",
                List.of("train.max_steps=40", "train.learning_rate=3e-3", "data.evaluate=0.2", "log.every=7"),
                "monitor.every=2",
                "monitor.alarms.threshold={metric: monitor/margin, above: 5}",
                "monitor.stop=[threshold]");
        assertThat(outcome.steps()).isLessThan(40).isEven();
        assertThat(outcome.stopped()).startsWith("the run ends after step " + outcome.steps() + " by monitor.stop");
        MetricLine line = lines("run", "monitor/margin").getLast();
        assertThat(line.step()).isEqualTo(outcome.steps());
        assertThat(line.number("monitor/margin").orElseThrow()).isGreaterThan(5);
        assertThat(Manifest.read(folder.resolve("run/manifest.json")))
                .satisfies(manifest -> assertThat(manifest.status()).isEqualTo(Manifest.Status.DONE))
                .satisfies(manifest -> assertThat(manifest.reason()).isEqualTo(outcome.stopped()));
        assertThat(lines("run", "loss").getLast().step())
                .as("the unfinished interval")
                .isEqualTo(outcome.steps());
        assertThat(notes).anyMatch(note -> note.startsWith("stop: step " + outcome.steps()));
        assertThat(run(
                        "run",
                        true,
                        List.of(
                                "train.max_steps=40",
                                "train.learning_rate=3e-3",
                                "data.evaluate=0.2",
                                "log.every=7",
                                "monitor.every=2",
                                "monitor.alarms.threshold={metric: monitor/margin, above: 5}",
                                "monitor.stop=[threshold]")))
                .usingRecursiveComparison()
                .ignoringFields("referenceSeconds")
                .isEqualTo(outcome);
    }

    /// The governor's weight reaches the loss: another weight from the start of the run is another policy.
    @Test
    void theGovernorMovesTheWeightThatTrainingUses() throws IOException {
        List<String> settings = List.of(
                "train.max_steps=8",
                "train.learning_rate=2e-3",
                "data.evaluate=0.2",
                "objective=[{type: dpo, beta: 0.1}, {type: mle, weight: 0.2}]",
                "monitor.every=1");
        run("governed", settings, "monitor.governor={term: 1, gain: 20, lag: 1}");
        run("fixed", settings);
        List<MetricLine> weights = lines("governed", "monitor/weight");
        assertThat(weights.getFirst().number("monitor/weight")).hasValue(0.2);
        assertThat(weights.getLast().number("monitor/weight").orElseThrow()).isNotEqualTo(0.2);
        assertThat(events("governed")).extracting(Event::kind).contains(Event.Kind.GOVERNOR);
        assertThat(Files.mismatch(
                        folder.resolve("governed/model/model.safetensors"),
                        folder.resolve("fixed/model/model.safetensors")))
                .isNotEqualTo(-1);
    }

    @Test
    void theBestPolicyByAMonitorIsKept() throws IOException {
        run(
                "run",
                List.of("train.max_steps=8", "train.learning_rate=3e-3", "data.evaluate=0.2", "checkpoint.keep=1"),
                "monitor.every=2",
                "checkpoint.best=monitor/logps_mean/chosen",
                "checkpoint.better=larger");
        List<MetricLine> lines = lines("run", "monitor/logps_mean/chosen");
        MetricLine best = lines.stream()
                .filter(line -> line.step() > 0)
                .max(Comparator.comparing(
                        line -> line.number("monitor/logps_mean/chosen").orElseThrow()))
                .orElseThrow();
        assertThat(folder.resolve("run/checkpoint-" + best.step())).exists();
        assertThat(events("run"))
                .filteredOn(event -> event.kind() == Event.Kind.BEST)
                .last()
                .satisfies(event -> assertThat(event.step()).isEqualTo(best.step()));
    }

    @Test
    void whatCannotBeMonitoredIsSaidBeforeAnyWork() {
        List<String> settings = List.of("train.max_steps=2", "data.evaluate=0.2");
        assertThatThrownBy(() -> run("run", settings, "monitor.top_k=100000"))
                .hasMessageContaining("monitor.top_k must be at most the model's vocabulary of ")
                .hasMessageEndingWith(", got 100000");
        assertThatThrownBy(() -> run("run2", settings, "checkpoint.best=monitor/typo", "checkpoint.better=larger"))
                .hasMessageContaining("checkpoint.best must be one of monitor/logps/chosen, ")
                .hasMessageEndingWith(", got monitor/typo");
        assertThatThrownBy(() -> run("run3", settings, "monitor.alarms.threshold={metric: monitor/typo, below: 1}"))
                .hasMessageContaining("monitor.alarms.threshold.metric must be one of monitor/logps/chosen, ");
    }

    /// Nothing or next to nothing held out: a word, and training as ever.
    @Test
    void anEmptyOrTinyHeldOutSetIsSaid() throws IOException {
        List<String> settings = List.of("train.max_steps=2");
        run("none", settings);
        assertThat(notes).noneMatch(note -> note.contains("monitor"));
        assertThat(lines("none", "monitor/mass_top")).isEmpty();
        Path empty = Files.writeString(folder.resolve("empty.jsonl"), "");
        assertThatThrownBy(() -> run("empty", settings, "data.evaluate=" + empty))
                .hasMessageContaining("empty.jsonl");
        List<String> rows = Files.readAllLines(PAIRS);
        Path one = Files.write(folder.resolve("one.jsonl"), rows.subList(0, 1));
        run("one", settings, "data.evaluate=" + one, "monitor.every=1", "monitor.generate.every=1");
        assertThat(notes).anyMatch(note -> note.contains("one row is held out: what the monitors show is an anecdote"));
        assertThat(lines("one", "monitor/accuracy_high")).hasSize(3);
        assertThat(lines("one", "monitor/own/length")).hasSize(3);
        assertThat(lines("one", "monitor/own/self_bleu")).isEmpty();
    }

    /// Demonstrations and labelled rows have no pairs; what needs one is left out.
    @Test
    void otherMethodsAreMonitoredAsFarAsTheyGo() throws IOException {
        run(
                "supervised",
                List.of("train.max_steps=2", "data.evaluate=0.2", "method=supervised", "objective=[{type: mle}]"));
        assertThat(lines("supervised", "monitor/change/chosen")).hasSize(2);
        assertThat(lines("supervised", "monitor/margin")).isEmpty();
        run(
                "unpaired",
                List.of(
                        "train.max_steps=2",
                        "data.evaluate=0.2",
                        "method=unpaired",
                        "objective=[{type: kto, beta: 0.1}]"));
        assertThat(lines("unpaired", "monitor/change/rejected")).hasSize(2);
        assertThat(lines("unpaired", "monitor/margin")).isEmpty();
        // Without a reference, changes are those since the start.
        run("simpo", List.of("train.max_steps=2", "data.evaluate=0.2", "objective=[{type: simpo}]", "reference=none"));
        assertThat(lines("simpo", "monitor/margin").getFirst().number("monitor/margin"))
                .hasValue(0);
    }

    @Test
    void aCheckpointWhoseMonitorsCannotBeReadIsRefusedInWords() throws IOException {
        List<String> settings =
                List.of("train.max_steps=2", "data.evaluate=0.2", "train.max_tokens=64", "checkpoint.every=1");
        run("run", settings);
        Path state = folder.resolve("run/checkpoint-2/monitor.json");
        assertThat(state).exists();
        Files.delete(folder.resolve("run/manifest.json"));
        Files.writeString(state, Files.readString(state).replaceFirst("\"version\":2", "\"version\":9"));
        assertThatThrownBy(() -> run("run", true, settings))
                .hasMessageContaining("must be the monitors' state of a checkpoint, version 2, got 9");
        Files.writeString(state, Files.readString(state).substring(0, 40));
        assertThatThrownBy(() -> run("run", true, settings)).hasMessageContaining("version 2, got something else");
        Files.delete(state);
        assertThatThrownBy(() -> run("run", true, settings)).hasMessageContaining("version 2, got nothing");
    }

    @Test
    void aMetricsFileThatWasCutOrIsNoneIsRefusedInWords() throws IOException {
        List<String> settings = List.of("train.max_steps=2", "data.evaluate=0.2", "checkpoint.every=1");
        run("run", settings);
        Path metrics = folder.resolve("run/metrics.jsonl");
        byte[] weights = Files.readAllBytes(folder.resolve("run/model/model.safetensors"));
        AtomicWrite.delete(folder.resolve("run/model"));
        AtomicWrite.delete(folder.resolve("run/checkpoint-2"));
        String whole = Files.readString(metrics);
        Files.writeString(metrics, whole.substring(0, whole.length() - 20));
        run("run", true, settings);
        assertThat(folder.resolve("run/model/model.safetensors")).hasBinaryContent(weights);
        AtomicWrite.delete(folder.resolve("run/model"));
        Files.writeString(metrics, "metrics of some other version\n" + whole);
        assertThatThrownBy(() -> run("run", true, settings))
                .hasMessageContaining("metrics.jsonl:1 must be a JSON object with a whole step, got \"metrics of");
    }

    /// Chosen and rejected nearly the same text, as in the literature on displacement: both fall, and the alarm
    /// speaks. Against other stories, with likelihood beside, at a calm rate: every alarm stays silent.
    @Test
    void nearlyEqualPairsAreDisplacedAndAHealthyRunIsSilent() throws IOException {
        Path model = RealData.path("models/stories260K");
        List<String> common = List.of(
                "model=" + model,
                "data.evaluate=0.25",
                "train.schedule=constant",
                "train.max_steps=24",
                "train.batch_pairs=16",
                "monitor.every=4",
                "monitor.generate={every: 12, prompts: 8, max_new_tokens: 32}");
        List<List<String>> stories = stories(model, 64);
        Path near = pairs("near.jsonl", stories, story -> story.get(0).replaceFirst(" [a-z]+", " the"));
        run("near", common, "data.train=" + near, "train.learning_rate=3e-4");
        assertThat(events("near"))
                .filteredOn(event -> event.kind() == Event.Kind.ALARM)
                .extracting(Event::name)
                .contains("displacement");
        assertThat(notes).anyMatch(note -> note.contains("Likelihood displacement (displacement)"));
        Path apart = pairs("apart.jsonl", stories, story -> story.get(1));
        run(
                "healthy",
                common,
                "data.train=" + apart,
                "train.learning_rate=1e-4",
                "objective=[{type: dpo, beta: 0.1}, {type: mle, weight: 0.5}]");
        assertThat(events("healthy")).isEmpty();
        assertThat(lines("healthy", "monitor/margin")
                        .getLast()
                        .number("monitor/margin")
                        .orElseThrow())
                .as("it did learn something")
                .isNotZero();
    }

    /// Two stories of each beginning, in the decoder's own words.
    private static List<List<String>> stories(Path model, int count) {
        Torch.start(0);
        try (Tokenizer tokenizer = Tokenizer.read(model);
                Decoder decoder = ModelDirectory.read(model, Precision.FLOAT32, false)) {
            int[] opening = new SequenceTokenizer(tokenizer).encode("Once upon a time, there was a");
            Sampler sampler = new Sampler(decoder, tokenizer.specialTokens().stop(), 16);
            List<TextSample> samples = new ArrayList<>();
            new TextSampler(sampler, tokenizer)
                    .sample(
                            Collections.nCopies(2 * count, opening),
                            Decoding.random(40, 7),
                            (index, sample) -> samples.add(sample));
            List<List<String>> stories = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                stories.add(List.of(
                        samples.get(2 * i).text(), samples.get(2 * i + 1).text()));
            }
            return stories;
        }
    }

    private interface Rejected {
        String of(List<String> story);
    }

    private Path pairs(String name, List<List<String>> stories, Rejected rejected) throws IOException {
        List<String> lines = stories.stream()
                .filter(story -> !rejected.of(story).equals(story.getFirst()))
                .map(story -> JsonMapper.shared()
                        .createObjectNode()
                        .put("prompt", "Once upon a time, there was a")
                        .put("chosen", story.getFirst())
                        .put("rejected", rejected.of(story))
                        .toString())
                .toList();
        return Files.write(folder.resolve(name), lines);
    }

    private List<MetricLine> lines(String run, String metric) throws IOException {
        return Metrics.read(folder.resolve(run).resolve("metrics.jsonl")).stream()
                .filter(line -> line.values().containsKey(metric))
                .toList();
    }

    private List<Event> events(String run) throws IOException {
        return lines(run, Event.KEY).stream()
                .map(line -> Event.of(line.step(), line.values()))
                .flatMap(Optional::stream)
                .toList();
    }

    private Training.Outcome run(String output, List<String> settings, String... more) throws IOException {
        return run(
                output, false, Stream.concat(settings.stream(), Stream.of(more)).toList());
    }

    private Training.Outcome run(String output, boolean resume, List<String> settings) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "model=" + MODEL,
                "data.train=" + PAIRS,
                "objective=[{type: dpo, beta: 0.1}]",
                "train.max_tokens=64",
                "train.batch_pairs=4",
                "train.threads=2",
                "output=" + folder.resolve(output)));
        all.addAll(settings);
        List<RecipeOverride> overrides = all.stream()
                .map(one -> new RecipeOverride(one.substring(0, one.indexOf('=')), one.substring(one.indexOf('=') + 1)))
                .toList();
        notes.clear();
        return Training.run(Recipe.parse("test", "method: preference\n", overrides), resume, new Progress() {
            @Override
            public void note(String line) {
                notes.add(line);
            }

            @Override
            public void advanced(String stage, long done, long total, SequencedMap<String, Double> numbers) {}
        });
    }
}

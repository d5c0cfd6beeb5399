package dev.poise.cli;

import dev.poise.advise.Advice;
import dev.poise.advise.AdviceJson;
import dev.poise.advise.AdvicePage;
import dev.poise.advise.RecipeDraft;
import dev.poise.advise.Survey;
import dev.poise.advise.Words;
import dev.poise.cli.Surveyor.Measured;
import dev.poise.data.Encoder;
import dev.poise.data.ExampleReader;
import dev.poise.data.Shape;
import dev.poise.model.Decoder;
import dev.poise.model.ModelFiles;
import dev.poise.run.AtomicWrite;
import dev.poise.run.Recipe;
import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `poise advise`: where a model and a data set stand before tuning, and what to do first.
@Command(
        footer = {
            "",
            "Nothing is printed of the data's text; the page shows the tokens with which a few pairs part. The meaning of"
                    + " every number, and every threshold, is in docs/advise.md."
        })
final class Advise implements Callable<Integer> {

    /// Partings that the page shows in full.
    private static final int LOOKED = 6;

    private final Console console;

    @Parameters(paramLabel = "DATA", description = "A file or folder of .jsonl or .json, also gzipped.")
    private Path file;

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @ArgGroup(exclusive = false, multiplicity = "0..1")
    private @Nullable RewardOptions rewards;

    @Option(
            names = "--high",
            paramLabel = "R",
            description = "Reward from which on an answer is a good one (default: half-way from the model's mean to the"
                    + " best seen).")
    private @Nullable Double high;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Rows that are read, the first of them (default: ${DEFAULT-VALUE}).")
    private int pairs;

    @Option(
            names = "--prompts",
            paramLabel = "P",
            defaultValue = "200",
            description = "Prompts among them that the model is asked, drawn (default: ${DEFAULT-VALUE}).")
    private int prompts;

    @Option(
            names = "--samples",
            paramLabel = "K",
            defaultValue = "16",
            description = "Answers a prompt (default: ${DEFAULT-VALUE}).")
    private int samples;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "M",
            defaultValue = "64",
            description = "Longest answer; the data's are cut there to compare (default: ${DEFAULT-VALUE}).")
    private int maxNewTokens;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "Of all draws (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private final DataOptions data = new DataOptions();

    @Mixin
    private final ChatOptions chat = new ChatOptions();

    @Option(
            names = "--recipe",
            paramLabel = "FILE",
            description = "Writes the advised recipe there; must not exist yet.")
    private @Nullable Path recipe;

    @Option(names = "--output", paramLabel = "PAGE", description = "Writes a self-contained page there.")
    private @Nullable Path output;

    @Option(names = "--json", description = "Prints everything as one JSON object.")
    private boolean json;

    Advise(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        requireOptions();
        model.locate(console);
        ModelFiles files = model.files();
        try (Decoder decoder = model.read(files);
                Tokenizer tokenizer = Tokenizer.read(files.tokens())) {
            if (maxNewTokens >= decoder.architecture().context()) {
                throw new UsageException("--max-new-tokens must be below the model's context of "
                        + decoder.architecture().context() + ", got " + maxNewTokens);
            }
            advise(files, decoder, tokenizer);
        }
        return 0;
    }

    private void requireOptions() {
        atLeast("--pairs", pairs, 1);
        atLeast("--prompts", prompts, 1);
        atLeast("--samples", samples, 2);
        atLeast("--max-new-tokens", maxNewTokens, 1);
        if (high != null && (rewards == null || !Double.isFinite(high))) {
            throw new UsageException(rewards == null ? "--high needs --reward" : "--high must be finite, got " + high);
        }
        for (Path target : new Path[] {recipe, output}) {
            Path folder = target == null ? null : target.toAbsolutePath().getParent();
            if (folder != null && !Files.isDirectory(folder)) {
                throw new UsageException(target + " must be in a folder that exists");
            }
        }
        if (recipe != null && Files.exists(recipe)) {
            throw new UsageException("--recipe must not exist yet, got " + recipe);
        }
    }

    private static void atLeast(String option, int value, int least) {
        if (value < least) {
            throw new UsageException(option + " must be at least " + least + ", got " + value);
        }
    }

    private void advise(ModelFiles files, Decoder decoder, Tokenizer tokenizer) throws IOException {
        Optional<ChatTemplate> template = chat.template(files.tokens(), tokenizer);
        tokenizer.specialTokens().warnings().forEach(console::note);
        template.ifPresent(format -> format.warnings(tokenizer).forEach(console::note));
        NavigableSet<Integer> stop = new TreeSet<>(tokenizer.specialTokens().stop());
        template.flatMap(format -> format.endOfTurn(tokenizer).stream().boxed().findFirst())
                .ifPresent(stop::add);
        Encoder encoder = new Encoder(
                tokenizer, template, data.maxTokens(decoder.architecture().context()), data.tooLong, true);
        SurveyRows rows = read(encoder);
        Measured measured;
        try (RewardOptions.@Nullable Opened opened = rewards == null
                ? null
                : rewards.open(
                        model,
                        chat,
                        rows.kept().stream().map(SurveyRows.Kept::question).toList(),
                        console)) {
            Survey.Setting setting = new Survey.Setting(samples, maxNewTokens, seed, opened != null, high);
            measured = new Surveyor(
                            decoder,
                            tokenizer,
                            stop,
                            Optional.ofNullable(opened).map(RewardOptions.Opened::reward),
                            setting,
                            console)
                    .measure(rows, prompts, output == null ? 0 : LOOKED);
        }
        tell(files.newest(), measured, tokenizer);
    }

    private SurveyRows read(Encoder encoder) {
        try (ExampleReader reader = data.open(HubInputs.of(console).rows(file))) {
            reader.remarks().forEach(remark -> console.note(file + ": " + remark));
            if (reader.shape() == Shape.PROMPT && rewards == null) {
                throw new UsageException("DATA must hold answers where there is no --reward: " + file
                        + " holds prompts alone, and nothing would say which answers are good");
            }
            SurveyRows rows = SurveyRows.read(file, reader, encoder, data.badRows, pairs, console::note);
            console.note(rows.counts().read() + " rows: " + rows.kept().size() + " to look at, "
                    + rows.counts().pairs() + " of them pairs");
            return rows;
        }
    }

    private void tell(Path directory, Measured measured, Tokenizer tokenizer) throws IOException {
        Survey survey = measured.survey();
        Advice.Whole whole = Advice.Whole.of(survey);
        String yaml = draft(directory, measured).yaml(whole.advice(), Words.of(whole.standing()));
        Recipe.parse("the advised recipe", yaml, List.of());
        if (json) {
            console.result(AdviceJson.of(survey, whole).put("recipe", yaml).toString());
        } else {
            new AdviceText(survey, whole, console.out().width()).lines().forEach(console::result);
        }
        if (recipe != null) {
            AtomicWrite.file(recipe, yaml.getBytes(StandardCharsets.UTF_8));
            console.note("recipe  " + recipe + " (poise train " + recipe + ")");
        }
        if (output != null) {
            String title =
                    "Advice for " + directory.toAbsolutePath().normalize().getFileName();
            String page = AdvicePage.of(
                    title, facts(directory, survey), survey, whole, yaml, measured.positions(), tokenizer::piece);
            AtomicWrite.file(output, page.getBytes(StandardCharsets.UTF_8));
            console.note("page    " + output);
        }
    }

    private RecipeDraft draft(Path directory, Measured measured) {
        return new RecipeDraft(
                directory.toString(),
                file.toString(),
                data.named().orElse(null),
                chat.chosen(),
                rewards == null ? List.of() : rewards.specifications,
                measured.longest(),
                maxNewTokens,
                "runs/advised",
                seed);
    }

    private List<List<String>> facts(Path directory, Survey survey) {
        List<List<String>> facts = new ArrayList<>();
        facts.add(List.of("model", directory.toString()));
        facts.add(List.of("data", file.toString()));
        facts.add(List.of("reward", rewards == null ? "none" : String.join(", ", rewards.specifications)));
        facts.add(List.of("rows read", Long.toString(survey.counts().read())));
        facts.add(List.of("pairs looked at", Long.toString(survey.counts().pairs())));
        facts.add(List.of(
                "pairs of the same tokens", Long.toString(survey.counts().same())));
        facts.add(
                List.of("rows left out otherwise", Long.toString(survey.counts().left())));
        facts.add(List.of(
                "rows without room for an answer", Long.toString(survey.counts().unasked())));
        facts.add(List.of("answers a prompt", Integer.toString(samples)));
        facts.add(List.of("longest answer", maxNewTokens + " tokens"));
        facts.add(List.of("temperature", "1"));
        facts.add(List.of("seed", Long.toString(seed)));
        return facts;
    }
}

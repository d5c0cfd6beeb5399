package dev.poise.cli;

import dev.poise.cli.AnswerOptions.Answered;
import dev.poise.data.Content;
import dev.poise.oracle.Candidates;
import dev.poise.oracle.PairBuilder;
import dev.poise.oracle.ScoredPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `poise pairs`: a model's own answers as preferences, by a rule that says which is better.
@Command(
        footer = {
            "",
            "A row holds prompt, chosen, rejected, chosen_reward and rejected_reward; poise train reads it as it is."
                    + " With a chat template its texts are messages. Answers of nothing but white space make no pair."
        })
final class Pairs implements Callable<Integer> {

    /// How pairs are made of answers.
    enum Builder {
        /// The best answer of a prompt against its worst.
        BEST_WORST,
        /// All answers of a prompt that are far enough apart.
        MARGIN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Console console;

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Mixin
    private final PromptOptions prompt = new PromptOptions();

    @Mixin
    private final RewardOptions rewards = new RewardOptions();

    @Option(
            names = "--samples",
            paramLabel = "K",
            defaultValue = "4",
            description = "Answers a prompt (default: ${DEFAULT-VALUE}).")
    private int samples;

    @Option(
            names = "--builder",
            paramLabel = "WHAT",
            defaultValue = "best-worst",
            description = "best-worst (one pair a prompt) or margin (all pairs at least --margin apart; default:"
                    + " ${DEFAULT-VALUE}).")
    private Builder builder;

    @Option(names = "--margin", paramLabel = "X", description = "For --builder margin: least difference of rewards.")
    private @Nullable Double margin;

    @Option(
            names = "--limit-per-prompt",
            paramLabel = "N",
            description = "For --builder margin: most pairs of one prompt, the widest first (default: no limit).")
    private @Nullable Integer limit;

    @Mixin
    private final AnswerOptions answering = new AnswerOptions();

    @Option(
            names = "--output",
            required = true,
            paramLabel = "FILE",
            description = "Where the rows go (.jsonl); must not exist yet.")
    private Path output;

    @Option(names = "--json", description = "Prints what came of it as one JSON object.")
    private boolean json;

    Pairs(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (samples < 2) {
            throw new UsageException("--samples must be at least 2, since a pair has two sides, got " + samples);
        }
        PairBuilder pairing = pairing();
        answering.decoding();
        requireFree(output);
        List<Content> contents = prompt.read(console);
        model.locate(console);

        Answered answered;
        List<Candidates> scored;
        ObjectNode asked = JsonMapper.shared().createObjectNode();
        try (RewardOptions.Opened opened = rewards.open(model, answering.chat, contents, console)) {
            answered = answering.answers(model, model.files(), contents, samples, console);
            scored = Candidates.scored(
                    opened.reward(), contents.stream().map(Contents::lastText).toList(), answered.texts());
            opened.tell(console);
            opened.putInto(asked);
        }
        List<Candidates> candidates =
                scored.stream().map(Candidates::withoutBlank).toList();
        PairBuilder.Result made = pairing.build(candidates);
        if (made.pairs().isEmpty()) {
            throw new IllegalStateException("no pair could be made of " + contents.size() + " prompts: the rewards of "
                    + made.counts().equal() + " are equal, those of "
                    + made.counts().tooClose() + " too close");
        }
        Files.write(output, rows(pairing, answered.asked(), candidates));
        PairsSummary summary = PairsSummary.of(made, scored, answered.samples());
        if (json) {
            console.result(summary.toJson()
                    .put("output", output.toString())
                    .setAll(asked)
                    .toString());
        } else {
            summary.lines().forEach(console::result);
            console.result("written      " + output);
        }
        return 0;
    }

    private PairBuilder pairing() {
        return switch (builder) {
            case BEST_WORST -> {
                if (margin != null || limit != null) {
                    throw new UsageException("--margin and --limit-per-prompt need --builder margin");
                }
                yield new PairBuilder.BestWorst();
            }
            case MARGIN -> {
                if (margin == null) {
                    throw new UsageException("--builder margin needs --margin");
                }
                try {
                    yield limit == null ? new PairBuilder.Margin(margin) : new PairBuilder.Margin(margin, limit);
                } catch (IllegalArgumentException e) {
                    throw new UsageException(String.valueOf(e.getMessage()));
                }
            }
        };
    }

    /// Told before hours of sampling and not after.
    private static void requireFree(Path output) {
        Path folder = output.toAbsolutePath().getParent();
        if (Files.exists(output)) {
            throw new UsageException("--output must not exist yet, got " + output);
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UsageException("--output must be in a folder that exists, got " + output);
        }
    }

    private static List<String> rows(PairBuilder pairing, List<Content> asked, List<Candidates> candidates) {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            for (ScoredPair pair : pairing.pairs(candidates.get(i))) {
                ObjectNode row = JsonMapper.shared().createObjectNode();
                Contents.put(row, "prompt", asked.get(i));
                Contents.put(row, "chosen", Contents.answer(asked.get(i), pair.chosen()));
                Contents.put(row, "rejected", Contents.answer(asked.get(i), pair.rejected()));
                row.put("chosen_reward", pair.chosenReward()).put("rejected_reward", pair.rejectedReward());
                rows.add(row.toString());
            }
        }
        return rows;
    }
}

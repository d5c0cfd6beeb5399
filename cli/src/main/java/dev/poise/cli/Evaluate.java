package dev.poise.cli;

import dev.poise.cli.AnswerOptions.Answered;
import dev.poise.data.Content;
import dev.poise.evaluate.Comparison;
import dev.poise.model.ModelFiles;
import dev.poise.oracle.Reward;
import dev.poise.sample.Sample;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `poise evaluate`: how often one model's answers are better than another's, by rules, reward models or what is asked
/// outside.
@Command(
        footer = {
            "",
            "Intervals are at 95 %%: Tango's for the win rate, in which ties count half, Student's t for means, Wilson's"
                    + " for shares. Both models draw with the same seed. Lengths are in each model's own tokens, the"
                    + " ending one included."
        })
final class Evaluate implements Callable<Integer> {

    private final Console console;

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Option(names = "--against", required = true, paramLabel = "DIR", description = "Model directory of the other.")
    private Path against;

    @Mixin
    private final PromptOptions prompt = new PromptOptions();

    @Mixin
    private final RewardOptions rewards = new RewardOptions();

    @Mixin
    private final AnswerOptions answering = new AnswerOptions();

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    Evaluate(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        answering.decoding();
        List<Content> contents = prompt.read(console);
        if (contents.size() < 2) {
            throw new UsageException("prompts must be at least 2, since one gives no interval, got 1");
        }
        model.locate(console);
        ModelFiles own = model.files();
        ModelFiles other = ModelOptions.files(HubInputs.of(console).model(against));
        Comparison comparison;
        ObjectNode asked = JsonMapper.shared().createObjectNode();
        try (RewardOptions.Opened opened = rewards.open(model, answering.chat, contents, console)) {
            Reward reward = opened.reward();
            comparison = Comparison.of(answers(own, contents, reward), answers(other, contents, reward));
            opened.tell(console);
            opened.putInto(asked);
        }
        ComparisonText text = new ComparisonText(own.newest(), against, comparison);
        if (json) {
            console.result(text.toJson().setAll(asked).toString());
        } else {
            text.lines().forEach(console::result);
        }
        return 0;
    }

    private Comparison.Answers answers(ModelFiles files, List<Content> contents, Reward reward) {
        Answered answered = answering.answers(model, files, contents, 1, console);
        List<String> texts = answered.texts().stream().map(List::getFirst).toList();
        List<Sample> samples = answered.samples();
        return new Comparison.Answers(
                reward.scoreAll(contents.stream().map(Contents::lastText).toList(), texts),
                samples.stream().mapToInt(sample -> sample.tokens().length).toArray(),
                samples.stream().filter(Sample::ended).count());
    }
}

package dev.poise.cli;

import dev.poise.data.Content;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sample;
import dev.poise.sample.TextSampler;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `poise generate`: completions of prompts, in the order of the prompts.
@Command(
        footer = {
            "",
            "With --json, one object a line: index, prompt, completion, its number of tokens, their ids, the sum and mean"
                    + " of their log-probabilities in nats (at temperature 1, uncut, the ending token included), and whether the"
                    + " model ended it."
        })
final class Generate implements Callable<Integer> {

    private final Console console;

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Mixin
    private final PromptOptions prompt = new PromptOptions();

    @Mixin
    private final AnswerOptions answering = new AnswerOptions();

    @Option(names = "--json", description = "Prints one JSON object a line.")
    private boolean json;

    Generate(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Decoding how = answering.decoding();
        List<Content> contents = prompt.read(console);
        model.locate(console);
        return answering.with(model, model.files(), contents, console, (sampler, asked, tokens) -> {
            complete(sampler, how, contents, tokens);
            return 0;
        });
    }

    private void complete(TextSampler sampler, Decoding how, List<Content> contents, List<int[]> tokens) {
        // Where results scroll by on a terminal, they are the progress.
        Terminal shown = console.out().interactive() ? console.out() : console.err();
        try (ProgressLine progress = new ProgressLine(shown, "generate", "prompts", contents.size())) {
            progress.update(0, "");
            sampler.sample(tokens, how, (index, completion) -> {
                print(index, contents.get(index), completion.text(), completion.sample());
                if (!console.out().interactive()) {
                    progress.update(index + 1, "");
                }
            });
        }
    }

    private void print(int index, Content prompt, String completion, Sample sample) {
        if (!json) {
            String begun =
                    switch (prompt) {
                        case Content.Text plain -> plain.text();
                        case Content.Conversation talk ->
                            talk.messages().getLast().content() + "\n";
                    };
            console.result((index == 0 ? "" : "\n") + begun + completion);
            return;
        }
        ObjectNode line = JsonMapper.shared().createObjectNode().put("index", index);
        Contents.put(line, "prompt", prompt);
        double sum = Arrays.stream(sample.logProbs()).sum();
        line.put("completion", completion);
        line.put("tokens", sample.tokens().length).put("sum", sum).put("mean", sum / sample.tokens().length);
        line.put("ended", sample.ended());
        Arrays.stream(sample.tokens()).forEach(line.putArray("ids")::add);
        console.result(line.toString());
    }
}

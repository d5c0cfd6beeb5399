package dev.poise.cli;

import dev.poise.data.Content;
import dev.poise.model.Decoder;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sample;
import dev.poise.sample.Sampler;
import dev.poise.tokenize.Message;
import dev.poise.tokenize.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `poise generate`: completions of prompts, in the order of the prompts.
@Command(
        name = "generate",
        description = "Lets a model complete prompts; with a chat template, a prompt is a user's turn.",
        footer = {
            "",
            "With --json, one object a line: index, prompt, completion, its number of tokens, the sum and mean of their"
                    + " log-probabilities in nats (at temperature 1, uncut, the ending token included), and whether the"
                    + " model ended it."
        })
final class Generate implements Callable<Integer> {

    private final Console console;

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Mixin
    private final PromptOptions prompt = new PromptOptions();

    @Mixin
    private final DecodingOptions decoding = new DecodingOptions();

    @Mixin
    private final ChatOptions chat = new ChatOptions();

    @Option(
            names = "--batch",
            paramLabel = "B",
            defaultValue = "32",
            description = "Prompts that run together; the results do not depend on it (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--json", description = "Prints one JSON object a line.")
    private boolean json;

    Generate(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Decoding how = decoding.decoding();
        if (batch < 1) {
            throw new UsageException("--batch must be at least 1, got " + batch);
        }
        List<Content> contents = prompt.read(console);
        try (Decoder decoder = model.read();
                Tokenizer tokenizer = Tokenizer.read(model.directory)) {
            Prompts prompts = new Prompts(tokenizer, chat.template(tokenizer), decoder.architecture());
            prompts.warnings().forEach(console::note);
            List<int[]> tokens = new ArrayList<>();
            for (int i = 0; i < contents.size(); i++) {
                tokens.add(prompts.tokens(i, contents.get(i)));
            }
            Sampler sampler = new Sampler(decoder, prompts.stopIds(), batch);
            complete(sampler, how, prompts, contents, tokens);
        }
        return 0;
    }

    private void complete(Sampler sampler, Decoding how, Prompts prompts, List<Content> contents, List<int[]> tokens) {
        // Where results scroll by on a terminal, they are the progress.
        Terminal shown = console.out().interactive() ? console.out() : console.err();
        try (ProgressLine progress = new ProgressLine(shown, "generate", "prompts", contents.size())) {
            progress.update(0, "");
            sampler.sample(tokens, how, (index, sample) -> {
                String completion = prompts.text(tokens.get(index), words(sample));
                print(index, contents.get(index), completion, sample);
                if (!console.out().interactive()) {
                    progress.update(index + 1, "");
                }
            });
        }
    }

    /// A completion without the token that ended it.
    private static int[] words(Sample sample) {
        int[] tokens = sample.tokens();
        return sample.ended() ? Arrays.copyOf(tokens, tokens.length - 1) : tokens;
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
        switch (prompt) {
            case Content.Text plain -> line.put("prompt", plain.text());
            case Content.Conversation talk -> {
                ArrayNode messages = line.putArray("prompt");
                for (Message message : talk.messages()) {
                    messages.addObject().put("role", message.role()).put("content", message.content());
                }
            }
        }
        double sum = Arrays.stream(sample.logProbs()).sum();
        line.put("completion", completion);
        line.put("tokens", sample.tokens().length).put("sum", sum).put("mean", sum / sample.tokens().length);
        line.put("ended", sample.ended());
        console.result(line.toString());
    }
}

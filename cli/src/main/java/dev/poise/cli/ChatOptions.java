package dev.poise.cli;

import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.Tokenizer;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The option of how messages become text.
final class ChatOptions {

    @Option(
            names = "--chat-template",
            paramLabel = "NAME",
            defaultValue = "none",
            description = "How messages become text: chatml, llama3, zephyr or none (default: ${DEFAULT-VALUE}).")
    private String name;

    /// The chat template that was asked for, in the tokenizer's spelling.
    Optional<ChatTemplate> template(Tokenizer tokenizer) {
        if (!ChatTemplate.NAMES.contains(name)) {
            throw new UsageException(
                    "--chat-template must be one of " + String.join(", ", ChatTemplate.NAMES) + ", got " + name);
        }
        return ChatTemplate.named(name, tokenizer);
    }
}

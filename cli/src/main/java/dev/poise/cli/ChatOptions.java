package dev.poise.cli;

import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.Tokenizer;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The option of how messages become text.
final class ChatOptions {

    @Option(
            names = "--chat-template",
            paramLabel = "NAME",
            description =
                    "How messages become text: model (the model directory's own), model:NAME (one of several that it"
                            + " has), chatml, llama3, zephyr, none, or a file with a template (default: model).")
    private @Nullable String choice;

    /// Whether a chat template was asked for by name or file.
    boolean asked() {
        return choice != null && !choice.equals("none");
    }

    /// What was asked for, as recipes call it.
    String chosen() {
        return choice == null ? "model" : choice;
    }

    /// The chat template that was asked for, or the model's own.
    ///
    /// @param model the model's directory
    Optional<ChatTemplate> template(Path model, Tokenizer tokenizer) {
        String chosen = chosen();
        if (!ChatTemplate.isLegal(chosen)) {
            throw new UsageException("--chat-template must be one of " + ChatTemplate.LEGAL + ", got " + chosen);
        }
        Optional<ChatTemplate> template =
                ChatTemplate.chosen(chosen, model, tokenizer, LocalDateTime.now(ZoneId.systemDefault()));
        if (template.isEmpty() && asked()) {
            throw new UsageException(model + " has no chat template: --chat-template must be one of "
                    + ChatTemplate.LEGAL.replace("model, model:NAME, ", ""));
        }
        return template;
    }
}

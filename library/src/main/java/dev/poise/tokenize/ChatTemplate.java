package dev.poise.tokenize;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/// How conversations become text.
public sealed interface ChatTemplate permits TurnFormat, JinjaTemplate, ToolUseTemplate {

    /// Who may speak.
    List<String> ROLES = List.of("system", "user", "assistant", "tool");

    /// What stands before the name of one of several templates that a model has.
    String OF_MODEL = "model:";

    /// What a recipe may ask for by name: the model's own template where its directory has one, the one of that name
    /// where it has several, one of the formats that are written out here, or none. A recipe may also name a
    /// file with a template.
    List<String> NAMES = List.of("model", OF_MODEL + "NAME", "chatml", "llama3", "zephyr", "none");

    /// [#NAMES] and files, for messages.
    String LEGAL = String.join(", ", NAMES) + " or a file";

    /// A text that a template is made of, to tell it from others.
    ///
    /// @param choice what a recipe says to get this very one
    /// @param file where it stands; empty for a format that is written out here
    /// @param text Jinja, or a format's parts, a line each
    record Wording(String choice, Optional<Path> file, String text) {}

    /// A conversation with what the assistant says in it.
    ///
    /// @param first index of the first message whose words may be trained
    /// @param given what the template is told besides: `tools`, and settings such as `enable_thinking`
    /// @throws ChatTemplateException when the template does not take the conversation
    MarkedText conversation(List<Message> messages, int first, Map<String, JsonNode> given);

    /// A conversation that goes on with a turn of the assistant.
    ///
    /// @param given what the template is told besides: `tools`, and settings such as `enable_thinking`
    /// @throws ChatTemplateException when the template does not take the conversation
    String prompt(List<Message> messages, Map<String, JsonNode> given);

    /// A conversation of which nothing more is told.
    ///
    /// @throws ChatTemplateException when the template does not take the conversation
    default MarkedText conversation(List<Message> messages, int first) {
        return conversation(messages, first, Map.of());
    }

    /// A prompt of which nothing more is told.
    ///
    /// @throws ChatTemplateException when the template does not take the conversation
    default String prompt(List<Message> messages) {
        return prompt(messages, Map.of());
    }

    /// The token that ends a turn of the assistant; empty where the tokenizer knows none.
    OptionalInt endOfTurn(Tokenizer tokenizer);

    /// What does not fit between this template and a tokenizer, one readable line each.
    List<String> warnings(Tokenizer tokenizer);

    /// What it is made of: one text, or two where a model has one for tools.
    List<Wording> wordings();

    /// Whether a recipe may ask for it: a name, or a file that is there.
    static boolean isLegal(String choice) {
        boolean named = choice.startsWith(OF_MODEL) && choice.length() > OF_MODEL.length();
        return named || NAMES.contains(choice) || Files.isRegularFile(Path.of(choice));
    }

    /// The template that a recipe asks for; empty for `none`, and for `model` where the directory has none.
    ///
    /// Of a model with several, `model` is the one called `default`, and for conversations with tools the one
    /// called `tool_use` if it has it.
    ///
    /// @param choice one of [#NAMES], or a file
    /// @param directory the model's
    /// @param now what a template that asks for the date is told
    /// @throws IllegalArgumentException when there is no such template
    /// @throws TokenizerException when its file cannot be read, or holds no template
    static Optional<ChatTemplate> chosen(String choice, Path directory, Tokenizer tokenizer, LocalDateTime now) {
        Optional<TurnFormat> format = TurnFormat.named(choice, tokenizer);
        if (format.isPresent()) {
            return Optional.of(format.get());
        }
        return switch (choice) {
            case "none" -> Optional.empty();
            case "model" -> JinjaTemplate.ofModel(directory, now);
            case String named
            when named.startsWith(OF_MODEL) ->
                Optional.of(JinjaTemplate.ofModel(named.substring(OF_MODEL.length()), directory, now));
            case String file when isLegal(file) -> Optional.of(JinjaTemplate.ofFile(Path.of(file), directory, now));
            case String unknown ->
                throw new IllegalArgumentException("data.chat_template must be one of " + LEGAL + ", got " + unknown);
        };
    }
}

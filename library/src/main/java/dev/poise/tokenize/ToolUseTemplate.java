package dev.poise.tokenize;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// Two templates of one model: the one called `tool_use` for conversations that come with tools, the default for all
/// others, as `transformers` chooses between them.
///
/// @param plain for conversations without tools
/// @param withTools for those with tools
record ToolUseTemplate(JinjaTemplate plain, JinjaTemplate withTools) implements ChatTemplate {

    /// The name by which a model's template is one for tools.
    static final String NAME = "tool_use";

    @Override
    public MarkedText conversation(List<Message> messages, int first, Map<String, JsonNode> given) {
        return of(given).conversation(messages, first, given);
    }

    @Override
    public String prompt(List<Message> messages, Map<String, JsonNode> given) {
        return of(given).prompt(messages, given);
    }

    private JinjaTemplate of(Map<String, JsonNode> given) {
        return given.containsKey("tools") ? withTools : plain;
    }

    @Override
    public OptionalInt endOfTurn(Tokenizer tokenizer) {
        OptionalInt end = plain.endOfTurn(tokenizer);
        return end.isPresent() ? end : withTools.endOfTurn(tokenizer);
    }

    @Override
    public List<String> warnings(Tokenizer tokenizer) {
        return Stream.concat(plain.warnings(tokenizer).stream(), withTools.warnings(tokenizer).stream())
                .distinct()
                .toList();
    }

    @Override
    public List<Wording> wordings() {
        return Stream.concat(plain.wordings().stream(), withTools.wordings().stream())
                .toList();
    }
}

package dev.poise.tokenize;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/// A conversation format: every turn is a header that names who speaks, what is said, and an end-of-turn token.
/// Written out in Java, for models whose directory has no template of its own.
///
/// @param name how a recipe calls it
/// @param opening what stands before the first turn
/// @param beforeRole what stands before the role in a header
/// @param afterRole what stands behind the role in a header
/// @param trims whether what is said is stripped of white space around it
/// @param endOfTurn the token that ends a turn
/// @param afterTurn what stands between turns; not part of the turn
public record TurnFormat(
        String name,
        String opening,
        String beforeRole,
        String afterRole,
        boolean trims,
        String endOfTurn,
        String afterTurn)
        implements ChatTemplate {

    private static final String ASSISTANT = "assistant";

    private static final String OTHER = "a template of the model's own may (data.chat_template: model, or a file)";

    /// A rendered conversation.
    ///
    /// @param text the whole text
    /// @param assistantTurns what the assistant says, in order
    public record Rendered(String text, List<Turn> assistantTurns) {
        public Rendered {
            assistantTurns = List.copyOf(assistantTurns);
        }
    }

    /// One turn of the assistant: its words and its end-of-turn token, not its header and not what follows.
    ///
    /// @param message zero-based index of the message
    /// @param span where it stands in the text
    public record Turn(int message, MarkedText.Span span) {}

    /// The format of that name, in the tokenizer's own spelling of the beginning and end of a sequence; empty
    /// where there is none.
    static Optional<TurnFormat> named(String name, Tokenizer tokenizer) {
        return switch (name) {
            case "chatml" -> Optional.of(chatMl());
            case "llama3" -> Optional.of(llama3(piece(tokenizer, tokenizer.bosId(), "")));
            case "zephyr" -> Optional.of(zephyr(piece(tokenizer, tokenizer.eosId(), "</s>")));
            case String _ -> Optional.empty();
        };
    }

    private static String piece(Tokenizer tokenizer, OptionalInt id, String otherwise) {
        return id.isPresent() ? tokenizer.piece(id.getAsInt()) : otherwise;
    }

    /// ChatML, as Qwen and SmolLM speak it, without a default system turn.
    public static TurnFormat chatMl() {
        return new TurnFormat("chatml", "", "<|im_start|>", "\n", false, "<|im_end|>", "\n");
    }

    /// Llama 3's instruct format (2024).
    ///
    /// @param bos the beginning-of-sequence token, usually `<|begin_of_text|>`
    public static TurnFormat llama3(String bos) {
        return new TurnFormat("llama3", bos, "<|start_header_id|>", "<|end_header_id|>\n\n", true, "<|eot_id|>", "");
    }

    /// Zephyr's format (2023).
    ///
    /// @param eos the end-of-sequence token, usually `</s>`; it ends every turn
    public static TurnFormat zephyr(String eos) {
        return new TurnFormat("zephyr", "", "<|", "|>\n", false, eos, "\n");
    }

    /// The text of a conversation.
    ///
    /// @param addGenerationPrompt whether to end with the header of an assistant's turn, for the model to go on
    /// @throws IllegalArgumentException when a role is not one of [#ROLES]
    /// @throws ChatTemplateException when a turn calls a tool, is a tool's, or holds thoughts beside its words
    public Rendered render(List<Message> messages, boolean addGenerationPrompt) {
        StringBuilder text = new StringBuilder(messages.isEmpty() ? "" : opening);
        List<Turn> assistantTurns = new ArrayList<>();
        for (int index = 0; index < messages.size(); index++) {
            Message message = messages.get(index);
            refuseMore(message);
            text.append(header(message.role()));
            int start = text.length();
            text.append(trims ? strip(message.content()) : message.content()).append(endOfTurn);
            if (message.role().equals(ASSISTANT)) {
                assistantTurns.add(new Turn(index, new MarkedText.Span(start, text.length())));
            }
            text.append(afterTurn);
        }
        if (addGenerationPrompt) {
            text.append(header(ASSISTANT));
        }
        return new Rendered(text.toString(), assistantTurns);
    }

    /// These formats are written out for words alone; what tools look like in them, every model says for itself.
    private void refuseMore(Message message) {
        if (message.role().equals("tool") || message.callsTools()) {
            throw new ChatTemplateException("the chat template " + name + " has no words for tools; " + OTHER);
        }
        if (message.more().containsKey("reasoning_content")) {
            throw new ChatTemplateException(
                    "the chat template " + name + " has no words for reasoning_content; " + OTHER);
        }
    }

    private void refuseTools(Map<String, JsonNode> given) {
        if (given.containsKey("tools")) {
            throw new ChatTemplateException("the chat template " + name + " has no words for tools; " + OTHER);
        }
    }

    @Override
    public MarkedText conversation(List<Message> messages, int first, Map<String, JsonNode> given) {
        refuseTools(given);
        Rendered rendered = render(messages, false);
        List<MarkedText.Span> trained = rendered.assistantTurns().stream()
                .filter(turn -> turn.message() >= first)
                .map(Turn::span)
                .toList();
        return new MarkedText(rendered.text(), trained, false);
    }

    @Override
    public String prompt(List<Message> messages, Map<String, JsonNode> given) {
        refuseTools(given);
        return render(messages, true).text();
    }

    @Override
    public OptionalInt endOfTurn(Tokenizer tokenizer) {
        return tokenizer.idOf(endOfTurn);
    }

    @Override
    public List<String> warnings(Tokenizer tokenizer) {
        return tokenizer.idOf(endOfTurn).isPresent()
                ? List.of()
                : List.of("chat template " + name + ": its end of turn " + endOfTurn
                        + " is not a token of this tokenizer, so generation will not stop there by itself");
    }

    @Override
    public List<Wording> wordings() {
        String parts = String.join("\n", opening, beforeRole, afterRole, String.valueOf(trims), endOfTurn, afterTurn);
        return List.of(new Wording(name, Optional.empty(), parts));
    }

    private String header(String role) {
        if (!ROLES.contains(role)) {
            throw new IllegalArgumentException(
                    "role must be one of " + String.join(", ", ROLES) + ", got \"" + role + "\"");
        }
        return beforeRole + role + afterRole;
    }

    /// What the templates' language calls trim: all Unicode white space, no-break spaces included.
    private static String strip(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isSpace(char letter) {
        return Character.isWhitespace(letter) || Character.isSpaceChar(letter) || letter == '\u0085';
    }
}

package dev.poise.tokenize;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A conversation format: every turn is a header that names who speaks, what is said, and an end-of-turn token.
///
/// @param name how a recipe calls it
/// @param opening what stands before the first turn
/// @param beforeRole what stands before the role in a header
/// @param afterRole what stands behind the role in a header
/// @param trims whether what is said is stripped of white space around it
/// @param endOfTurn the token that ends a turn
/// @param afterTurn what stands between turns; not part of the turn
public record ChatTemplate(
        String name,
        String opening,
        String beforeRole,
        String afterRole,
        boolean trims,
        String endOfTurn,
        String afterTurn) {

    /// Who may speak.
    public static final List<String> ROLES = List.of("system", "user", "assistant");

    /// What a recipe may ask for.
    public static final List<String> NAMES = List.of("chatml", "llama3", "zephyr", "none");

    private static final String ASSISTANT = "assistant";

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

    /// The template that a recipe names, in the tokenizer's own spelling of the beginning and end of a sequence;
    /// empty for `none`.
    ///
    /// @throws IllegalArgumentException when the name is unknown
    public static Optional<ChatTemplate> named(String name, Tokenizer tokenizer) {
        return switch (name) {
            case "chatml" -> Optional.of(chatMl());
            case "llama3" -> Optional.of(llama3(piece(tokenizer, tokenizer.bosId(), "")));
            case "zephyr" -> Optional.of(zephyr(piece(tokenizer, tokenizer.eosId(), "</s>")));
            case "none" -> Optional.empty();
            case String unknown ->
                throw new IllegalArgumentException(
                        "data.chat_template must be one of " + String.join(", ", NAMES) + ", got " + unknown);
        };
    }

    private static String piece(Tokenizer tokenizer, OptionalInt id, String otherwise) {
        return id.isPresent() ? tokenizer.piece(id.getAsInt()) : otherwise;
    }

    /// ChatML, as Qwen and SmolLM speak it, without a default system turn.
    public static ChatTemplate chatMl() {
        return new ChatTemplate("chatml", "", "<|im_start|>", "\n", false, "<|im_end|>", "\n");
    }

    /// Llama 3's instruct format (2024).
    ///
    /// @param bos the beginning-of-sequence token, usually `<|begin_of_text|>`
    public static ChatTemplate llama3(String bos) {
        return new ChatTemplate("llama3", bos, "<|start_header_id|>", "<|end_header_id|>\n\n", true, "<|eot_id|>", "");
    }

    /// Zephyr's format (2023).
    ///
    /// @param eos the end-of-sequence token, usually `</s>`; it ends every turn
    public static ChatTemplate zephyr(String eos) {
        return new ChatTemplate("zephyr", "", "<|", "|>\n", false, eos, "\n");
    }

    /// The text of a conversation.
    ///
    /// @param addGenerationPrompt whether to end with the header of an assistant's turn, for the model to go on
    /// @throws IllegalArgumentException when a role is not one of [#ROLES]
    public Rendered render(List<Message> messages, boolean addGenerationPrompt) {
        StringBuilder text = new StringBuilder(messages.isEmpty() ? "" : opening);
        List<Turn> assistantTurns = new ArrayList<>();
        for (int index = 0; index < messages.size(); index++) {
            Message message = messages.get(index);
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

    /// What does not fit between this template and a tokenizer, one readable line each.
    public List<String> warnings(Tokenizer tokenizer) {
        return tokenizer.idOf(endOfTurn).isPresent()
                ? List.of()
                : List.of("chat template " + name + ": its end of turn " + endOfTurn
                        + " is not a token of this tokenizer, so generation will not stop there by itself");
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

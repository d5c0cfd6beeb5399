package dev.poise.cli;

import dev.poise.model.Architecture;
import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.Message;
import dev.poise.tokenize.SequenceTokenizer;
import dev.poise.tokenize.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Prompts as a model's own tokens, and completions as text again.
///
/// @param tokenizer the model's
/// @param sequences the same, with what opens a sequence
/// @param template how a prompt becomes a user's turn; empty where it is plain text
/// @param architecture of the model, for what it can take
record Prompts(
        Tokenizer tokenizer, SequenceTokenizer sequences, Optional<ChatTemplate> template, Architecture architecture) {

    /// @param templateName as recipes call it
    /// @param notes told what the tokenizer's files or the template leave in doubt
    static Prompts of(Tokenizer tokenizer, String templateName, Architecture architecture, Consumer<String> notes) {
        Optional<ChatTemplate> template = ChatTemplate.named(templateName, tokenizer);
        tokenizer.specialTokens().warnings().forEach(notes);
        template.ifPresent(chat -> chat.warnings(tokenizer).forEach(notes));
        return new Prompts(tokenizer, new SequenceTokenizer(tokenizer), template, architecture);
    }

    /// Tokens that end a completion: the model's, and the template's end of turn.
    NavigableSet<Integer> stopIds() {
        NavigableSet<Integer> stop = new TreeSet<>(tokenizer.specialTokens().stop());
        template.map(chat -> tokenizer.idOf(chat.endOfTurn())).ifPresent(id -> id.ifPresent(stop::add));
        return stop;
    }

    /// The tokens of a prompt. Plain text without a token of its own begins with the token that opens a sequence, or,
    /// as GPT-2 knows none, with the one that ends the sequence before.
    ///
    /// @param index zero-based, of the prompt
    /// @throws IllegalArgumentException when the model cannot take it
    int[] tokens(int index, String prompt) {
        String text = template.map(chat ->
                        chat.render(List.of(new Message("user", prompt)), true).text())
                .orElse(prompt);
        int[] ids = sequences.encode(text);
        if (ids.length == 0) {
            OptionalInt first = tokenizer.bosId().isPresent() ? tokenizer.bosId() : tokenizer.eosId();
            ids = first.stream().toArray();
        }
        int context = architecture.context();
        if (ids.length == 0) {
            throw new IllegalArgumentException("prompt " + index
                    + " must hold a token, got an empty one and a tokenizer without a token that opens a sequence");
        }
        if (ids.length >= context) {
            throw new IllegalArgumentException("prompt " + index + " must leave room in the model's context of "
                    + context + " tokens, got " + ids.length);
        }
        int largest = Arrays.stream(ids).max().orElseThrow();
        if (largest >= architecture.vocabulary()) {
            throw new IllegalArgumentException("prompt " + index + " must be made of the model's "
                    + architecture.vocabulary() + " tokens, got token " + largest + " from its tokenizer");
        }
        return ids;
    }

    /// The text that a completion adds to its prompt: what both together read as, less what the prompt reads as alone,
    /// since a tokenizer may treat a first token in its own way.
    String text(int[] prompt, int[] completion) {
        int[] whole = Arrays.copyOf(prompt, prompt.length + completion.length);
        System.arraycopy(completion, 0, whole, prompt.length, completion.length);
        String before = tokenizer.decode(prompt, true);
        String both = tokenizer.decode(whole, true);
        return both.startsWith(before) ? both.substring(before.length()) : tokenizer.decode(completion, true);
    }
}

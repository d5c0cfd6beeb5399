package dev.poise.cli;

import dev.poise.data.Content;
import dev.poise.model.Architecture;
import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.ChatTemplateException;
import dev.poise.tokenize.Message;
import dev.poise.tokenize.SequenceTokenizer;
import dev.poise.tokenize.Tokenizer;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Prompts as a model's own tokens.
///
/// @param tokenizer the model's
/// @param template how messages become text; empty where there is no way
/// @param turns whether plain text is a user's turn as well
/// @param architecture of the model, for what it can take
record Prompts(Tokenizer tokenizer, Optional<ChatTemplate> template, boolean turns, Architecture architecture) {

    /// What the tokenizer's files or the template leave in doubt, one line each.
    List<String> warnings() {
        List<String> ofTemplate =
                turns ? template.map(chat -> chat.warnings(tokenizer)).orElse(List.of()) : List.of();
        return Stream.concat(tokenizer.specialTokens().warnings().stream(), ofTemplate.stream())
                .toList();
    }

    /// Tokens that end a completion: the model's, and the template's end of turn.
    NavigableSet<Integer> stopIds() {
        NavigableSet<Integer> stop = new TreeSet<>(tokenizer.specialTokens().stop());
        template.ifPresent(chat -> chat.endOfTurn(tokenizer).ifPresent(stop::add));
        return stop;
    }

    /// The tokens of a prompt. Where they are none, the token that opens a sequence, or, as GPT-2 knows no such, the
    /// one that ends the sequence before.
    ///
    /// @param index zero-based, of the prompt
    /// @throws IllegalArgumentException when the model cannot take it
    int[] tokens(int index, Content prompt) {
        String where = "prompt " + index;
        int[] ids = new SequenceTokenizer(tokenizer).encode(text(where, prompt));
        if (ids.length == 0) {
            OptionalInt first = tokenizer.bosId().isPresent() ? tokenizer.bosId() : tokenizer.eosId();
            ids = new int[] {
                first.orElseThrow(() -> new IllegalArgumentException(
                        where + ": must not be empty, since the tokenizer names no token that opens a sequence"))
            };
        }
        if (ids.length >= architecture.context()) {
            throw new IllegalArgumentException(where + ": must leave room in the model's context of "
                    + architecture.context() + " tokens, got " + ids.length);
        }
        new KnownTokens(architecture.vocabulary()).require(where, ids);
        return ids;
    }

    private String text(String where, Content prompt) {
        return switch (asked(prompt)) {
            case Content.Text plain -> plain.text();
            case Content.Conversation talk ->
                rendered(
                        where,
                        talk,
                        template.orElseThrow(
                                () -> new IllegalArgumentException(where + ": messages need a --chat-template")));
        };
    }

    private static String rendered(String where, Content.Conversation talk, ChatTemplate template) {
        try {
            return template.prompt(talk.messages(), talk.given());
        } catch (ChatTemplateException e) {
            throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
        }
    }

    /// The prompt as the model is asked: where a chat template was asked for, plain text is a user's turn.
    Content asked(Content prompt) {
        return switch (prompt) {
            case Content.Text plain when turns -> new Content.Conversation(List.of(new Message("user", plain.text())));
            case Content.Text plain -> plain;
            case Content.Conversation talk -> talk;
        };
    }
}

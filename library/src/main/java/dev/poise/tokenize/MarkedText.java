package dev.poise.tokenize;

import java.util.List;

/// A text as it goes to the tokenizer, with the parts of it that are trained.
///
/// @param text the whole text
/// @param trained the trained parts, in order and apart from each other
/// @param endOfSequence whether the text ends where the model should stop, so that an end-of-sequence token belongs
/// behind it unless it brings its own; it is trained
public record MarkedText(String text, List<Span> trained, boolean endOfSequence) {

    /// A part of a text.
    ///
    /// @param start index of its first char
    /// @param end index behind its last char
    public record Span(int start, int end) {}

    public MarkedText {
        trained = List.copyOf(trained);
        int last = 0;
        for (Span span : trained) {
            if (span.start < last || span.end < span.start || span.end > text.length()) {
                throw new IllegalArgumentException(
                        "trained spans must follow each other within " + text.length() + " chars, got " + trained);
            }
            last = span.end;
        }
    }

    /// A prompt and the completion that is trained.
    public static MarkedText completion(String prompt, String completion) {
        String text = prompt + completion;
        return new MarkedText(text, List.of(new Span(prompt.length(), text.length())), true);
    }

    /// A text that is trained throughout.
    public static MarkedText plain(String text) {
        return completion("", text);
    }
}

package dev.poise.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SequenceTokenizerTest {

    @TempDir
    Path directory;

    @Test
    void trap03_aMergeAcrossTheBoundaryIsCountedAndLosesNoCompletionToken() throws IOException {
        TinyTokenizers.vocabularyAndMerges(directory, List.of("Ġ w"));
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            SequenceTokenizer sequences = new SequenceTokenizer(tokenizer);
            MarkedTokens clean = sequences.encode(MarkedText.completion("a:", " wo"));
            assertThat(clean.ids()).containsExactly(1 + 'a', 1 + ':', 257, 1 + 'o', 0);
            assertThat(clean.trained()).containsExactly(false, false, true, true, true);
            assertThat(clean.boundaryMerges()).isZero();
            MarkedTokens merged = sequences.encode(MarkedText.completion("a: ", "wo"));
            assertThat(merged.ids()).isEqualTo(clean.ids());
            assertThat(merged.trained()).containsExactly(false, false, true, true, true);
            assertThat(merged.boundaryMerges()).isOne();
        }
    }

    @Test
    void trap03_aNewlineMergesToo() throws IOException {
        TinyTokenizers.vocabularyAndMerges(directory, List.of("Ċ Ċ"));
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            MarkedTokens merged = new SequenceTokenizer(tokenizer).encode(MarkedText.completion("q\n", "\n\nb"));
            assertThat(merged.ids()).containsExactly(1 + 'q', 257, 1 + '\n', 1 + 'b', 0);
            assertThat(merged.trained()).containsExactly(false, true, true, true, true);
            assertThat(merged.boundaryMerges()).isOne();
        }
    }

    @Test
    void trap05_exactlyOneEndOfSequenceInsideTheMask() throws IOException {
        TinyTokenizers.vocabularyAndMerges(directory, List.of());
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            SequenceTokenizer sequences = new SequenceTokenizer(tokenizer);
            MarkedTokens added = sequences.encode(MarkedText.completion("p", "c"));
            MarkedTokens brought = sequences.encode(MarkedText.completion("p", "c<|endoftext|>"));
            assertThat(added.ids()).containsExactly(1 + 'p', 1 + 'c', 0);
            assertThat(added.trained()).containsExactly(false, true, true);
            assertThat(brought.ids()).isEqualTo(added.ids());
            assertThat(brought.trained()).isEqualTo(added.trained());
        }
    }

    @Test
    void trap05_aCutSequenceHasNoEndOfSequence() throws IOException {
        TinyTokenizers.vocabularyAndMerges(directory, List.of());
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            MarkedTokens whole = new SequenceTokenizer(tokenizer).encode(MarkedText.completion("p", "cd"));
            assertThat(whole.first(3).ids()).containsExactly(1 + 'p', 1 + 'c', 1 + 'd');
            assertThat(whole.first(9).ids()).containsExactly(1 + 'p', 1 + 'c', 1 + 'd', 0);
            assertThat(whole.trainedWithin(3)).isEqualTo(2);
            assertThat(whole.trainedWithin(9)).isEqualTo(3);
        }
    }

    /// Nothing is ever padded, so what the padding token is cannot reach the mask.
    @Test
    void trap06_theEndOfSequenceIsTrainedWhereItIsThePaddingTokenToo() throws IOException {
        TinyTokenizers.vocabularyAndMerges(directory, List.of());
        MarkedText text = MarkedText.completion("p", "c");
        Files.writeString(
                directory.resolve("tokenizer_config.json"), "{\"eos_token\": \"<|endoftext|>\", \"pad_token\": \"!\"}");
        try (Tokenizer distinct = Tokenizer.read(directory)) {
            assertThat(distinct.padId()).hasValue(1 + '!');
            MarkedTokens expected = new SequenceTokenizer(distinct).encode(text);
            Files.writeString(
                    directory.resolve("tokenizer_config.json"),
                    "{\"eos_token\": \"<|endoftext|>\", \"pad_token\": \"<|endoftext|>\"}");
            try (Tokenizer same = Tokenizer.read(directory)) {
                assertThat(same.padId()).isEqualTo(same.eosId()).hasValue(0);
                MarkedTokens marked = new SequenceTokenizer(same).encode(text);
                assertThat(marked.ids()).isEqualTo(expected.ids()).endsWith(0);
                assertThat(marked.trained()).isEqualTo(expected.trained()).containsExactly(false, true, true);
            }
        }
    }

    @Test
    void trap07_exactlyOneBeginningOfSequence() throws IOException {
        TinyTokenizers.withOpening(directory, List.of());
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            SequenceTokenizer sequences = new SequenceTokenizer(tokenizer);
            MarkedTokens added = sequences.encode(MarkedText.completion("p", "c"));
            MarkedTokens brought = sequences.encode(MarkedText.completion("<s>p", "c"));
            assertThat(added.ids()).containsExactly(0, 2 + 'p', 2 + 'c', 1);
            assertThat(brought.ids()).isEqualTo(added.ids());
            assertThat(brought.trained()).isEqualTo(added.trained()).containsExactly(false, false, true, true);
            assertThat(sequences.encode("")).containsExactly(0);
        }
    }

    @Test
    void trainsNoFirstTokenWithoutPredecessor() throws IOException {
        TinyTokenizers.vocabularyAndMerges(directory, List.of());
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            MarkedTokens plain = new SequenceTokenizer(tokenizer).encode(MarkedText.plain("abc"));
            assertThat(plain.trained()).containsExactly(false, true, true, true);
            assertThat(plain.boundaryMerges()).isZero();
        }
    }

    @Test
    void trainsSeveralTurnsAndNothingBetween() throws IOException {
        TinyTokenizers.withOpening(directory, List.of(), "<|im_start|>", "<|im_end|>");
        List<Message> talk = List.of(
                new Message("user", "q"),
                new Message("assistant", "ab"),
                new Message("user", "r"),
                new Message("assistant", "c"));
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            TurnFormat.Rendered rendered = TurnFormat.chatMl().render(talk, false);
            List<MarkedText.Span> spans = rendered.assistantTurns().stream()
                    .map(TurnFormat.Turn::span)
                    .toList();
            MarkedTokens tokens =
                    new SequenceTokenizer(tokenizer).encode(new MarkedText(rendered.text(), spans, false));
            StringBuilder trained = new StringBuilder();
            for (int index = 0; index < tokens.length(); index++) {
                trained.append(tokens.trained()[index] ? tokenizer.piece(tokens.ids()[index]) : ".");
            }
            assertThat(trained.toString().replaceAll("[.]+", ".")).isEqualTo(".ab<|im_end|>.c<|im_end|>.");
            assertThat(tokens.boundaryMerges()).isZero();
            // The last newline is read, not trained, and no second end follows it.
            assertThat(tokens.ids()[tokens.length() - 1]).isEqualTo(4 + '\n');
        }
    }

    @Test
    void refusesSpansThatOverlap() {
        List<MarkedText.Span> spans = List.of(new MarkedText.Span(0, 2), new MarkedText.Span(1, 3));
        assertThatThrownBy(() -> new MarkedText("abc", spans, false)).isInstanceOf(IllegalArgumentException.class);
    }
}

package dev.poise.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Directories with `vocab.json` and `merges.txt`. `<|endoftext|>` is 0, a byte b is 1 + b, merges follow from 257 on.
final class BytePairFilesTest {

    @TempDir
    private Path directory;

    @Test
    void addsTokensThatTheVocabularyLacks() throws IOException {
        TinyTokenizers.vocabularyAndMerges(directory, List.of("h e"));
        write("added_tokens.json", "{\"<|im_start|>\": 258}");
        write("tokenizer_config.json", """
                {"eos_token": "<|im_end|>", "added_tokens_decoder":
                  {"259": {"content": "<|im_end|>", "lstrip": true, "special": true}}}""");
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            assertThat(tokenizer.vocabularySize()).isEqualTo(260);
            assertThat(tokenizer.eosId()).hasValue(259);
            assertThat(tokenizer.encode("<|im_start|>he \n<|im_end|>", false)).containsExactly(258, 257, 259);
            assertThat(tokenizer.decode(new int[] {258, 257, 259}, true)).isEqualTo("<|im_start|>he");
        }
    }

    @Test
    void qwenSplitsDigitsAndComposesCharacters() throws IOException {
        TinyTokenizers.vocabularyAndMerges(directory, List.of("1 2"));
        String text = "12e\u0301";
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            assertThat(tokenizer.encode(text, false)).hasSize(1 + 3);
        }
        write("tokenizer_config.json", "{\"tokenizer_class\": \"Qwen2Tokenizer\"}");
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            assertThat(tokenizer.encode(text, false)).containsExactly(1 + '1', 1 + '2', 1 + 0xC3, 1 + 0xA9);
        }
    }

    @Test
    void putsABeginningWhereAsked() throws IOException {
        TinyTokenizers.vocabularyAndMerges(directory, List.of());
        write("tokenizer_config.json", "{\"bos_token\": \"<|endoftext|>\", \"add_bos_token\": true}");
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            assertThat(tokenizer.encode("a", true)).containsExactly(0, 1 + 'a');
            assertThat(tokenizer.encode("a", false)).containsExactly(1 + 'a');
        }
    }

    @Test
    void saysWhichLineIsWrong() throws IOException {
        TinyTokenizers.vocabularyAndMerges(directory, List.of("h e"));
        write("merges.txt", "#version: 0.2\nh e\nhe l\n");
        refuses("merges.txt: line 3: vocab.json must hold \"hel\"");
        write("merges.txt", "h e\nhe\n");
        refuses("merges.txt: line 2 must hold two entries and a space between, got \"he\"");
        write("merges.txt", "");
        write("vocab.json", "{\"a\": 0, \"b\": 0}");
        refuses("vocab.json: ids must differ, got 0 for \"a\" and \"b\"");
        write("vocab.json", "{\"a\": \"0\"}");
        refuses("vocab.json: \"a\" must have an id, got \"0\"");
        write("vocab.json", "{\"a\": 0}");
        write("tokenizer_config.json", "{\"tokenizer_class\": \"CLIPTokenizer\"}");
        refuses("tokenizer_config.json: tokenizer_class must be GPT2Tokenizer, CodeGenTokenizer or Qwen2Tokenizer"
                + " beside vocab.json, got \"CLIPTokenizer\"; save the tokenizer as tokenizer.json with transformers");
    }

    private void refuses(String problem) {
        assertThatThrownBy(() -> Tokenizer.read(directory))
                .isInstanceOf(TokenizerException.class)
                .hasMessage(directory + "/" + problem);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }
}

package dev.poise.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.sentencepiece.SentencePiece;
import dev.poise.sentencepiece.TinyModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Directories with a `tokenizer.model`. In `bpe-llama`, `<unk>` is 0, `<s>` 1 and `</s>` 2.
final class SentencePieceTokenizerTest {

    @TempDir
    private Path directory;

    private final SentencePiece model = SentencePiece.parse(TinyModels.content("bpe-llama"));

    @Test
    void readsAModelByItself() throws IOException {
        try (Tokenizer tokenizer = read("bpe-llama", "{}")) {
            int[] plain = model.encode("The old boat", true);
            assertThat(tokenizer.encode("The old boat", false)).isEqualTo(plain);
            assertThat(tokenizer.encode("The old boat", true)).isEqualTo(joined(1, plain));
            assertThat(tokenizer.decode(joined(1, plain), true)).isEqualTo("The old boat");
            assertThat(tokenizer.decode(joined(1, plain), false)).isEqualTo("<s> The old boat");
            assertThat(tokenizer.vocabularySize()).isEqualTo(model.pieces().size());
            assertThat(tokenizer.bosId()).hasValue(1);
            assertThat(tokenizer.eosId()).hasValue(2);
            assertThat(tokenizer.padId()).isEmpty();
            assertThat(tokenizer.specialTokens().warnings()).isEmpty();
            assertThat(tokenizer.piece(tokenizer.idOf("▁the").orElseThrow())).isEqualTo(" the");
            assertThat(tokenizer.piece(tokenizer.idOf("<0x0A>").orElseThrow())).isEqualTo("\n");
            assertThat(tokenizer.encode("", true)).containsExactly(1);
            assertThat(tokenizer.decode(new int[] {-1, 99_999}, true)).isEmpty();
        }
    }

    /// As `LlamaTokenizer`: after a special token no space is put, unless `legacy` asks for it.
    @Test
    void cutsAtSpecialTokens() throws IOException {
        String text = "<s>boat</s> bread";
        try (Tokenizer tokenizer = read("bpe-llama", "{}")) {
            assertThat(tokenizer.encode(text, false))
                    .isEqualTo(
                            joined(joined(1, model.encode("boat", false)), joined(2, model.encode(" bread", false))));
            assertThat(tokenizer.decode(tokenizer.encode(text, false), false)).isEqualTo(text);
        }
        try (Tokenizer tokenizer = read("bpe-llama", "{\"legacy\": true}")) {
            assertThat(tokenizer.encode(text, false))
                    .isEqualTo(joined(joined(1, model.encode("boat", true)), joined(2, model.encode(" bread", true))));
        }
    }

    @Test
    void addsWhatTheSettingsSay() throws IOException {
        int[] plain = model.encode("boat", true);
        try (Tokenizer tokenizer = read("bpe-llama", "{\"add_bos_token\": false, \"add_eos_token\": true}")) {
            assertThat(tokenizer.encode("boat", true)).isEqualTo(joined(plain, 2));
            assertThat(tokenizer.encode("boat", false)).isEqualTo(plain);
        }
    }

    @Test
    void readsAddedTokens() throws IOException {
        int size = model.pieces().size();
        Files.writeString(directory.resolve("added_tokens.json"), "{\"<pad>\": %d}".formatted(size + 1));
        String settings = """
                {"pad_token": "<pad>", "added_tokens_decoder": {
                  "%d": {"content": "<|user|>", "rstrip": true, "special": true},
                  "2": {"content": "</s>", "special": true}}}""".formatted(size);
        try (Tokenizer tokenizer = read("bpe-llama", settings)) {
            assertThat(tokenizer.vocabularySize()).isEqualTo(size + 2);
            assertThat(tokenizer.padId()).hasValue(size + 1);
            assertThat(tokenizer.encode("<|user|> \n boat<pad>", false))
                    .isEqualTo(joined(joined(size, model.encode("boat", false)), size + 1));
            assertThat(tokenizer.decode(new int[] {size, 1, size + 1}, false)).isEqualTo("<|user|><s><pad>");
            assertThat(tokenizer.decode(new int[] {size, 1, size + 1}, true)).isEmpty();
        }
    }

    @Test
    void tokenizerJsonComesFirst() throws IOException {
        TinyTokenizers.withOpening(directory, List.of());
        try (Tokenizer tokenizer = read("bpe-llama", "{}")) {
            assertThat(tokenizer.vocabularySize()).isEqualTo(258);
        }
    }

    @Test
    void saysWhatItCannotRead() throws IOException {
        Path file = directory.resolve("tokenizer.model");
        Files.writeString(file, "IQ== 0\nIg== 1\n");
        assertThatThrownBy(() -> Tokenizer.read(directory))
                .isInstanceOf(TokenizerException.class)
                .hasMessageStartingWith(file + ": not a SentencePiece model that Poise reads: ")
                .hasMessageEndingWith("save the tokenizer as tokenizer.json with transformers");
        Files.write(file, TinyModels.content("bpe-llama"));
        Files.writeString(directory.resolve("added_tokens.json"), "{\"<x>\": 2}");
        assertThatThrownBy(() -> Tokenizer.read(directory))
                .hasMessageEndingWith("token 2 must be \"</s>\", as other files say, got \"<x>\"");
        Files.writeString(directory.resolve("added_tokens.json"), "{\"<x>\": \"y\"}");
        assertThatThrownBy(() -> Tokenizer.read(directory)).hasMessageEndingWith("\"<x>\" must have an id, got \"y\"");
        Files.delete(directory.resolve("added_tokens.json"));
        Files.writeString(
                directory.resolve("tokenizer_config.json"),
                "{\"added_tokens_decoder\": {\"two\": {\"content\": \"x\"}}}");
        assertThatThrownBy(() -> Tokenizer.read(directory))
                .hasMessageEndingWith("added_tokens_decoder must have ids for keys, got \"two\"");
        Files.writeString(
                directory.resolve("tokenizer_config.json"),
                "{\"added_tokens_decoder\": {\"9\": {\"content\": \"x\", \"single_word\": true}}}");
        assertThatThrownBy(() -> Tokenizer.read(directory))
                .hasMessageContaining("added_tokens_decoder.9.single_word must be false");
    }

    @Test
    void refusesToWorkOnceClosed() throws IOException {
        Tokenizer tokenizer = read("char", "{}");
        tokenizer.close();
        assertThatThrownBy(() -> tokenizer.encode("a", true)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> tokenizer.decode(new int[] {3}, true)).isInstanceOf(IllegalStateException.class);
    }

    private Tokenizer read(String name, String settings) throws IOException {
        Files.write(directory.resolve("tokenizer.model"), TinyModels.content(name));
        Files.write(directory.resolve("tokenizer_config.json"), settings.getBytes(StandardCharsets.UTF_8));
        return Tokenizer.read(directory);
    }

    private static int[] joined(int first, int... rest) {
        return joined(new int[] {first}, rest);
    }

    private static int[] joined(int[] first, int... rest) {
        return IntStream.concat(Arrays.stream(first), Arrays.stream(rest)).toArray();
    }
}

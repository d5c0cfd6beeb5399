package dev.poise.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpecialTokensTest {

    @TempDir
    Path directory;

    @Test
    void trustsTheTokenizerAndTellsTheDisagreement() {
        SpecialTokens special = read(RealData.path("models/tiny-random-gpt2"));
        assertThat(special.eos()).hasValue(0);
        assertThat(special.bos()).hasValue(0);
        assertThat(special.pad()).hasValue(98);
        assertThat(special.stop()).containsExactly(0, 98);
        assertThat(special.warnings())
                .contains(
                        "eos_token_id: config.json says 98, the tokenizer says 0; the tokenizer's is used",
                        "eos_token_id: generation_config.json says 98, the tokenizer says 0; the tokenizer's is used");
    }

    @Test
    void readsStopIdsFromAList() {
        SpecialTokens special = read(RealData.path("models/stories260K"));
        assertThat(special.eos()).hasValue(2);
        assertThat(special.bos()).hasValue(1);
        assertThat(special.pad()).isEmpty();
        assertThat(special.stop()).containsExactly(1, 2);
        assertThat(special.warnings()).isEmpty();
    }

    @Test
    void readsBothSpellingsOfAToken() throws IOException {
        TinyTokenizers.withOpening(directory, List.of(), "<pad>");
        write("special_tokens_map.json", "{\"pad_token\": {\"content\": \"<pad>\"}}");
        SpecialTokens special = read(directory);
        assertThat(special.bos()).hasValue(0);
        assertThat(special.eos()).hasValue(1);
        assertThat(special.pad()).hasValue(2);
        assertThat(special.stop()).containsExactly(1);
    }

    @Test
    void fallsBackToTheConfigurations() throws IOException {
        TinyTokenizers.withOpening(directory, List.of(), "<pad>");
        write("tokenizer_config.json", "{\"bos_token\": null}");
        write("generation_config.json", "{\"eos_token_id\": [5, 6], \"pad_token_id\": -1}");
        write("config.json", "{\"eos_token_id\": 9, \"bos_token_id\": 7, \"pad_token_id\": 2}");
        SpecialTokens special = read(directory);
        assertThat(special.eos()).hasValue(5);
        assertThat(special.bos()).hasValue(7);
        assertThat(special.pad()).hasValue(2);
        assertThat(special.stop()).containsExactly(5, 6);
    }

    @Test
    void warnsOfATokenThatTheVocabularyLacks() throws IOException {
        TinyTokenizers.withOpening(directory, List.of());
        write("tokenizer_config.json", "{\"eos_token\": \"<|gone|>\"}");
        SpecialTokens special = read(directory);
        assertThat(special.eos()).isEmpty();
        assertThat(special.warnings())
                .containsExactly(
                        "eos_token: the tokenizer names \"<|gone|>\", which its vocabulary lacks",
                        "eos_token: no file names one, so sequences get no end-of-sequence token");
    }

    @Test
    void tellsOfATokenizerThatIsLargerThanTheModel() throws IOException {
        TinyTokenizers.withOpening(directory, List.of());
        write("config.json", "{\"vocab_size\": 250}");
        assertThat(read(directory).warnings())
                .containsExactly(
                        "vocab_size: config.json says 250, the tokenizer's ids go up to 257; tokens from 250 on"
                                + " cannot be used: take the tokenizer that the model was trained with, or widen the embedding in"
                                + " transformers (resize_token_embeddings)");
        write("config.json", "{\"vocab_size\": 258}");
        assertThat(read(directory).warnings()).isEmpty();
    }

    @Test
    void tellsOfTwoNamesForOneRole() throws IOException {
        TinyTokenizers.withOpening(directory, List.of(), "<end>");
        write("special_tokens_map.json", "{\"eos_token\": \"<end>\"}");
        SpecialTokens special = read(directory);
        assertThat(special.eos()).hasValue(1);
        assertThat(special.warnings())
                .containsExactly("eos_token: special_tokens_map.json says \"<end>\", tokenizer_config.json says"
                        + " \"</s>\"; the latter is used");
    }

    @Test
    void leavesOutIdsThatTheModelLacks() throws IOException {
        TinyTokenizers.withOpening(directory, List.of());
        write("tokenizer_config.json", "{}");
        write("generation_config.json", "{\"eos_token_id\": [300, 1]}");
        write("config.json", "{\"vocab_size\": 258, \"pad_token_id\": 258}");
        SpecialTokens special = read(directory);
        assertThat(special.eos()).hasValue(1);
        assertThat(special.pad()).isEmpty();
        assertThat(special.warnings())
                .containsExactly(
                        "eos_token_id: generation_config.json says 300, the model's ids go up to 257; it is left out",
                        "pad_token_id: config.json says 258, the model's ids go up to 257; it is left out");
    }

    @Test
    void tellsOfAnAddedTokenWithTwoIds() throws IOException {
        TinyTokenizers.withOpening(directory, List.of(), "<end>");
        write(
                "tokenizer_config.json",
                "{\"eos_token\": \"<end>\", \"added_tokens_decoder\": {\"7\": {\"content\": \"<end>\"}}}");
        SpecialTokens special = read(directory);
        assertThat(special.eos()).hasValue(2);
        assertThat(special.warnings())
                .containsExactly(
                        "added_tokens_decoder: tokenizer_config.json says 7 for \"<end>\", the tokenizer says 2;"
                                + " the tokenizer's is used");
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private static SpecialTokens read(Path directory) {
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            return tokenizer.specialTokens();
        }
    }
}

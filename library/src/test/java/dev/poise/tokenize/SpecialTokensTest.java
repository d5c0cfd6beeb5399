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

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private static SpecialTokens read(Path directory) {
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            return tokenizer.specialTokens();
        }
    }
}

package dev.poise.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.util.Utils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

final class TokenizerTest {

    private static final String HARD = "tab\t nul\u0000 é ☃ 😀 \u0301 中文\r\n  two\u00a0spaces";

    @TempDir
    Path directory;

    @Test
    void readsVocabularyAndMerges() throws IOException {
        TinyTokenizers.vocabularyAndMerges(directory, List.of("h e", "l l", "he ll", "Ġ w"));
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            assertThat(tokenizer.encode("hello w", false)).containsExactly(259, 1 + 'o', 260);
            assertThat(tokenizer.vocabularySize()).isEqualTo(261);
            assertThat(tokenizer.eosId()).hasValue(0);
            assertThat(tokenizer.bosId()).isEmpty();
            assertThat(tokenizer.encode("<|endoftext|>", false)).containsExactly(0);
        }
    }

    @Test
    void decodesWhatItEncoded() throws IOException {
        TinyTokenizers.vocabularyAndMerges(directory, List.of("h e"));
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            assertThat(tokenizer.decode(tokenizer.encode(HARD, false), false)).isEqualTo(HARD);
            assertThat(tokenizer.encode("", false)).isEmpty();
            assertThat(tokenizer.decode(new int[0], false)).isEmpty();
        }
    }

    @Test
    void skipsSpecialTokensOnRequest() throws IOException {
        TinyTokenizers.withOpening(directory, List.of());
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            int[] ids = tokenizer.encode("ab</s>", true);
            assertThat(ids).containsExactly(0, 2 + 'a', 2 + 'b', 1);
            assertThat(tokenizer.decode(ids, true)).isEqualTo("ab");
            assertThat(tokenizer.decode(ids, false)).isEqualTo("<s>ab</s>");
        }
    }

    @Test
    void neverCutsALongText() throws IOException {
        TinyTokenizers.withOpening(directory, List.of());
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            assertThat(tokenizer.encode("x".repeat(5_000), true)).hasSize(5_001);
        }
    }

    @Test
    void ignoresTruncationAndPaddingInTheFile() throws IOException {
        TinyTokenizers.withOpening(directory, List.of());
        ObjectNode tree = TinyTokenizers.tree(List.of(), List.of());
        tree.putObject("truncation")
                .put("direction", "Right")
                .put("max_length", 7)
                .put("strategy", "LongestFirst")
                .put("stride", 0);
        ObjectNode padding = tree.putObject("padding").put("direction", "Right").putNull("pad_to_multiple_of");
        padding.putObject("strategy").put("Fixed", 6000);
        padding.put("pad_id", 1).put("pad_type_id", 0).put("pad_token", "</s>");
        Files.writeString(directory.resolve("tokenizer.json"), tree.toString());
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            assertThat(tokenizer.encode("y".repeat(5_000), true)).hasSize(5_001);
            assertThat(tokenizer.encode("yz", false)).containsExactly(2 + 'y', 2 + 'z');
        }
    }

    @Test
    void showsPiecesAsAPersonReadsThem() throws IOException {
        TinyTokenizers.withOpening(directory, List.of("Ġ w", "Ã ©"));
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            assertThat(tokenizer.piece(0)).isEqualTo("<s>");
            assertThat(tokenizer.piece(2 + '\n')).isEqualTo("\n");
            assertThat(tokenizer.piece(2 + 0xE2)).isEqualTo("<0xE2>");
            assertThat(tokenizer.piece(258)).isEqualTo(" w");
            assertThat(tokenizer.piece(259)).isEqualTo("é");
            assertThat(tokenizer.piece(260)).isEqualTo("<id 260>");
            assertThat(tokenizer.idOf("</s>")).hasValue(1);
            assertThat(tokenizer.idOf("absent")).isEmpty();
        }
    }

    @Test
    void staysOffline() throws IOException {
        TinyTokenizers.withOpening(directory, List.of());
        Tokenizer.read(directory).close();
        assertThat(Utils.isOfflineMode()).isTrue();
    }

    @Test
    void namesWhatADirectoryLacks() {
        assertThatThrownBy(() -> Tokenizer.read(directory))
                .isInstanceOf(TokenizerException.class)
                .hasMessage(directory + ": must hold tokenizer.json, tokenizer.model, or vocab.json and merges.txt");
        assertThatThrownBy(() -> Tokenizer.read(directory.resolve("absent")))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("must be a model directory");
    }

    @Test
    void namesTheBrokenFile() throws IOException {
        Path file = directory.resolve("tokenizer.json");
        Files.writeString(file, "{\"model\": {\n \"vocab\": }}");
        assertThatThrownBy(() -> Tokenizer.read(directory))
                .isInstanceOf(TokenizerException.class)
                .hasMessageStartingWith(file + ": broken JSON at line 2, column 11");
        Files.writeString(file, "{\"model\": {\"type\": \"Nothing\"}}");
        assertThatThrownBy(() -> Tokenizer.read(directory))
                .isInstanceOf(TokenizerException.class)
                .hasMessageStartingWith(file + ": not a usable tokenizer");
    }

    @Test
    void agreesWithGpt2OnHardCases() throws IOException {
        String cases = Files.readString(RealData.path("tokenizers/gpt2/cases.inp"));
        List<String> expected = Files.readAllLines(RealData.path("tokenizers/gpt2/cases.out"));
        List<String> texts = Arrays.asList(cases.split("\n__ggml_vocab_test__\n", -1));
        assertThat(texts).hasSize(47).endsWith("");
        assertThat(expected).hasSize(46);
        try (Tokenizer tokenizer = Tokenizer.read(RealData.path("tokenizers/gpt2"))) {
            for (int index = 0; index < 46; index++) {
                int[] ids = Arrays.stream(expected.get(index).trim().split(" +"))
                        .filter(id -> !id.isEmpty())
                        .mapToInt(Integer::parseInt)
                        .toArray();
                assertThat(tokenizer.encode(texts.get(index), false))
                        .as("case %s", index)
                        .isEqualTo(ids);
                assertThat(tokenizer.decode(ids, false)).as("case %s", index).isEqualTo(texts.get(index));
            }
            assertThat(tokenizer.vocabularySize()).isEqualTo(50_257);
        }
    }

    /// The expected ids are those of `transformers` 5.18 for the same directory and text.
    @Test
    void readsSentencePieceWithByteFallback() {
        try (Tokenizer tokenizer = Tokenizer.read(RealData.path("models/stories260K"))) {
            String text = "Once upon a time, é☃😀 x\n y";
            int[] ids = tokenizer.encode(text, true);
            assertThat(ids)
                    .containsExactly(
                            1, 403, 407, 261, 378, 432, 410, 485, 229, 155, 134, 243, 162, 155, 131, 410, 444, 13, 348);
            assertThat(tokenizer.decode(ids, true)).isEqualTo(text);
            assertThat(tokenizer.piece(13)).isEqualTo("\n");
            assertThat(tokenizer.piece(243)).isEqualTo("<0xF0>");
            assertThat(tokenizer.piece(403)).isEqualTo(" Once");
            assertThat(tokenizer.vocabularySize()).isEqualTo(512);
        }
    }

    @Test
    void refusesToWorkOnceClosed() throws IOException {
        TinyTokenizers.withOpening(directory, List.of());
        Tokenizer tokenizer = Tokenizer.read(directory);
        tokenizer.close();
        tokenizer.close();
        assertThatThrownBy(() -> tokenizer.encode("a", true)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> tokenizer.decode(new int[] {3}, true)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void worksFromSeveralThreads() throws IOException {
        TinyTokenizers.withOpening(directory, List.of("a b"));
        try (Tokenizer tokenizer = Tokenizer.read(directory)) {
            int[] lengths = IntStream.range(0, 200)
                    .parallel()
                    .map(index -> tokenizer.encode("ab".repeat(index), true).length)
                    .toArray();
            assertThat(lengths)
                    .isEqualTo(IntStream.range(0, 200).map(index -> index + 1).toArray());
        }
    }
}

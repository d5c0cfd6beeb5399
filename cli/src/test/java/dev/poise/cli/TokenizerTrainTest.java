package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.tokenize.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `poise tokenizer train`, `poise tokenizer check` and `poise init`: from texts to a model that generates.
final class TokenizerTrainTest {

    private static final Path RESOURCES = Path.of("../library/src/test/resources");
    private static final Path TEXTS = RESOURCES.resolve("bytepair/texts.txt");

    @TempDir
    private Path folder;

    @Test
    void givesTheIdsThatHuggingFaceGives() {
        JsonNode golden = JsonMapper.shared().readTree(RESOURCES.resolve("golden/bytepair.json"));
        for (JsonNode learnt : golden.path("learnt").values()) {
            Path output = folder.resolve("learnt-" + learnt.path("vocab").intValue());
            CommandRun run = CommandRun.of(
                    "tokenizer",
                    "train",
                    TEXTS.toString(),
                    "--vocab=" + learnt.path("vocab").intValue(),
                    "--least=" + learnt.path("least").intValue(),
                    "--output=" + output);
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out()).startsWith(output + ": ");
            try (Tokenizer tokenizer = Tokenizer.read(output)) {
                assertThat(tokenizer.vocabularySize())
                        .isEqualTo(learnt.path("tokens").intValue());
                assertThat(tokenizer.eosId()).hasValue(0);
                for (int text = 0; text < golden.path("texts").size(); text++) {
                    int[] ids = learnt.path("ids").path(text).values().stream()
                            .mapToInt(JsonNode::intValue)
                            .toArray();
                    assertThat(tokenizer.encode(golden.path("texts").path(text).stringValue(), true))
                            .as("text %s", text)
                            .isEqualTo(ids);
                }
            }
        }
    }

    @Test
    void losesNothing() {
        Path output = train("--vocab=600");
        SplittableRandom random = new SplittableRandom(3);
        try (Tokenizer tokenizer = Tokenizer.read(output)) {
            for (int draw = 0; draw < 500; draw++) {
                StringBuilder text = new StringBuilder();
                for (int length = random.nextInt(30); length > 0; length--) {
                    int point = random.nextBoolean() ? random.nextInt(128) : random.nextInt(Character.MAX_CODE_POINT);
                    boolean half = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
                    text.appendCodePoint(half ? ' ' : point);
                }
                assertThat(tokenizer.decode(tokenizer.encode(text.toString(), false), false))
                        .isEqualTo(text.toString());
            }
        }
    }

    @Test
    void specialTokensHaveTheFirstIds() throws IOException {
        Path texts = Files.writeString(folder.resolve("marked.txt"), "<end>low low<end>low</s>lower\n".repeat(5));
        Path output = folder.resolve("special");
        CommandRun run = CommandRun.of(
                "tokenizer",
                "train",
                texts.toString(),
                "--bos=<s>",
                "--eos=</s>",
                "--pad=<pad>",
                "--special=<end>",
                "--vocab=300",
                "--output=" + output);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("the texts hold no more pairs that occur 2 times");
        try (Tokenizer tokenizer = Tokenizer.read(output)) {
            assertThat(tokenizer.bosId()).hasValue(0);
            assertThat(tokenizer.eosId()).hasValue(1);
            assertThat(tokenizer.padId()).hasValue(2);
            assertThat(tokenizer.idOf("<end>")).hasValue(3);
            assertThat(tokenizer.idOf("low")).isPresent();
            assertThat(tokenizer.idOf("end")).as("no text").isEmpty();
            assertThat(tokenizer.encode("low<end>", true))
                    .containsExactly(0, tokenizer.idOf("low").orElseThrow(), 3);
            assertThat(tokenizer.specialTokens().warnings()).isEmpty();
        }
    }

    @Test
    void readsRowsAndColumns() throws IOException {
        Path rows = Files.writeString(folder.resolve("rows.jsonl"), """
                {"prompt": "abab ", "chosen": "abab", "rejected": "xyxy", "note": "qrqr qrqr"}
                {"prompt": "abab ", "chosen": "abab", "rejected": "xyxy", "note": "qrqr qrqr"}
                """);
        Path all = folder.resolve("all");
        assertThat(CommandRun.of("tokenizer", "train", rows.toString(), "--vocab=270", "--output=" + all)
                        .code())
                .isZero();
        try (Tokenizer tokenizer = Tokenizer.read(all)) {
            assertThat(tokenizer.idOf("abab")).isPresent();
            assertThat(tokenizer.idOf("xyxy")).isPresent();
            assertThat(tokenizer.idOf("qrqr")).isEmpty();
        }
        Path one = folder.resolve("one");
        assertThat(CommandRun.of(
                                "tokenizer",
                                "train",
                                rows.toString(),
                                "--column=note",
                                "--vocab=270",
                                "--output=" + one)
                        .code())
                .isZero();
        try (Tokenizer tokenizer = Tokenizer.read(one)) {
            assertThat(tokenizer.idOf("qrqr")).isPresent();
            assertThat(tokenizer.idOf("abab")).isEmpty();
        }
        CommandRun wrong =
                CommandRun.of("tokenizer", "train", rows.toString(), "--column=nte", "--output=" + folder.resolve("x"));
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.err()).contains(rows + ":1: column nte must be a string, got none; columns are");
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void refusesBeforeAnyWork() throws IOException {
        Path output = folder.resolve("new");
        CommandRun small = CommandRun.of("tokenizer", "train", TEXTS.toString(), "--vocab=256", "--output=" + output);
        assertThat(small.code()).isEqualTo(2);
        assertThat(small.err()).contains("--vocab must be at least 257, the 256 bytes and 1 special tokens, got 256");
        CommandRun there = CommandRun.of("tokenizer", "train", TEXTS.toString(), "--output=" + folder);
        assertThat(there.code()).isEqualTo(1);
        assertThat(there.err()).contains(folder + ": is there already");
        CommandRun none =
                CommandRun.of("tokenizer", "train", folder.resolve("no").toString(), "--output=" + output);
        assertThat(none.err()).contains("no: must be a file, and there is none");
        Path bytes = Files.write(folder.resolve("bytes.txt"), new byte[] {'a', (byte) 0xFF});
        CommandRun binary = CommandRun.of("tokenizer", "train", bytes.toString(), "--output=" + output);
        assertThat(binary.err()).contains("bytes.txt: must be UTF-8 text");
        Path empty = Files.createFile(folder.resolve("empty.txt"));
        CommandRun nothing = CommandRun.of("tokenizer", "train", empty.toString(), "--output=" + output);
        assertThat(nothing.err()).contains("empty.txt: must hold text, got none");
        assertThat(output).doesNotExist();
        assertThat(CommandRun.of("tokenizer").code()).isEqualTo(2);
    }

    @Test
    void aModelFromScratch() throws IOException {
        Path tokenizer = train("--vocab=400");
        Path config = Files.writeString(folder.resolve("config.json"), """
                {"model_type": "llama", "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
                 "num_attention_heads": 2, "max_position_embeddings": 32, "initializer_range": 0.05, "rms_norm_eps": 1e-5,
                 "eos_token_id": 7}
                """);
        Path model = folder.resolve("model");
        String[] asked = {"init", config.toString(), "--tokenizer=" + tokenizer, "--seed=5", "--output=" + model};
        CommandRun run = CommandRun.of(asked);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("eos_token_id: the configuration says 7, the tokenizer says 0");
        JsonNode written = JsonMapper.shared().readTree(model.resolve("config.json"));
        assertThat(written.path("vocab_size").intValue()).isEqualTo(400);
        assertThat(written.path("eos_token_id").intValue()).isZero();
        assertThat(CommandRun.of("tokenizer", "check", model.toString()).out())
                .startsWith("tokens  400\nbos     none\neos     0 <|endoftext|>\n")
                .doesNotContain("note");
        CommandRun generated = CommandRun.of(
                "generate", "--model", model.toString(), "--prompt", "The boats", "--max-new-tokens", "4", "--json");
        assertThat(generated.out()).contains("\"tokens\":");

        byte[] weights = Files.readAllBytes(model.resolve("model.safetensors"));
        asked[4] = "--output=" + folder.resolve("again");
        assertThat(CommandRun.of(asked).code()).isZero();
        assertThat(Files.readAllBytes(folder.resolve("again/model.safetensors")))
                .isEqualTo(weights);
    }

    @Test
    void aModelThatIsTooSmallForItsTokenizer() throws IOException {
        Path tokenizer = train("--vocab=400");
        Path config =
                Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"llama\", \"vocab_size\": 399}");
        CommandRun run = CommandRun.of(
                "init", config.toString(), "--tokenizer=" + tokenizer, "--output=" + folder.resolve("model"));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains(config + ": vocab_size must be at least the 400 tokens of " + tokenizer);
        assertThat(folder.resolve("model")).doesNotExist();
    }

    @Test
    void tellsWhereFilesDisagree() {
        CommandRun run = CommandRun.of(
                "tokenizer", "check", RealData.path("models/tiny-random-gpt2").toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out().replace(System.lineSeparator(), "\n")).isEqualTo("""
                tokens  1000
                bos     0 <|endoftext|>
                eos     0 <|endoftext|>
                pad     98 <0xA5>
                stop    0 <|endoftext|>, 98 <0xA5>
                note    bos_token_id: generation_config.json says 98, the tokenizer says 0; the tokenizer's is used
                note    bos_token_id: config.json says 98, the tokenizer says 0; the tokenizer's is used
                note    eos_token_id: generation_config.json says 98, the tokenizer says 0; the tokenizer's is used
                note    eos_token_id: config.json says 98, the tokenizer says 0; the tokenizer's is used
                """);
        CommandRun json = CommandRun.of(
                "tokenizer",
                "check",
                "--json",
                RealData.path("models/stories260K").toString());
        assertThat(json.code()).isZero();
        assertThat(json.out().strip())
                .isEqualTo("{\"tokens\":512,\"bos\":1,\"eos\":2,\"stop\":[1,2],\"disagreements\":[]}");
    }

    private Path train(String size) {
        Path output = folder.resolve("tokenizer");
        CommandRun run = CommandRun.of("tokenizer", "train", TEXTS.toString(), size, "--output=" + output);
        assertThat(run.code()).as(run.err()).isZero();
        return output;
    }
}

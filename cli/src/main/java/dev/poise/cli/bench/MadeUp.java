package dev.poise.cli.bench;

import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Models and texts that anyone can make: nothing has to be fetched to rerun a benchmark.
///
/// Words are `w3`, `w4` and so on, one token each; the first three tokens are special.
final class MadeUp {

    private static final List<String> SPECIAL = List.of("<unk>", "<s>", "</s>");

    /// Tokens of the field's most timed tokenizer, GPT-2's.
    static final int LARGE_VOCABULARY = 50_257;

    static final int SMALL_VOCABULARY = 512;

    private MadeUp() {}

    /// The shape of a Llama.
    ///
    /// @param tied whether the output head is the embedding
    record Shape(int width, int layers, int heads, int keyValueHeads, int feedForward, int context, boolean tied) {

        /// 49 M parameters with a vocabulary of 50,257.
        static final Shape LARGE = new Shape(512, 8, 8, 4, 1408, 2048, true);

        /// 0.3 M parameters with a vocabulary of 512: as stories260K.
        static final Shape SMALL = new Shape(64, 5, 8, 4, 172, 512, false);
    }

    /// Writes a fresh model with a vocabulary of made-up words.
    static Path model(Path directory, Shape shape, int vocabulary) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve("tokenizer.json"), tokenizer(vocabulary).toString());
        Files.writeString(directory.resolve("tokenizer_config.json"), """
                {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>",
                 "unk_token": "<unk>", "clean_up_tokenization_spaces": false}
                """);
        return fill(directory, shape, vocabulary, 2);
    }

    /// Writes a fresh model for a tokenizer that is at hand.
    ///
    /// @param tokenizer a directory with its files
    static Path model(Path directory, Shape shape, Path tokenizer) throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> files = Files.list(tokenizer)) {
            for (Path file : files.filter(MadeUp::ofTokenizer).toList()) {
                Files.write(directory.resolve(file.getFileName().toString()), Files.readAllBytes(file));
            }
        }
        try (Tokenizer read = Tokenizer.read(directory)) {
            int end = read.eosId()
                    .orElseThrow(() -> new IllegalArgumentException(
                            tokenizer + ": must name a token that ends a sequence, got none"));
            return fill(directory, shape, read.vocabularySize(), end);
        }
    }

    private static boolean ofTokenizer(Path file) {
        String name = file.getFileName().toString();
        return List.of("vocab.json", "merges.txt", "special_tokens_map.json", "added_tokens.json")
                        .contains(name)
                || name.startsWith("tokenizer");
    }

    private static Path fill(Path directory, Shape shape, int vocabulary, int end) throws IOException {
        Files.writeString(directory.resolve("config.json"), """
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": %d, "hidden_size": %d,
                 "num_hidden_layers": %d, "num_attention_heads": %d, "num_key_value_heads": %d, "head_dim": %d,
                 "intermediate_size": %d, "max_position_embeddings": %d, "rms_norm_eps": 1e-5, "hidden_act": "silu",
                 "rope_theta": 10000.0, "tie_word_embeddings": %s, "bos_token_id": %d, "eos_token_id": %d,
                 "dtype": "float32"}
                """.formatted(
                        vocabulary,
                        shape.width(),
                        shape.layers(),
                        shape.heads(),
                        shape.keyValueHeads(),
                        shape.width() / shape.heads(),
                        shape.feedForward(),
                        shape.context(),
                        shape.tied(),
                        end,
                        end));
        try (Decoder decoder = ModelDirectory.fresh(directory, Precision.FLOAT32, 0.02, 0)) {
            ModelDirectory.write(decoder, directory, directory);
        }
        return directory;
    }

    private static ObjectNode tokenizer(int size) {
        ObjectNode tokenizer = JsonMapper.shared().createObjectNode().put("version", "1.0");
        tokenizer.putNull("truncation").putNull("padding").putNull("normalizer");
        tokenizer.putNull("post_processor").putNull("decoder");
        tokenizer.putObject("pre_tokenizer").put("type", "WhitespaceSplit");
        ObjectNode model = tokenizer.putObject("model").put("type", "WordLevel").put("unk_token", "<unk>");
        ObjectNode words = model.putObject("vocab");
        for (int id = 0; id < size; id++) {
            words.put(id < SPECIAL.size() ? SPECIAL.get(id) : "w" + id, id);
        }
        for (int id = 0; id < SPECIAL.size(); id++) {
            tokenizer
                    .withArray("added_tokens")
                    .addObject()
                    .put("id", id)
                    .put("content", SPECIAL.get(id))
                    .put("special", true)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false);
        }
        return tokenizer;
    }

    /// Writes pairs whose lengths are distributed as those of the HH dialogues in GPT-2's tokens: the logarithm of a
    /// prompt's is normal around 76, of an answer's around 30, with deviations of 1 and 0.95.
    static Path pairs(Path file, int count, int vocabulary) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String prompt = words(length(random, 76, 1.0, 14, 360), vocabulary, random);
            String chosen = words(length(random, 30, 0.95, 3, 140), vocabulary, random);
            String rejected = words(length(random, 30, 0.95, 3, 140), vocabulary, random);
            rows.add(new Row(prompt, " " + chosen, " " + rejected));
        }
        return write(file, rows);
    }

    /// Writes pairs that are all of the same lengths.
    static Path pairs(Path file, int count, int prompt, int answer, int vocabulary) throws IOException {
        SplittableRandom random = new SplittableRandom(2);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(new Row(
                    words(prompt, vocabulary, random),
                    " " + words(answer, vocabulary, random),
                    " " + words(answer, vocabulary, random)));
        }
        return write(file, rows);
    }

    /// Prompts of eight words.
    static List<String> prompts(int count, int vocabulary) {
        SplittableRandom random = new SplittableRandom(3);
        return IntStream.range(0, count)
                .mapToObj(i -> words(8, vocabulary, random))
                .toList();
    }

    /// Beginnings of stories in English.
    static List<String> stories() {
        List<String> all = new ArrayList<>();
        for (String kind : List.of("little", "big", "happy", "sad", "funny", "kind", "brave", "old")) {
            for (String hero : List.of("girl", "boy", "dog", "cat", "bird", "bear", "frog", "fish")) {
                for (String name : List.of("Lily", "Tim", "Ben", "Sue", "Max", "Mia", "Tom", "Sam")) {
                    all.add("Once upon a time, there was a " + kind + " " + hero + " named " + name);
                }
            }
        }
        return all;
    }

    private record Row(String prompt, String chosen, String rejected) {}

    private static Path write(Path file, List<Row> rows) throws IOException {
        return Files.write(
                file, rows.stream().map(JsonMapper.shared()::writeValueAsString).toList());
    }

    private static int length(SplittableRandom random, double middle, double deviation, int least, int most) {
        return Math.clamp(Math.round(middle * Math.exp(deviation * random.nextGaussian())), least, most);
    }

    private static String words(int count, int vocabulary, SplittableRandom random) {
        return random.ints(count, SPECIAL.size(), vocabulary)
                .mapToObj(id -> "w" + id)
                .collect(Collectors.joining(" "));
    }
}

package dev.poise.experiment;

import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.torch.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A fresh, tiny Llama with a vocabulary of whole words, as a Hugging Face directory.
public final class TinyModel {

    private static final String UNKNOWN = "<unk>";
    private static final String BEGIN = "<s>";
    private static final String END = "</s>";

    private TinyModel() {}

    /// Writes configuration, tokenizer and random weights.
    public static void write(Path directory, Collection<String> words, long seed) throws IOException {
        Files.createDirectories(directory);
        ObjectNode tokenizer = tokenizer(words);
        int vocabulary = tokenizer.get("model").get("vocab").size();
        Files.writeString(directory.resolve("tokenizer.json"), tokenizer.toPrettyString());
        Files.writeString(directory.resolve("tokenizer_config.json"), """
                {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>",
                 "unk_token": "<unk>", "clean_up_tokenization_spaces": false}
                """);
        Files.writeString(directory.resolve("generation_config.json"), """
                {"bos_token_id": 1, "eos_token_id": 2}
                """);
        Files.writeString(directory.resolve("config.json"), """
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": %d,
                 "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
                 "intermediate_size": 176, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
                 "hidden_act": "silu", "rope_theta": 10000.0, "tie_word_embeddings": true,
                 "bos_token_id": 1, "eos_token_id": 2, "dtype": "float32"}
                """.formatted(vocabulary));
        try (Decoder decoder = ModelDirectory.fresh(directory, Precision.FLOAT32, 0.05, seed)) {
            ModelDirectory.write(decoder, directory, directory);
        }
    }

    /// A word-level tokenizer in the layout of `tokenizers`, putting one beginning-of-sequence token before a text.
    private static ObjectNode tokenizer(Collection<String> words) {
        ObjectNode tokenizer = JsonMapper.shared().createObjectNode();
        tokenizer.put("version", "1.0");
        tokenizer.putNull("truncation").putNull("padding").putNull("normalizer").putNull("decoder");
        ObjectNode model = tokenizer.putObject("model");
        model.put("type", "WordLevel").put("unk_token", UNKNOWN);
        ObjectNode vocabulary = model.putObject("vocab");
        for (String special : new String[] {UNKNOWN, BEGIN, END}) {
            int id = vocabulary.size();
            vocabulary.put(special, id);
            tokenizer
                    .withArray("added_tokens")
                    .addObject()
                    .put("id", id)
                    .put("content", special)
                    .put("special", true)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false);
        }
        words.forEach(word -> vocabulary.put(word, vocabulary.size()));
        tokenizer.putObject("pre_tokenizer").put("type", "WhitespaceSplit");
        ObjectNode processor = tokenizer.putObject("post_processor");
        processor.put("type", "TemplateProcessing");
        for (String kind : new String[] {"single", "pair"}) {
            processor
                    .withArray(kind)
                    .addObject()
                    .putObject("SpecialToken")
                    .put("id", BEGIN)
                    .put("type_id", 0);
            processor
                    .withArray(kind)
                    .addObject()
                    .putObject("Sequence")
                    .put("id", "A")
                    .put("type_id", 0);
        }
        processor
                .withArray("pair")
                .addObject()
                .putObject("Sequence")
                .put("id", "B")
                .put("type_id", 0);
        ObjectNode begin = processor.putObject("special_tokens").putObject(BEGIN);
        begin.put("id", BEGIN).putArray("ids").add(1);
        begin.putArray("tokens").add(BEGIN);
        return tokenizer;
    }
}

package dev.poise.cli;

import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.run.AtomicWrite;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Precision;
import dev.poise.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `poise init`: a model with random weights, to be trained from scratch.
@Command(
        footer = {
            "",
            "Weights are drawn as transformers draws them: normal, with the configuration's initializer_range. The"
                    + " tokenizer's special ids are written into config.json, and its size where that has no vocab_size."
        })
final class Init implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "CONFIG", description = "A config.json, or a directory that holds one.")
    private Path config;

    @Option(
            names = "--tokenizer",
            required = true,
            paramLabel = "DIR",
            description = "Directory of the tokenizer's files, such as poise tokenizer train writes.")
    private Path tokenizer;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Of the draws (default: 0).")
    private long seed;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "Directory to write, which must not exist yet.")
    private Path output;

    Init(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Path file = Files.isDirectory(config) ? config.resolve("config.json") : config;
        ObjectNode content = read(file);
        Output.requireNew(output);
        try (Tokenizer read = Tokenizer.read(tokenizer)) {
            fit(content, file, read);
        }
        Torch.start(0);
        long[] parameters = {0};
        AtomicWrite.directory(output, target -> {
            ModelDirectory.copyCompanions(tokenizer, target);
            // It speaks of another model's ids.
            Files.deleteIfExists(target.resolve("generation_config.json"));
            Files.writeString(target.resolve("config.json"), content.toString());
            try (Decoder decoder = ModelDirectory.fresh(target, Precision.FLOAT32, seed)) {
                parameters[0] = decoder.parameters().values().numel();
                ModelDirectory.write(decoder, target, target);
            }
        });
        console.result(String.format(Locale.ROOT, "%s: %,d parameters, seed %d", output, parameters[0], seed));
        return 0;
    }

    private static ObjectNode read(Path file) throws IOException {
        try {
            JsonNode content = JsonMapper.shared().readTree(Files.readString(file));
            if (content instanceof ObjectNode object) {
                return object;
            }
            throw new IllegalArgumentException(file + ": must hold a JSON object");
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ": broken JSON: " + e.getOriginalMessage(), e);
        }
    }

    /// Makes size and special ids those of the tokenizer.
    private void fit(ObjectNode content, Path file, Tokenizer read) {
        int tokens = read.vocabularySize();
        if (!content.has("vocab_size")) {
            content.put("vocab_size", tokens);
        } else if (content.path("vocab_size").intValue(0) < tokens) {
            throw new IllegalArgumentException(file + ": vocab_size must be at least the " + tokens
                    + " tokens of " + tokenizer + ", got " + content.path("vocab_size")
                    + "; leave it out to take the tokenizer's");
        }
        fit(content, "bos_token_id", read.bosId());
        fit(content, "eos_token_id", read.eosId());
        fit(content, "pad_token_id", read.padId());
    }

    private void fit(ObjectNode content, String key, OptionalInt id) {
        JsonNode said = content.path(key);
        if (said.isNumber() && (id.isEmpty() || said.intValue(-1) != id.getAsInt())) {
            console.note(key + ": the configuration says " + said + ", the tokenizer "
                    + (id.isPresent() ? "says " + id.getAsInt() : "has none") + "; the tokenizer's word is written");
        }
        if (id.isPresent()) {
            content.put(key, id.getAsInt());
        } else {
            content.putNull(key);
        }
    }
}

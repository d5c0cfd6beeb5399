package dev.poise.cli.bench;

import dev.poise.model.Decoder;
import dev.poise.model.Lora;
import dev.poise.model.ModelDirectory;
import dev.poise.torch.Precision;
import dev.poise.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The models and texts of a benchmark: given ones, or made up when they are first asked for.
final class Inputs {

    private final Settings settings;
    private final Path folder;
    private Optional<Path> large = Optional.empty();

    /// @param folder where what is made up goes
    Inputs(Settings settings, Path folder) {
        this.settings = settings;
        this.folder = folder;
    }

    /// The large model.
    Path large() throws IOException {
        if (large.isEmpty()) {
            large = Optional.of(makeLarge());
        }
        return large.get();
    }

    private Path makeLarge() throws IOException {
        if (settings.model() != null) {
            return settings.model();
        }
        return settings.tokenizer() == null
                ? madeUpLarge()
                : MadeUp.model(folder.resolve("large"), MadeUp.Shape.LARGE, settings.tokenizer());
    }

    /// The large model with a vocabulary of made-up words, whatever else is given.
    Path madeUpLarge() throws IOException {
        Path directory = folder.resolve("large-made-up");
        return Files.exists(directory.resolve("model.safetensors"))
                ? directory
                : MadeUp.model(directory, MadeUp.Shape.LARGE, MadeUp.LARGE_VOCABULARY);
    }

    /// A fresh adapter of every linear layer of the large model, the same for both sides.
    Path adapter() throws IOException {
        Torch.start(settings.threadsInUse());
        Path directory = Files.createDirectories(folder.resolve("adapter"));
        Lora lora = new Lora(8, 16, false, List.of(Lora.ALL_LINEAR));
        try (Decoder adapted =
                ModelDirectory.read(large(), Precision.FLOAT32, false).adapted(lora, 0)) {
            ModelDirectory.write(adapted, large(), directory);
        }
        return directory;
    }

    /// Pairs that the large model's tokens fit.
    PreparedPairs pairs(int count) throws IOException {
        Path source = settings.pairs() != null
                ? settings.pairs()
                // More than are asked for: a few may be of no use, such as equal answers.
                : MadeUp.pairs(folder.resolve("made-up.jsonl"), count + 16, MadeUp.LARGE_VOCABULARY);
        return PreparedPairs.of(source, large(), Settings.MAX_TOKENS, count, folder.resolve("pairs.jsonl"));
    }

    /// The large model, writing on and on, with prompts for it.
    EndlessModel endlessLarge() throws IOException {
        boolean madeUp = settings.model() == null && settings.tokenizer() == null;
        return EndlessModel.of(large(), folder.resolve("large-endless"), prompts(madeUp, MadeUp.LARGE_VOCABULARY));
    }

    /// The small model, writing on and on, with prompts for it.
    EndlessModel endlessSmall() throws IOException {
        boolean madeUp = settings.smallModel() == null;
        Path model = settings.smallModel() == null
                ? MadeUp.model(folder.resolve("small"), MadeUp.Shape.SMALL, MadeUp.SMALL_VOCABULARY)
                : settings.smallModel();
        return EndlessModel.of(model, folder.resolve("small-endless"), prompts(madeUp, MadeUp.SMALL_VOCABULARY));
    }

    private static List<String> prompts(boolean madeUp, int vocabulary) {
        return madeUp ? MadeUp.prompts(512, vocabulary) : MadeUp.stories();
    }
}

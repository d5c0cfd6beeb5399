package dev.poise.benchmarks;

import dev.poise.data.Encoded;
import dev.poise.data.Source;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// What benchmarks run on: models and rows drawn at random.
final class Drawn {

    private Drawn() {}

    /// A fresh decoder in float32.
    ///
    /// @param configuration the content of a `config.json`
    static Decoder decoder(String configuration) {
        try {
            Path folder = Files.createTempDirectory("poise-benchmark");
            Path file = Files.writeString(folder.resolve("config.json"), configuration);
            Decoder decoder = ModelDirectory.fresh(folder, Precision.FLOAT32, 0.02, 3);
            Files.delete(file);
            Files.delete(folder);
            return decoder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Pairs that share their prompts, with answers of 32 to 64 tokens.
    static List<Encoded.Pair> pairs(int count, int vocabulary, int prompt, SplittableRandom random) {
        List<Encoded.Pair> pairs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] asked = random.ints(prompt, 0, vocabulary).toArray();
            pairs.add(new Encoded.Pair(
                    new Source(Path.of("drawn"), i + 1),
                    sequence(asked, random.nextInt(32, 65), vocabulary, random),
                    sequence(asked, random.nextInt(32, 65), vocabulary, random)));
        }
        return pairs;
    }

    /// A sequence whose answer is trained.
    static TokenSequence sequence(int[] prompt, int answer, int vocabulary, SplittableRandom random) {
        int length = prompt.length + answer;
        int[] ids = IntStream.range(0, length)
                .map(i -> i < prompt.length ? prompt[i] : random.nextInt(vocabulary))
                .toArray();
        boolean[] trained = new boolean[length];
        Arrays.fill(trained, prompt.length, length, true);
        return new TokenSequence(ids, trained);
    }
}

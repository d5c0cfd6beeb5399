package dev.poise.example;

import dev.poise.data.Content;
import dev.poise.data.Encoded;
import dev.poise.data.Encoder;
import dev.poise.data.Encoding;
import dev.poise.data.Example;
import dev.poise.data.Source;
import dev.poise.data.TooLong;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.objective.Dpo;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Precision;
import dev.poise.torch.Torch;
import dev.poise.train.AdamW;
import dev.poise.train.Likelihoods;
import dev.poise.train.TrainingRow;
import dev.poise.train.Tuner;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The program of the README: loads a model, scores a pair, and tunes the model on it.
final class TuneAPair {

    private TuneAPair() {}

    public static void main(String[] arguments) {
        Path directory = Path.of(arguments[0]);
        Torch.start(0);
        try (Tokenizer tokenizer = Tokenizer.read(directory);
                Decoder policy = ModelDirectory.read(directory, Precision.FLOAT32, true)) {
            Content prompt = new Content.Text("The sky is");
            Example pair = new Example.Pair(
                    new Source(Path.of("here"), 1),
                    prompt,
                    new Content.Text(" blue and bright."),
                    prompt,
                    new Content.Text(" a bucket."));
            Encoder encoder = new Encoder(tokenizer, Optional.empty(), 64, TooLong.CUT);
            if (encoder.encode(pair) instanceof Encoding.Kept(Encoded row, boolean cut, int merges)) {
                double[] reference = Likelihoods.summed(policy, List.of(row), 4096, done -> {})[0];
                System.out.printf("before: chosen %.3f, rejected %.3f nats%n", reference[0], reference[1]);
                AdamW.Settings adam = new AdamW.Settings(0.9, 0.999, 1e-8, 0);
                try (Tuner tuner = new Tuner(policy, new Dpo(0.1, 0), new Tuner.Settings(adam, 1.0, 4096))) {
                    for (int step = 0; step < 20; step++) {
                        tuner.step(List.of(new TrainingRow(row, reference)), 1e-4);
                    }
                }
                double[] tuned = Likelihoods.summed(policy, List.of(row), 4096, done -> {})[0];
                System.out.printf("after:  chosen %.3f, rejected %.3f nats%n", tuned[0], tuned[1]);
            }
        }
    }
}

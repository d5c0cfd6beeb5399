package dev.poise.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// A run directory with the curves that DPO usually draws, made up.
final class SyntheticRun {

    private SyntheticRun() {}

    /// Lines of metrics as many as wanted, made fast.
    static List<String> noise(int steps) {
        Random random = new Random(9);
        List<String> lines = new ArrayList<>();
        for (int step = 1; step <= steps; step++) {
            lines.add("{\"step\":" + step + ",\"loss\":" + random.nextDouble() + ",\"grad_norm\":" + random.nextDouble()
                    + ",\"rewards/margins\":" + random.nextDouble() + ",\"entropy\":" + random.nextDouble() + "}");
        }
        return lines;
    }

    /// @param steps how many lines of metrics, held-out ones every tenth of it
    static Path write(Path directory, int steps) {
        try {
            Files.createDirectories(directory);
            Files.write(directory.resolve("metrics.jsonl"), metrics(steps));
            Files.write(directory.resolve("samples.jsonl"), samples(steps));
            Files.writeString(directory.resolve("recipe.yaml"), RECIPE);
            Files.writeString(directory.resolve("manifest.json"), MANIFEST);
            Files.writeString(directory.resolve("results.json"), RESULTS);
            Files.writeString(directory.resolve("quarantine.jsonl"), QUARANTINE);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> metrics(int steps) {
        Random random = new Random(3);
        List<String> lines = new ArrayList<>();
        for (int step = 1; step <= steps; step++) {
            double done = (double) step / steps;
            lines.add(line("", step, done, random, 1));
            if (step % Math.max(1, steps / 10) == 0) {
                lines.add(line("eval_", step, done, random, 0.25));
            }
        }
        return lines;
    }

    private static String line(String prefix, int step, double done, Random random, double noise) {
        double learnt = 1 - Math.exp(-3.2 * done);
        double margin = 2.3 * learnt + noise * 0.25 * random.nextGaussian() * learnt;
        double chosen = 0.35 * Math.sin(3.0 * done) - 1.1 * done * done + noise * 0.06 * random.nextGaussian() * learnt;
        double batch = noise * 9 * random.nextGaussian();
        String common = String.format(
                Locale.ROOT,
                "{\"step\":%d,\"epoch\":%.4f,\"Xloss\":%.6f,\"Xrewards/chosen\":%.5f,\"Xrewards/rejected\":%.5f,"
                        + "\"Xrewards/margins\":%.5f,\"Xrewards/accuracies\":%.4f,\"Xlogps/chosen\":%.3f,"
                        + "\"Xlogps/rejected\":%.3f,\"Xentropy\":%.4f,\"Xmean_token_accuracy\":%.4f",
                step,
                2 * done,
                Math.log1p(Math.exp(-margin))
                        + (prefix.isEmpty() ? 0 : 0.04 + 0.06 * done * done)
                        + noise * 0.03 * random.nextGaussian(),
                chosen,
                chosen - margin,
                margin,
                Math.min(1, Math.max(0, 0.5 + 0.38 * learnt + noise * 0.06 * random.nextGaussian())),
                -92 + batch + 10 * chosen,
                -88 + batch + 10 * (chosen - margin),
                2.31 - 0.42 * learnt + noise * 0.03 * random.nextGaussian(),
                0.431 + 0.03 * learnt + noise * 0.008 * random.nextGaussian());
        String training = String.format(
                Locale.ROOT,
                ",\"grad_norm\":%.4f,\"learning_rate\":%.4e,\"num_tokens\":%d,\"pairs_per_second\":%.3f,"
                        + "\"tokens_per_second\":%.1f",
                1.9 * Math.exp(0.25 * random.nextGaussian()) * (1.3 - learnt),
                5e-6 * Math.min(done / 0.1, (1 - done) / 0.9),
                step * 6_143L,
                38 + 2.5 * random.nextGaussian(),
                8_900 + 300 * random.nextGaussian());
        return common.replace("X", prefix) + (prefix.isEmpty() ? training : "") + "}";
    }

    private static List<String> samples(int steps) {
        List<String> lines = new ArrayList<>();
        String[] prompts = {"Once upon a time, there was a little", "Tom saw a big dog.", "The sun was", "Lily and Ben"
        };
        String[] before = {
            " girl named Sue. She was sad. She was sad because she lost her toy. It was bad, and she cried and cried.",
            " The dog was angry. Tom was scared and ran away. He did not like the dog. It was a bad day for Tom.",
            " hot and the grass was dry. The little bird was thirsty and could not find water.",
            " were playing in the park. They had a fight. Ben pushed Lily. Lily was hurt and she was very sad."
        };
        String[] after = {
            " girl named Sue. She was happy. She found a good toy and shared it with her friend. They laughed all day.",
            " The dog was kind. Tom gave the dog a ball, and the happy dog ran after it. It was a good day for Tom.",
            " bright and warm. The happy little bird sang a good song for all of its friends.",
            " were playing in the park. Ben made a good joke, and Lily laughed. They were happy and they hugged."
        };
        double[] rewards = {-2, -1, -1, -1};
        for (int step : new int[] {0, steps / 2, steps}) {
            for (int i = 0; i < prompts.length; i++) {
                boolean early = step == 0 || (step < steps && i % 2 == 1);
                lines.add(String.format(
                        Locale.ROOT,
                        "{\"step\":%d,\"prompt\":\"%s\",\"completion\":\"%s\",\"reward\":%.1f}",
                        step,
                        prompts[i],
                        early ? before[i] : after[i],
                        early ? rewards[i] : 2.0));
            }
        }
        return lines;
    }

    private static final String RECIPE = """
            # as bound: every default is visible
            method: preference
            model: models/tiny-stories
            reference: initial
            data:
              train: pairs.jsonl.gz
              evaluate: 0.05
              bad_rows: quarantine
            objective:
              - {type: dpo, beta: 0.1}
            train:
              epochs: 2
              batch_pairs: 32
              learning_rate: 5.0e-6
              schedule: linear
              warmup_steps: 20
              clip_norm: 1.0
              precision: float32
              max_tokens: 512
            seed: 7
            output: runs/dpo-happy-stories
            """;

    private static final String MANIFEST = """
            {"poise": "0.1.0", "revision": "4be1f0c", "started": "2026-11-20T09:14:03Z", "seconds": 168.4,
             "device": {"kind": "cpu", "threads": 2, "memory_gigabytes": 15.6},
             "data": {"train": {"file": "pairs.jsonl.gz", "sha256": "9d1c1f3c0c1f7b0b6a4d5b8e5f7a11c2", "rows": 3200},
                      "evaluate": {"rows": 168}},
             "versions": {"java": "25.0.1", "libtorch": "2.10.0"}, "seeds": [7, 11]}
            """;

    private static final String RESULTS = """
            {"title": "Happier stories with DPO",
             "tables": [{"name": "ground truth", "figures": [
               {"name": "Win rate against the start", "value": 0.81, "low": 0.7545, "high": 0.8561, "n": 200,
                "unit": "share", "detail": "ground truth, ties half"}]}],
             "notes": ["Ground truth: good words less bad words, lexical:happy,good;-sad,bad."]}
            """;

    private static final String QUARANTINE = """
            {"file": "pairs.jsonl.gz", "line": 17, "reason": "completion must not be empty"}
            {"file": "pairs.jsonl.gz", "line": 80, "reason": "chosen and rejected must differ"}
            {"file": "pairs.jsonl.gz", "line": 81, "reason": "completion must not be empty"}
            """;
}

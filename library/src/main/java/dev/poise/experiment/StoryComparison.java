package dev.poise.experiment;

import static dev.poise.experiment.Sides.mean;

import dev.poise.data.Encoded;
import dev.poise.evaluate.Estimate;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleConsumer;

/// Objectives side by side on a story-writing decoder's own samples under a reward that is known.
///
/// Every seed draws its own prompts and continuations, makes pairs of the best and the worst, and tunes the same
/// decoder on them once with each objective: same pairs, same order, same steps. Then all continue the same prompts,
/// which none has seen, with the same stream of draws a prompt, so that a decoder that did not change would write what
/// the start writes.
///
/// @param scale how much is done
/// @param series one an arm
/// @param start the untuned decoder
/// @param pairs mean number of pairs a seed
record StoryComparison(
        Scale scale, List<Series<StoryComparison.Outcome>> series, StoryComparison.Outcome start, double pairs) {

    private static final int EACH = 4;
    private static final long TEST_SEED = 7_919;

    /// How much is done.
    ///
    /// @param arms objectives in the order of the page
    /// @param seeds how often all is repeated
    /// @param prompts beginnings of stories that pairs are made of, a seed
    /// @param testPrompts beginnings that all decoders continue in the end
    /// @param learningRate peak, falling linearly to 0
    record Scale(List<Arm> arms, int seeds, int prompts, int testPrompts, double learningRate) {}

    /// What became of the start with one objective and seed.
    ///
    /// @param wins σ(reward − reward of the start) of every test prompt
    /// @param chosen mean log-probability of a token of held-out chosen continuations, nats
    /// @param rejected the same of rejected ones
    /// @param topEntropy mean entropy of the ten likeliest tokens over chosen continuations, bits
    /// @param topMass mean mass of the ten likeliest tokens
    /// @param reward mean reward
    record Outcome(double[] wins, double chosen, double rejected, double topEntropy, double topMass, double reward) {

        /// @param rewards of the policy's continuations
        /// @param startRewards of the untuned decoder's
        static Outcome of(Decoder policy, double[] rewards, double[] startRewards, List<Encoded> held) {
            double[] wins = new double[rewards.length];
            Arrays.setAll(wins, i -> 1 / (1 + Math.exp(startRewards[i] - rewards[i])));
            Sides sides = Sides.of(policy, held);
            return new Outcome(
                    wins,
                    mean(sides.chosen().logProbs()),
                    mean(sides.rejected().logProbs()),
                    mean(sides.chosen().topEntropies()),
                    mean(sides.chosen().topMasses()),
                    mean(rewards));
        }

        /// P_win against the start.
        double win() {
            return mean(wins);
        }
    }

    /// Runs the comparison.
    ///
    /// @param model a decoder that writes stories, in the Hugging Face layout
    /// @param tuned told P_win of every decoder tuned
    static StoryComparison of(Path model, Tokenizer tokenizer, Scale scale, DoubleConsumer tuned) {
        List<Series<Outcome>> series = scale.arms().stream()
                .map(arm -> new Series<Outcome>(arm.name(), new ArrayList<>()))
                .toList();
        try (Decoder start = ModelDirectory.read(model, Precision.FLOAT32, false)) {
            StoryPairs stories = new StoryPairs(start, tokenizer, Cheer.counted());
            List<int[]> test = stories.prompts(scale.testPrompts(), TEST_SEED);
            List<Encoded> held = stories.pairs(test.subList(0, test.size() / 4), EACH, TEST_SEED + 1);
            double[] startRewards = stories.rewards(test, StoryPairs.judged(TEST_SEED));
            long pairs = 0;
            for (int seed = 0; seed < scale.seeds(); seed++) {
                long stream = 100_000L * (seed + 1);
                OnePass pass = OnePass.over(
                        stories.pairs(stories.prompts(scale.prompts(), stream), EACH, stream + 1), start, seed);
                pairs += pass.rows().size();
                for (int i = 0; i < scale.arms().size(); i++) {
                    try (Decoder policy = ModelDirectory.read(model, Precision.FLOAT32, true)) {
                        pass.tune(policy, scale.arms().get(i).objective(), scale.learningRate());
                        double[] rewards = new StoryPairs(policy, tokenizer, Cheer.counted())
                                .rewards(test, StoryPairs.judged(TEST_SEED));
                        Outcome outcome = Outcome.of(policy, rewards, startRewards, held);
                        series.get(i).outcomes().add(outcome);
                        tuned.accept(outcome.win());
                    }
                }
            }
            Outcome unmoved = Outcome.of(start, startRewards, startRewards, held);
            return new StoryComparison(scale, series, unmoved, (double) pairs / scale.seeds());
        }
    }

    Series<Outcome> of(Arm arm) {
        return Series.of(arm, series);
    }

    /// By how much an arm's P_win is above another's, over prompts; every prompt's is the mean over seeds.
    Estimate lessByPrompt(Arm better, Arm worse) {
        return Estimate.pairedDifference(
                "difference",
                "share",
                of(better).meanOf(Outcome::wins),
                of(worse).meanOf(Outcome::wins));
    }
}

package dev.poise.experiment;

import dev.poise.data.Encoded;
import dev.poise.data.Shuffle;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.monitor.HeldOut;
import dev.poise.monitor.Own;
import dev.poise.monitor.Reading;
import dev.poise.monitor.Scored;
import dev.poise.monitor.Watch;
import dev.poise.objective.Mixture;
import dev.poise.sample.TextSample;
import dev.poise.tokenize.TokenSequence;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Precision;
import dev.poise.train.AdamW;
import dev.poise.train.Likelihoods;
import dev.poise.train.TrainingRow;
import dev.poise.train.Tuner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The way of one run, looked at again and again: how its stories are judged, and what the monitors read meanwhile.
///
/// @param setting how it was tuned
/// @param looks from step 0 on, equally far apart
record Trail(Setting setting, List<Look> looks) {

    private static final int EACH = 4;
    private static final int MICRO_BATCH_TOKENS = 8192;
    private static final int WARM_UP = 20;
    private static final double SMOOTHING = 0.5;

    /// Mean word-level F1 of answers to questions, where there are some.
    static final String F1 = "questions/f1";

    /// A judged look at the policy.
    ///
    /// @param step optimiser steps done
    /// @param wins σ(reward − reward of the start) of every prompt that nothing was tuned on
    /// @param seen the mean of the same over prompts of the pairs
    /// @param reward mean over the prompts that nothing was tuned on
    /// @param lambda of the curb; 0 without one
    /// @param reading of held-out pairs and of the judged stories
    /// @param story one of them
    record Look(long step, double[] wins, double seen, double reward, double lambda, Reading reading, String story) {

        /// P_win against the start.
        double win() {
            return Sides.mean(wins);
        }

        /// A metric of the monitors; NaN where it is none.
        double metric(String name) {
            return reading.finite(name).orElse(Double.NaN);
        }
    }

    /// How long and how closely.
    ///
    /// @param prompts beginnings of stories that pairs are made of
    /// @param batch pairs a step
    /// @param steps of the optimiser
    /// @param every steps between looks
    /// @param judged beginnings that nothing was tuned on, continued at every look
    /// @param seen beginnings of pairs, continued at every look
    /// @param held pairs held out at most
    /// @param learningRate after a warm-up of 20 steps
    record Scale(int prompts, int batch, int steps, int every, int judged, int seen, int held, double learningRate) {}

    /// What runs of one seed share: the start, its pairs, and what stories are judged by.
    static final class Ground implements AutoCloseable {

        private static final long TEST_SEED = 7_919;

        private final Path model;
        private final Tokenizer tokenizer;
        private final Scale scale;
        private final long seed;
        private final Decoder start;
        private final List<TrainingRow> rows;
        private final List<Encoded> held;
        private final double[][] heldReference;
        private final List<int[]> unseen;
        private final List<int[]> seen;
        private final List<TextSample> first;
        private final double[] firstRewards;
        private final double[] firstSeen;
        private final @Nullable Questions questions;

        /// @param questions asked at every look; null for none
        /// @param seed of the pairs, their order and nothing else: all seeds are judged on the same prompts
        Ground(Path model, Tokenizer tokenizer, Scale scale, @Nullable Questions questions, long seed) {
            this.model = model;
            this.tokenizer = tokenizer;
            this.scale = scale;
            this.questions = questions;
            this.seed = seed;
            this.start = ModelDirectory.read(model, Precision.FLOAT32, false);
            StoryPairs stories = stories(start);
            long stream = 100_000L * (seed + 1);
            List<int[]> prompts = stories.prompts(scale.prompts(), stream);
            List<Encoded> pairs = stories.pairs(prompts, EACH, stream + 1);
            double[][] reference = Likelihoods.summed(start, pairs, MICRO_BATCH_TOKENS, done -> {});
            this.rows = IntStream.range(0, pairs.size())
                    .mapToObj(i -> new TrainingRow(pairs.get(i), reference[i]))
                    .toList();
            this.unseen = stories.prompts(scale.judged(), TEST_SEED);
            this.seen = prompts.subList(0, Math.min(scale.seen(), prompts.size()));
            List<Encoded> others = stories.pairs(unseen, EACH, TEST_SEED + 1);
            this.held = others.subList(0, Math.min(scale.held(), others.size()));
            this.heldReference = Likelihoods.summed(start, held, MICRO_BATCH_TOKENS, done -> {});
            this.first = stories.continued(unseen, StoryPairs.judged(TEST_SEED));
            this.firstRewards = rewards(first);
            this.firstSeen = rewards(stories.continued(seen, StoryPairs.judged(TEST_SEED)));
        }

        /// Pairs to tune on.
        int pairs() {
            return rows.size();
        }

        private StoryPairs stories(Decoder decoder) {
            return new StoryPairs(decoder, tokenizer, Cheer.counted());
        }

        private static double[] rewards(List<TextSample> samples) {
            return samples.stream()
                    .mapToDouble(sample -> Cheer.felt().score("", sample.text()))
                    .toArray();
        }

        private static double[] wins(double[] rewards, double[] of) {
            double[] wins = new double[rewards.length];
            Arrays.setAll(wins, i -> 1 / (1 + Math.exp(of[i] - rewards[i])));
            return wins;
        }

        private Look look(Decoder policy, long step, double lambda) {
            List<TextSample> drawn = stories(policy).continued(unseen, StoryPairs.judged(TEST_SEED));
            double[] rewards = rewards(drawn);
            double[] seenRewards = rewards(stories(policy).continued(seen, StoryPairs.judged(TEST_SEED)));
            Scored chosen = side(policy, 0);
            Reading reading = new Reading(step, HeldOut.reading(chosen, side(policy, 1), true, 1));
            // A policy that ends a story at once has written nothing to look at.
            List<TokenSequence> written = IntStream.range(0, unseen.size())
                    .filter(i -> drawn.get(i).sample().tokens().length > 0)
                    .mapToObj(i -> StoryPairs.sequence(unseen.get(i), drawn.get(i)))
                    .toList();
            LinkedHashMap<String, Double> values = new LinkedHashMap<>(reading.values());
            values.putAll(Own.reading(
                    drawn.stream().map(Ground::answer).toList(),
                    first.stream().map(sample -> sample.sample().tokens()).toList(),
                    Sides.scored(policy, written),
                    null,
                    tokenizer.vocabularySize()));
            if (questions != null) {
                values.put(F1, questions.f1(policy, tokenizer));
            }
            return new Look(
                    step,
                    wins(rewards, firstRewards),
                    Sides.mean(wins(seenRewards, firstSeen)),
                    Sides.mean(rewards),
                    lambda,
                    new Reading(step, values),
                    drawn.getFirst().text());
        }

        private static Own.Answer answer(TextSample sample) {
            return new Own.Answer(
                    sample.sample().tokens(), sample.text(), sample.sample().ended());
        }

        private Scored side(Decoder policy, int side) {
            return Sides.scored(
                            policy,
                            held.stream()
                                    .map(pair -> TrainingRow.sequences(pair).get(side))
                                    .toList())
                    .against(Arrays.stream(heldReference)
                            .mapToDouble(sums -> sums[side])
                            .toArray());
        }

        /// Tunes the start in one way and looks at it again and again.
        ///
        /// @param every steps between looks
        Trail follow(Setting setting, int every) {
            Mixture objective = setting.objective();
            Tuner.Settings settings =
                    new Tuner.Settings(new AdamW.Settings(0.9, 0.95, 1e-8, 0), 1.0, MICRO_BATCH_TOKENS);
            Watch watch = new Watch(List.of(), Set.of(), setting.governor(), SMOOTHING);
            boolean curbed = objective.terms().size() > 1;
            Watch.State state = watch.start(curbed ? objective.terms().get(1).weight() : 0);
            List<Look> looks = new ArrayList<>();
            try (Decoder policy = ModelDirectory.read(model, Precision.FLOAT32, true);
                    Tuner tuner = new Tuner(policy, objective, settings)) {
                int epoch = rows.size() / scale.batch();
                for (int step = 0; step <= scale.steps(); step++) {
                    if (step % every == 0) {
                        double lambda = state.weight()
                                .orElse(curbed ? objective.terms().get(1).weight() : 0);
                        Look look = look(policy, step, lambda);
                        looks.add(look);
                        state = watch.next(state, look.reading()).state();
                        state.weight().ifPresent(weight -> tuner.pursue(objective.weighing(1, weight)));
                    }
                    if (step < scale.steps()) {
                        int[] order = Shuffle.epoch(rows.size(), seed, step / epoch);
                        int from = step % epoch * scale.batch();
                        List<TrainingRow> batch = Arrays.stream(order, from, from + scale.batch())
                                .mapToObj(rows::get)
                                .toList();
                        tuner.step(batch, scale.learningRate() * Math.min(1, (step + 1.0) / WARM_UP));
                    }
                }
            }
            return new Trail(setting, looks);
        }

        @Override
        public void close() {
            start.close();
        }
    }

    Look last() {
        return looks.getLast();
    }

    /// Where a value is highest, smoothed over a look and its neighbours: one look alone is a draw of stories.
    Look peak(ToDoubleFunction<Look> value) {
        int best = 0;
        double highest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < looks.size(); i++) {
            double smooth = looks.subList(Math.max(0, i - 1), Math.min(looks.size(), i + 2)).stream()
                    .mapToDouble(value)
                    .average()
                    .orElseThrow();
            if (smooth > highest) {
                highest = smooth;
                best = i;
            }
        }
        return looks.get(best);
    }
}

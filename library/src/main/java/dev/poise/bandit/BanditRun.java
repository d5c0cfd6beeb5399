package dev.poise.bandit;

import dev.poise.bandit.Setting.Anchor;
import dev.poise.bandit.Setting.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// One policy, fine-tuned as one setting says. The same setting and seed give the same numbers to the last bit.
public final class BanditRun {

    /// States that are not trained on.
    private static final int EVALUATION_STATES = 100;

    /// How the policy is brought to π_data. Source: the code released with arXiv 2404.14367.
    private static final int FITTING_STEPS = 100;

    private static final double FITTING_RATE = 0.01;

    private final Setting setting;
    private final Family family;
    private final RandomGenerator sampling;
    private final RandomGenerator order;
    private final float[][] states;
    private final float[][] evaluationStates;
    private final Network network;
    private final List<Point> points = new ArrayList<>();

    private int steps;
    private long queries;
    private double loss = Double.NaN;
    private double gradientNorm = Double.NaN;

    private long seen; // returns so far
    private double seenMean;
    private double seenSquares; // sum of squared distances from the mean

    private BanditRun(Setting setting, long seed) {
        this.setting = setting;
        family = setting.problem().family();
        // One stream for each thing that is drawn: more samples leave states and weights as they are.
        SplittableRandom root = new SplittableRandom(seed);
        states = states(setting.states(), root.split());
        evaluationStates = states(EVALUATION_STATES, root.split());
        network = new Network(Problem.STATE, family.outputs(), root.split());
        sampling = root.split();
        order = root.split();
    }

    /// Trains a policy and measures it on the way.
    ///
    /// @param seed of states, weights, samples and order
    /// @return what it was like, before the first step and behind the rounds that are measured
    /// @throws ArithmeticException when a loss or its gradient is no finite number
    public static List<Point> of(Setting setting, long seed) {
        BanditRun run = new BanditRun(setting, seed);
        run.fit();
        run.train();
        return List.copyOf(run.points);
    }

    /// Full-batch steps on KL(π ‖ π_data).
    private void fit() {
        Adam adam = new Adam(network.parameters(), FITTING_RATE, Double.POSITIVE_INFINITY);
        double[] data = family.data();
        for (int step = 0; step < FITTING_STEPS; step++) {
            Network.Pass pass = network.forward(states);
            float[][] by = new float[states.length][];
            for (int s = 0; s < states.length; s++) {
                double[] slope = new double[family.outputs()];
                family.addDivergenceSlope(family.distribution(pass.outputs()[s]), data, 1.0 / states.length, slope);
                by[s] = floats(slope);
            }
            network.backward(pass, by);
            adam.step();
        }
    }

    private void train() {
        Adam adam = new Adam(network.parameters(), setting.learningRate(), setting.clipNorm());
        double[][] data = new double[setting.states()][];
        Arrays.setAll(data, s -> family.data());
        double[][] initial = distributions(states);
        double[][] writer = data;
        Samples samples = draw(writer, initial);
        queries = samples.round().size();
        measure(0, samples, writer);
        for (int round = 1; round <= setting.rounds(); round++) {
            double[][] anchor = setting.anchor() == Anchor.INITIAL || round == 1 ? initial : distributions(states);
            if (round > 1 && setting.source() == Source.ONLINE) {
                writer = distributions(states);
                samples = draw(writer, anchor);
                queries += samples.round().size();
            } else if (round > 1 && setting.anchor() == Anchor.PREVIOUS) {
                samples = samples.against(family, anchor);
            }
            for (int t = 0; t < setting.inner(); t++) {
                boolean last = t == setting.inner() - 1;
                for (int[] chosen : minibatches()) {
                    step(adam, samples, chosen, last);
                }
            }
            if (round % setting.evaluateEvery() == 0 || round == setting.rounds()) {
                measure(round, samples, writer);
            }
        }
    }

    /// Answers and what is known of them.
    private record Samples(double[] actions, Round round) {

        /// The same answers against another reference.
        Samples against(Family family, double[][] anchor) {
            return new Samples(
                    actions,
                    new Round(
                            round.states(),
                            round.samples(),
                            round.rewards(),
                            round.returns(),
                            round.behaviour(),
                            logProbs(family, anchor, actions, round.samples()),
                            round.mean(),
                            round.deviation()));
        }
    }

    private Samples draw(double[][] writer, double[][] anchor) {
        int samples = setting.samples();
        int size = setting.states() * samples;
        double[] actions = new double[size * family.width()];
        double[] rewards = new double[size];
        for (int i = 0; i < size; i++) {
            int at = i * family.width();
            family.draw(writer[i / samples], sampling, actions, at);
            rewards[i] = family.reward(setting.problem().reward(), actions, at);
        }
        double[] behaviour = logProbs(family, writer, actions, samples);
        double[] reference = logProbs(family, anchor, actions, samples);
        double[] returns = new double[size];
        for (int i = 0; i < size; i++) {
            returns[i] = rewards[i] - setting.method().rewardPenalty() * (behaviour[i] - reference[i]);
            see(returns[i]);
        }
        Round round = new Round(
                setting.states(),
                samples,
                rewards,
                returns,
                behaviour,
                reference,
                seenMean,
                Math.sqrt(seenSquares / seen));
        return new Samples(actions, round);
    }

    /// Welford's recurrence.
    private void see(double value) {
        seen++;
        double before = value - seenMean;
        seenMean += before / seen;
        seenSquares += before * (value - seenMean);
    }

    private int[][] minibatches() {
        int size = setting.minibatch() == 0 ? setting.states() : setting.minibatch();
        int[] all = new int[setting.states()];
        Arrays.setAll(all, s -> s);
        if (size < all.length) {
            for (int s = all.length - 1; s > 0; s--) {
                int other = order.nextInt(s + 1);
                int kept = all[s];
                all[s] = all[other];
                all[other] = kept;
            }
        }
        int[][] minibatches = new int[(all.length + size - 1) / size][];
        Arrays.setAll(minibatches, i -> Arrays.copyOfRange(all, i * size, Math.min((i + 1) * size, all.length)));
        return minibatches;
    }

    private void step(Adam adam, Samples samples, int[] chosen, boolean measured) {
        boolean whole = chosen.length == setting.states();
        Round round = whole ? samples.round() : samples.round().of(chosen);
        float[][] inputs = new float[chosen.length][];
        Arrays.setAll(inputs, i -> states[chosen[i]]);
        Network.Pass pass = network.forward(inputs);
        double[][] distributions = new double[chosen.length][];
        Arrays.setAll(distributions, i -> family.distribution(pass.outputs()[i]));
        double[] actions = whole ? samples.actions() : actions(samples, chosen);
        Method.Gradient gradient =
                setting.method().of(round, logProbs(family, distributions, actions, setting.samples()));
        if (gradient.terms() == 0) {
            loss = Double.NaN;
            gradientNorm = Double.NaN;
            return; // nothing to learn from, and Adam's momentum alone is no reason to move
        }
        if (!Double.isFinite(gradient.loss())) {
            throw new ArithmeticException(
                    "loss must be finite, got " + gradient.loss() + " at step " + (steps + 1) + " of " + setting);
        }
        float[][] by = new float[chosen.length][];
        for (int i = 0; i < chosen.length; i++) {
            double[] slope = new double[family.outputs()];
            int first = i * setting.samples();
            family.addScores(distributions[i], actions, gradient.byLogProb(), first, first + setting.samples(), slope);
            by[i] = floats(slope);
        }
        network.backward(pass, by);
        loss = gradient.loss();
        if (measured) {
            gradientNorm = adam.gradientNorm();
        }
        adam.step();
        steps++;
    }

    private double[] actions(Samples samples, int[] chosen) {
        int row = setting.samples() * family.width();
        double[] actions = new double[chosen.length * row];
        for (int i = 0; i < chosen.length; i++) {
            System.arraycopy(samples.actions(), chosen[i] * row, actions, i * row, row);
        }
        return actions;
    }

    private void measure(int round, Samples samples, double[][] writer) {
        double[] data = family.data();
        double reward = 0;
        double toData = 0;
        double fromData = 0;
        double entropy = 0;
        double[] histogram = new double[Categorical.ACTIONS];
        for (double[] distribution : distributions(evaluationStates)) {
            reward += family.expectedReward(distribution, setting.problem().reward()) / EVALUATION_STATES;
            toData += family.divergence(distribution, data) / EVALUATION_STATES;
            fromData += family.divergence(data, distribution) / EVALUATION_STATES;
            entropy += family.entropy(distribution) / EVALUATION_STATES;
            double[] shares = family.histogram(distribution);
            for (int k = 0; k < histogram.length; k++) {
                histogram[k] += shares[k] / EVALUATION_STATES;
            }
        }
        double[][] now = distributions(states);
        double staleness = 0;
        for (int s = 0; s < now.length; s++) {
            staleness += family.divergence(now[s], writer[s]) / now.length;
        }
        double[] logProbs = logProbs(family, now, samples.actions(), setting.samples());
        double[] reference = samples.round().reference();
        double[] sums = new double[2];
        int pairs = samples.round().forPairs(0, (good, bad) -> {
            sums[0] += logProbs[good] - reference[good];
            sums[1] += logProbs[bad] - reference[bad];
        });
        double better = pairs == 0 ? Double.NaN : sums[0] / pairs;
        double worse = pairs == 0 ? Double.NaN : sums[1] / pairs;
        if (!Double.isFinite(reward) || !Double.isFinite(toData)) {
            throw new ArithmeticException("reward and divergence must be finite, got " + reward + " and " + toData
                    + " after step " + steps + " of " + setting);
        }
        points.add(new Point(
                round,
                steps,
                queries,
                reward,
                toData,
                fromData,
                entropy,
                better - worse,
                better,
                worse,
                staleness,
                loss,
                gradientNorm,
                histogram));
    }

    private double[][] distributions(float[][] inputs) {
        float[][] outputs = network.forward(inputs).outputs();
        double[][] distributions = new double[inputs.length][];
        Arrays.setAll(distributions, s -> family.distribution(outputs[s]));
        return distributions;
    }

    private static double[] logProbs(Family family, double[][] distributions, double[] actions, int samples) {
        double[] logProbs = new double[distributions.length * samples];
        Arrays.setAll(logProbs, i -> family.logProb(distributions[i / samples], actions, i * family.width()));
        return logProbs;
    }

    private static float[][] states(int count, RandomGenerator random) {
        float[][] states = new float[count][Problem.STATE];
        for (float[] state : states) {
            for (int j = 0; j < state.length; j++) {
                state[j] = random.nextFloat();
            }
        }
        return states;
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int j = 0; j < floats.length; j++) {
            floats[j] = (float) values[j];
        }
        return floats;
    }
}

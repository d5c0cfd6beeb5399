package dev.poise.bandit;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// What arXiv 2404.14367 says of one step on a softmax policy, held against the code that takes such steps, on drawn
/// policies over a few answers where every expectation is a sum.
///
/// Lemmas 6.1 and 6.2 are the paper's; their closed forms for a softmax over answers, and the criterion that stands for
/// theorem 6.5, whose statement was **not found**, are our derivation.
///
/// @param identities each with how it came out
public record Theory(List<Identity> identities) {

    private static final Categorical FAMILY = new Categorical();
    private static final int ANSWERS = 6;
    private static final double SMALL = 1e-9;

    /// Something that holds of every policy, or does not.
    ///
    /// @param text in words and symbols
    /// @param source whose it is
    /// @param draws policies it was held against
    /// @param agreeing how many of them agree: to [#SMALL] where both sides are numbers
    /// @param worst largest absolute difference of the two sides; 0 where they are a yes and a no
    public record Identity(String text, String source, int draws, int agreeing, double worst) {

        /// Whether every draw agrees.
        public boolean holds() {
            return agreeing == draws;
        }
    }

    /// A draw: a policy, a target or reference, logarithms of both.
    private record Drawn(double[] p, double[] q, double[] rewards, double rate) {}

    /// Two sides of an equation.
    private interface Difference {
        double of(Drawn drawn);
    }

    /// Two answers to a question.
    private interface Agreement {
        boolean of(Drawn drawn);
    }

    /// Holds all of them against drawn policies.
    ///
    /// @param draws of policies, at least 1
    public static Theory check(int draws, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Drawn> drawn = IntStream.range(0, draws)
                .mapToObj(_ -> new Drawn(
                        policy(random), policy(random), random.doubles(ANSWERS).toArray(), random.nextDouble(0.05, 1)))
                .toList();
        String ours = "our derivation";
        return new Theory(List.of(
                equation(
                        "E_π[r] − β KL(π ‖ π_ref) = −β KL(π ‖ π*) + β log Z: maximising a regularised reward is minimising a"
                                + " reverse divergence",
                        "arXiv 2404.14367, lemma 6.1",
                        drawn,
                        Theory::regularised),
                equation(
                        "A negative gradient c₂ adds η c₂ (1 − π(y_l) + π(y_w)) > 0 to log π(y_w) − log π(y_l)",
                        "arXiv 2404.14367, lemma 6.2; for a softmax over answers " + ours,
                        drawn,
                        Theory::margin),
                agreement(
                        "To first order it raises log π(y_w) where ‖π‖² < π(y_w) + π(y_l), and lowers it elsewhere",
                        "arXiv 2404.14367, lemma 6.2; for a softmax over answers " + ours,
                        drawn.stream()
                                .filter(one -> Math.abs(overlap(one.p())) > 1e-3)
                                .toList(),
                        Theory::chosen),
                equation(
                        "The slope of KL(q ‖ p) by p’s logits is p − q: log p gains η (q − p), up to a constant",
                        ours,
                        drawn,
                        one -> slope(one, true)),
                equation(
                        "The slope of KL(p ‖ q) by p’s logits is p (log(p/q) − KL(p ‖ q))",
                        ours,
                        drawn,
                        one -> slope(one, false)),
                agreement(
                        "Of two answers that the policy finds equally likely, a step on KL(p ‖ q) parts them faster than one on"
                                + " KL(q ‖ p) where p is above (q₁ − q₂)/(log q₁ − log q₂), and more slowly below",
                        "in the manner of arXiv 2404.14367, theorem 6.5; " + ours,
                        drawn,
                        Theory::parting),
                equation(
                        "Differentiating the sampled log-ratio gives no penalty: its expected gradient is 0",
                        "arXiv 2506.09477",
                        drawn,
                        one -> penalty(one, false)),
                equation(
                        "The score-function form has the gradient of β KL(π ‖ π_ref) in expectation",
                        "arXiv 2506.09477",
                        drawn,
                        one -> penalty(one, true))));
    }

    private static Identity equation(String text, String source, List<Drawn> drawn, Difference difference) {
        double[] all =
                drawn.stream().mapToDouble(one -> Math.abs(difference.of(one))).toArray();
        int agreeing = (int) Arrays.stream(all).filter(one -> one < SMALL).count();
        return new Identity(
                text, source, all.length, agreeing, Arrays.stream(all).max().orElseThrow());
    }

    private static Identity agreement(String text, String source, List<Drawn> drawn, Agreement agreement) {
        int agreeing = (int) drawn.stream().filter(agreement::of).count();
        return new Identity(text, source, drawn.size(), agreeing, 0);
    }

    private static double[] policy(SplittableRandom random) {
        double[] raw = random.doubles(ANSWERS, -3, 0).toArray();
        return normalised(raw);
    }

    private static double[] normalised(double[] logits) {
        double sum = Math.log(Arrays.stream(logits).map(Math::exp).sum());
        return Arrays.stream(logits).map(z -> z - sum).toArray();
    }

    private static double regularised(Drawn drawn) {
        double beta = drawn.rate();
        double[] tilted = new double[ANSWERS];
        Arrays.setAll(tilted, k -> drawn.q()[k] + drawn.rewards()[k] / beta);
        double logSum = Math.log(Arrays.stream(tilted).map(Math::exp).sum());
        double expected = 0;
        for (int k = 0; k < ANSWERS; k++) {
            expected += Math.exp(drawn.p()[k]) * drawn.rewards()[k];
        }
        return expected
                - beta * FAMILY.divergence(drawn.p(), drawn.q())
                + beta * FAMILY.divergence(drawn.p(), normalised(tilted))
                - beta * logSum;
    }

    /// The first answer raised with weight 1 and the second lowered with weight c₂, in one step.
    private static double[] stepped(double[] policy, double c2, double rate) {
        double[] gradient = new double[ANSWERS];
        FAMILY.addScores(policy, new double[] {0, 1}, new double[] {-1, c2}, 0, 2, gradient);
        return moved(policy, gradient, rate);
    }

    private static double[] moved(double[] policy, double[] gradient, double rate) {
        double[] logits = new double[policy.length];
        Arrays.setAll(logits, k -> policy[k] - rate * gradient[k]);
        return normalised(logits);
    }

    private static double margin(Drawn drawn) {
        double[] without = stepped(drawn.p(), 0, drawn.rate());
        double[] with = stepped(drawn.p(), 1, drawn.rate());
        double said = drawn.rate() * (1 - Math.exp(drawn.p()[1]) + Math.exp(drawn.p()[0]));
        return with[0] - with[1] - (without[0] - without[1]) - said;
    }

    /// ⟨∇log π(y_w), ∇log π(y_l)⟩ of the first two answers: ‖π‖² − π(y_w) − π(y_l).
    private static double overlap(double[] policy) {
        return Arrays.stream(policy).map(logProb -> Math.exp(2 * logProb)).sum()
                - Math.exp(policy[0])
                - Math.exp(policy[1]);
    }

    private static boolean chosen(Drawn drawn) {
        double small = 1e-4;
        boolean raised = stepped(drawn.p(), 1, small)[0] > stepped(drawn.p(), 0, small)[0];
        return raised == (overlap(drawn.p()) < 0);
    }

    private static double[] forward(double[] p, double[] q) {
        double[] gradient = new double[p.length];
        double[] actions = new double[p.length];
        double[] weights = new double[p.length];
        Arrays.setAll(actions, k -> k);
        Arrays.setAll(weights, k -> -Math.exp(q[k]));
        FAMILY.addScores(p, actions, weights, 0, p.length, gradient);
        return gradient;
    }

    private static double[] reverse(double[] p, double[] q) {
        double[] gradient = new double[p.length];
        FAMILY.addDivergenceSlope(p, q, 1, gradient);
        return gradient;
    }

    /// The largest distance of a closed form from central differences of fourth order.
    private static double slope(Drawn drawn, boolean forward) {
        double[] said = forward ? forward(drawn.p(), drawn.q()) : reverse(drawn.p(), drawn.q());
        double h = 1e-3;
        double worst = 0;
        for (int k = 0; k < ANSWERS; k++) {
            double[] at = new double[4];
            double[] steps = {-2 * h, -h, h, 2 * h};
            for (int i = 0; i < 4; i++) {
                double[] logits = drawn.p().clone();
                logits[k] += steps[i];
                double[] p = normalised(logits);
                at[i] = forward ? FAMILY.divergence(drawn.q(), p) : FAMILY.divergence(p, drawn.q());
            }
            double seen = (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * h);
            worst = Math.max(worst, Math.abs(seen - said[k]));
        }
        return worst;
    }

    private static boolean parting(Drawn drawn) {
        double[] equal = drawn.p().clone();
        equal[1] = equal[0];
        double[] p = normalised(equal);
        double[] q = drawn.q().clone();
        if (q[0] < q[1]) {
            q[0] = drawn.q()[1];
            q[1] = drawn.q()[0];
        }
        double[] fast = moved(p, reverse(p, q), drawn.rate());
        double[] slow = moved(p, forward(p, q), drawn.rate());
        double mean = (Math.exp(q[0]) - Math.exp(q[1])) / (q[0] - q[1]);
        return (fast[0] - fast[1] > slow[0] - slow[1]) == (Math.exp(p[0]) > mean);
    }

    /// The expected gradient of a penalty over all answers, one drawn at a time, less what it should be.
    private static double penalty(Drawn drawn, boolean byScore) {
        double[] none = new double[ANSWERS];
        double[] weights = new double[ANSWERS];
        if (byScore) {
            Round each = new Round(ANSWERS, 1, none, none, drawn.p(), drawn.q(), 0, 1);
            new Penalty(drawn.rate(), Penalty.Form.SCORE).addTo(weights, each, drawn.p());
            Arrays.setAll(weights, k -> weights[k] * ANSWERS);
        } else {
            Arrays.fill(weights, drawn.rate());
        }
        double[] actions = new double[ANSWERS];
        Arrays.setAll(actions, k -> k);
        Arrays.setAll(weights, k -> Math.exp(drawn.p()[k]) * weights[k]);
        double[] expected = new double[ANSWERS];
        FAMILY.addScores(drawn.p(), actions, weights, 0, ANSWERS, expected);
        double[] wanted = new double[ANSWERS];
        FAMILY.addDivergenceSlope(drawn.p(), drawn.q(), byScore ? drawn.rate() : 0, wanted);
        return IntStream.range(0, ANSWERS)
                .mapToDouble(k -> Math.abs(expected[k] - wanted[k]))
                .max()
                .orElseThrow();
    }
}

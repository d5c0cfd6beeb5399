package dev.poise.objective;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What every token of a round's completions is credited with: how rewards become advantages.
///
/// Advantages are constants of the steps that follow. A credit that differs from 0 for a few completions only
/// leaves the others [out of the steps][#leavesOut()], so that a step's mean is over those that count.
public sealed interface Credit {

    /// A completion's reward and what else it is credited by.
    ///
    /// @param reward r, finite
    /// @param costs what each of its tokens costs, taken off the reward: β (log π − log π_ref) where a [Penalty]
    ///     enters there, else 0
    /// @param values V before each of its tokens: the return expected from there; 0 without a value head
    record Outcome(double reward, double[] costs, double[] values) {

        public Outcome {
            if (!Double.isFinite(reward)) {
                throw new IllegalArgumentException("reward must be finite, got " + reward);
            }
            if (costs.length != values.length) {
                throw new IllegalArgumentException(
                        "values must be one a token as costs are, got " + values.length + " for " + costs.length);
            }
        }

        /// r less all costs.
        public double total() {
            return reward - Arrays.stream(costs).sum();
        }
    }

    /// Totals of all rounds so far, the one to be credited among them.
    ///
    /// @param count how many
    /// @param mean of them
    /// @param squares sum of their squared distances from the mean
    record Running(long count, double mean, double squares) {

        /// Nothing yet.
        public static final Running START = new Running(0, 0, 0);

        /// With one more. Source: Welford 1962.
        public Running plus(double value) {
            double next = mean + (value - mean) / (count + 1);
            return new Running(count + 1, next, squares + (value - mean) * (value - next));
        }

        /// With a round's totals.
        public Running plus(List<List<Outcome>> prompts) {
            Running sum = this;
            for (List<Outcome> prompt : prompts) {
                for (Outcome outcome : prompt) {
                    sum = sum.plus(outcome.total());
                }
            }
            return sum;
        }

        /// Square root of the mean squared distance from the mean.
        double deviation() {
            return count == 0 ? 0 : Math.sqrt(squares / count);
        }
    }

    /// The advantage of every token: `[prompt][completion][token]`.
    ///
    /// @param prompts a round's completions, prompt by prompt, in the order in which they were drawn
    /// @param running with this round's totals in it
    List<List<double[]>> of(List<List<Outcome>> prompts, Running running);

    /// Whether completions of which every advantage is 0 are no part of a step.
    boolean leavesOut();

    /// Whether this estimates the gradient of the expected reward, which takes completions of the policy itself.
    boolean onPolicy();

    /// How many completions a prompt needs.
    default int samples() {
        return 1;
    }

    /// One advantage a completion, the same for all its tokens.
    private static List<double[]> spread(List<Outcome> prompt, double[] advantages) {
        List<double[]> byToken = new ArrayList<>();
        for (int k = 0; k < advantages.length; k++) {
            double[] tokens = new double[prompt.get(k).costs().length];
            Arrays.fill(tokens, advantages[k]);
            byToken.add(tokens);
        }
        return byToken;
    }

    private static double[] totals(List<Outcome> prompt) {
        return prompt.stream().mapToDouble(Outcome::total).toArray();
    }

    /// Best-of-N: the first of the best completions of a prompt counts 1, and on demand others count against it.
    ///
    /// ```
    /// NONE      L = −(1/S) Σ_s log π(y_best)
    /// WORST     … + β log π(y_worst)
    /// SUM       … + β Σ_{j ≠ best} log π(y_j)
    /// AVERAGE   … + β/(N−1) Σ_{j ≠ best} log π(y_j)
    /// ```
    ///
    /// A step's mean is over the completions that count, K a prompt, so each weight is K times what stands
    /// above. Pushes are unbounded: they go on as an answer's probability tends to 0. Of completions that are
    /// all rewarded equally none counts against another.
    ///
    /// Source: arXiv 2404.14367; the pushes are those of its released code, β = 0.05 there.
    ///
    /// @param push what is done to the others
    /// @param beta β ≥ 0, how hard; not read without a push
    record Best(Push push, double beta) implements Credit {

        /// What is done to the completions that are not the best.
        public enum Push {
            /// Nothing.
            NONE,
            /// The worst is lowered.
            WORST,
            /// All are lowered, each as much as `beta` says.
            SUM,
            /// All are lowered, as much as `beta` says in all.
            AVERAGE
        }

        public Best {
            Domain.notNegative("best_of_n", "beta", beta);
        }

        @Override
        public List<List<double[]>> of(List<List<Outcome>> prompts, Running running) {
            return prompts.stream()
                    .map(prompt -> spread(prompt, of(totals(prompt))))
                    .toList();
        }

        private double[] of(double[] totals) {
            double[] weights = new double[totals.length];
            int best = 0;
            int worst = 0;
            for (int k = 1; k < totals.length; k++) {
                best = totals[k] > totals[best] ? k : best;
                worst = totals[k] < totals[worst] ? k : worst;
            }
            weights[best] = 1;
            int others = totals.length - 1;
            if (totals[best] == totals[worst] || beta == 0) {
                return weights;
            }
            for (int k = 0; k < totals.length; k++) {
                if (k != best) {
                    weights[k] = switch (push) {
                        case NONE -> 0;
                        case WORST -> k == worst ? -beta : 0;
                        case SUM -> -beta;
                        case AVERAGE -> -beta / others;
                    };
                }
            }
            long counting = Arrays.stream(weights).filter(weight -> weight != 0).count();
            return Arrays.stream(weights).map(weight -> weight * counting).toArray();
        }

        @Override
        public boolean leavesOut() {
            return true;
        }

        @Override
        public boolean onPolicy() {
            return false;
        }

        @Override
        public int samples() {
            return 2;
        }
    }

    /// Reward-weighted regression: every completion counts with its exponentiated reward.
    ///
    /// ```
    /// A = min(exp(r/β), limit)
    /// ```
    ///
    /// As β → 0 it becomes best of all, as β → ∞ plain likelihood.
    ///
    /// Source: Peters and Schaal 2007; the form of arXiv 2404.14367's released code, which clamps at 20.
    ///
    /// @param beta β > 0, temperature in units of the reward
    /// @param limit largest weight, > 0
    record Exponential(double beta, double limit) implements Credit {

        public Exponential {
            Domain.positive("rwr", "beta", beta);
            Domain.positive("rwr", "limit", limit);
        }

        @Override
        public List<List<double[]>> of(List<List<Outcome>> prompts, Running running) {
            return prompts.stream()
                    .map(prompt -> spread(
                            prompt,
                            Arrays.stream(totals(prompt))
                                    .map(total -> Math.min(Math.exp(total / beta), limit))
                                    .toArray()))
                    .toList();
        }

        @Override
        public boolean leavesOut() {
            return false;
        }

        @Override
        public boolean onPolicy() {
            return false;
        }
    }

    /// ReST: the completions of a round whose reward is high enough count 1.
    ///
    /// Source: Gulcehre et al. 2023 (<https://arxiv.org/abs/2308.08998>): grow a set of samples, then improve on
    /// those above a threshold that rises. That the threshold is the round's (1 − keep) quantile, and so rises
    /// with the policy, is our reading.
    ///
    /// @param keep share of a round's completions that is kept, in (0, 1]; equal rewards stay together
    record Top(double keep) implements Credit {

        public Top {
            Domain.require(keep > 0 && keep <= 1, "rest", "keep", "in (0, 1]", keep);
        }

        @Override
        public List<List<double[]>> of(List<List<Outcome>> prompts, Running running) {
            double[] sorted = prompts.stream()
                    .flatMap(List::stream)
                    .mapToDouble(Outcome::total)
                    .sorted()
                    .toArray();
            int kept = Math.clamp((long) Math.ceil(keep * sorted.length), 1, sorted.length);
            double threshold = sorted[sorted.length - kept];
            return prompts.stream()
                    .map(prompt -> spread(
                            prompt,
                            Arrays.stream(totals(prompt))
                                    .map(total -> total >= threshold ? 1 : 0)
                                    .toArray()))
                    .toList();
        }

        @Override
        public boolean leavesOut() {
            return true;
        }

        @Override
        public boolean onPolicy() {
            return false;
        }
    }

    /// Reward less a baseline, on demand in units of a deviation.
    ///
    /// | baseline | is | its own draw moves it |
    /// |---|---|---|
    /// | `none` | 0 | no |
    /// | `running` | mean of all rewards so far | by 1/count |
    /// | `group` | mean of the prompt's completions | by 1/N: the gradient shrinks by (N − 1)/N |
    /// | `leave_one_out` | mean of the prompt's other completions | no: unbiased |
    ///
    /// GRPO is `group` over the prompt's deviation (Shao et al. 2024, section 4.1; population's, ε = 10⁻⁴ as in
    /// TRL); without the deviation it is Dr. GRPO's (<https://arxiv.org/abs/2503.20783>); RLOO is
    /// `leave_one_out` (Kool et al. 2019). Dividing by a prompt's deviation weighs prompts whose rewards hardly
    /// differ as much as others.
    ///
    /// @param kind the baseline
    /// @param scale the deviation
    record Baseline(Kind kind, Scale scale) implements Credit {

        private static final double SMALL = 1e-4;

        /// What is taken off.
        public enum Kind {
            NONE,
            RUNNING,
            GROUP,
            LEAVE_ONE_OUT
        }

        /// What the difference is divided by.
        public enum Scale {
            /// Nothing.
            NONE,
            /// The deviation of all rewards so far.
            RUNNING,
            /// The deviation of the prompt's completions.
            GROUP
        }

        @Override
        public List<List<double[]>> of(List<List<Outcome>> prompts, Running running) {
            return prompts.stream()
                    .map(prompt -> spread(prompt, of(totals(prompt), running)))
                    .toList();
        }

        private double[] of(double[] totals, Running running) {
            int samples = totals.length;
            if (samples < samples()) {
                throw new IllegalArgumentException(
                        "a baseline of other completions takes at least 2 of every prompt, got " + samples);
            }
            double mean = Arrays.stream(totals).average().orElse(0);
            double variance = Arrays.stream(totals)
                    .map(total -> (total - mean) * (total - mean))
                    .average()
                    .orElse(0);
            double divisor =
                    switch (scale) {
                        case NONE -> 1;
                        case RUNNING -> running.deviation() + SMALL;
                        case GROUP -> Math.sqrt(variance) + SMALL;
                    };
            return Arrays.stream(totals)
                    .map(total -> switch (kind) {
                                case NONE -> total;
                                case RUNNING -> total - running.mean();
                                case GROUP -> total - mean;
                                case LEAVE_ONE_OUT -> (total - mean) * samples / (samples - 1);
                            }
                            / divisor)
                    .toArray();
        }

        @Override
        public boolean leavesOut() {
            return false;
        }

        @Override
        public boolean onPolicy() {
            return true;
        }

        @Override
        public int samples() {
            return kind == Kind.LEAVE_ONE_OUT || kind == Kind.GROUP || scale == Scale.GROUP ? 2 : 1;
        }
    }

    /// Generalised advantage estimation, token by token, from a value head.
    ///
    /// With r_t = −cost_t, and the reward on top at the last token, and V = 0 behind it:
    ///
    /// ```
    /// δ_t = r_t + γ V_{t+1} − V_t        A_t = δ_t + γ λ A_{t+1}
    /// ```
    ///
    /// λ = 1 is the return less V, unbiased whatever V is; λ = 0 trusts V. On demand a round's advantages are
    /// whitened: mean 0 and deviation 1 over its tokens, as TRL does.
    ///
    /// Source: Schulman et al. 2016, eq. 16 (<https://arxiv.org/abs/1506.02438>).
    ///
    /// @param gamma γ in (0, 1]
    /// @param lambda λ in [0, 1]
    /// @param whiten whether advantages are whitened
    record Gae(double gamma, double lambda, boolean whiten) implements Credit {

        private static final double SMALL = 1e-8;

        public Gae {
            Domain.require(gamma > 0 && gamma <= 1, "gae", "gamma", "in (0, 1]", gamma);
            Domain.require(lambda >= 0 && lambda <= 1, "gae", "lambda", "in [0, 1]", lambda);
        }

        /// The advantages of one completion, before whitening; with V_t added, the returns that V is to foretell.
        public double[] of(Outcome outcome) {
            int tokens = outcome.costs().length;
            double[] advantages = new double[tokens];
            double next = 0;
            double value = 0;
            for (int t = tokens - 1; t >= 0; t--) {
                double reward = (t == tokens - 1 ? outcome.reward() : 0) - outcome.costs()[t];
                double difference = reward + gamma * value - outcome.values()[t];
                advantages[t] = difference + gamma * lambda * next;
                next = advantages[t];
                value = outcome.values()[t];
            }
            return advantages;
        }

        @Override
        public List<List<double[]>> of(List<List<Outcome>> prompts, Running running) {
            List<List<double[]>> advantages = prompts.stream()
                    .map(prompt -> prompt.stream().map(this::of).toList())
                    .toList();
            if (!whiten) {
                return advantages;
            }
            Running all = Running.START;
            for (List<double[]> prompt : advantages) {
                for (double[] completion : prompt) {
                    for (double advantage : completion) {
                        all = all.plus(advantage);
                    }
                }
            }
            double mean = all.mean();
            double deviation = all.deviation() + SMALL;
            return advantages.stream()
                    .map(prompt -> prompt.stream()
                            .map(completion -> Arrays.stream(completion)
                                    .map(advantage -> (advantage - mean) / deviation)
                                    .toArray())
                            .toList())
                    .toList();
        }

        @Override
        public boolean leavesOut() {
            return false;
        }

        @Override
        public boolean onPolicy() {
            return true;
        }
    }
}

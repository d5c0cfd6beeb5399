package dev.poise.advise;

import dev.poise.advise.Survey.Answer;
import dev.poise.advise.Survey.Own;
import dev.poise.advise.Survey.Pair;
import dev.poise.advise.Survey.Parting;
import dev.poise.advise.Survey.Row;
import dev.poise.evaluate.Estimate;
import dev.poise.evaluate.Interval;
import dev.poise.evaluate.WinRate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The estimates that a survey supports, each with its interval and sample size. What it does not support is not there.
///
/// @param high the reward from which on an answer is a high one: what the user said, else half-way from the
///     reference's mean reward to the best that was seen. Empty without a reward, or where all are equal. Our rule
/// @param tallies one a prompt that the reference was asked
/// @param figures all estimates, in the order in which one reads them
/// @param best E[max of N], by rising N
public record Evidence(Optional<Double> high, List<Tally> tallies, List<Figure> figures, List<Best> best) {

    /// What an estimate is about.
    public enum Topic {
        PEAK("Where the good answers are"),
        OVERLAP("How the data lie to the reference"),
        LIKELIHOOD("How likely the answers are"),
        LIKENESS("How alike chosen and rejected are"),
        LENGTH("Length"),
        NOISE("Labels"),
        STEP("Where the answers part");

        private final String title;

        Topic(String title) {
            this.title = title;
        }

        /// For people.
        public String title() {
            return title;
        }
    }

    /// One estimate.
    ///
    /// @param key as JSON calls it
    /// @param estimate named for people
    /// @param hint how it was computed or what it says, a sentence
    public record Figure(Topic topic, String key, Estimate estimate, String hint) {}

    /// The best of N answers.
    public record Best(int n, Estimate estimate) {}

    /// Everything that a survey supports.
    public static Evidence of(Survey survey) {
        return new Gathering(survey).gathered();
    }

    /// The estimate of that key.
    public Optional<Estimate> of(String key) {
        return figures.stream()
                .filter(figure -> figure.key().equals(key))
                .map(Figure::estimate)
                .findFirst();
    }

    /// Mass of high-reward answers under the reference.
    Optional<Estimate> mass() {
        return of("mass");
    }

    /// What decides whether data and reference overlap: the least of these.
    List<Estimate> overlaps() {
        return List.of("overlap_likelihood", "overlap_length", "reach").stream()
                .flatMap(key -> of(key).stream())
                .toList();
    }

    /// The least overlap.
    Optional<Estimate> overlap() {
        return overlaps().stream().min((one, other) -> Double.compare(one.value(), other.value()));
    }

    /// Whether an estimate is there and its whole interval above a value.
    boolean above(String key, double value) {
        return of(key).filter(estimate -> estimate.interval().low() > value).isPresent();
    }

    /// Whether an estimate is there and its whole interval below a value.
    boolean below(String key, double value) {
        return of(key).filter(estimate -> estimate.interval().high() < value).isPresent();
    }

    /// Collects estimates of one survey.
    private static final class Gathering {
        private final Survey survey;
        private final List<Row> asked;
        private final List<Row> pairs;
        private final Optional<Double> high;
        private final List<Tally> tallies;
        private final List<Figure> figures = new ArrayList<>();
        private final List<Best> best = new ArrayList<>();

        Gathering(Survey survey) {
            this.survey = survey;
            this.asked = survey.asked();
            this.pairs = survey.pairs();
            this.high = high(survey);
            this.tallies = asked.stream().map(row -> Tally.of(row, high)).toList();
        }

        Evidence gathered() {
            peak();
            overlap();
            likelihood();
            likeness();
            length();
            noise();
            step();
            return new Evidence(high, tallies, List.copyOf(figures), List.copyOf(best));
        }

        private static Optional<Double> high(Survey survey) {
            double[] seen = survey.seen();
            if (!survey.setting().rewarded() || seen.length == 0) {
                return Optional.empty();
            }
            double best = Arrays.stream(seen).max().orElseThrow();
            if (best == Arrays.stream(seen).min().orElseThrow()) {
                return Optional.empty();
            }
            Double given = survey.setting().high();
            double mean = survey.own()
                    .flatMapToDouble(own -> Arrays.stream(own.rewards()))
                    .average()
                    .orElse(Double.NaN);
            return given != null
                    ? Optional.of(given)
                    : Double.isNaN(mean) ? Optional.empty() : Optional.of((mean + best) / 2);
        }

        private void add(Topic topic, String key, Estimate estimate, String hint) {
            figures.add(new Figure(topic, key, estimate, hint));
        }

        /// A mean over at least two values; nothing else is told.
        private void mean(Topic topic, String key, String name, String unit, double[] values, String hint) {
            if (values.length >= 2) {
                add(topic, key, Estimate.mean(name, unit, values), hint);
            }
        }

        private void share(Topic topic, String key, String name, long some, long all, String hint) {
            if (all > 0) {
                add(topic, key, Estimate.proportion(name, some, all), hint);
            }
        }

        private void resampled(
                Topic topic,
                String key,
                String name,
                List<Tally> prompts,
                ToDoubleFunction<List<Tally>> statistic,
                String hint) {
            if (prompts.size() >= 2) {
                Estimate estimate = Estimate.resampled(
                        name, "share", prompts, statistic, survey.setting().seed());
                add(topic, key, widened(estimate), hint);
            }
        }

        /// Resampling prompts that are all alike gives no width; the score interval of as many trials does.
        private static Estimate widened(Estimate estimate) {
            if (estimate.interval().low() < estimate.interval().high()) {
                return estimate;
            }
            Interval wider = Interval.wilson(Math.round(estimate.value() * estimate.n()), estimate.n());
            return new Estimate(
                    estimate.name(),
                    estimate.value(),
                    new Interval(
                            Math.min(wider.low(), estimate.value()),
                            Math.max(wider.high(), estimate.value()),
                            Interval.LEVEL),
                    estimate.n(),
                    estimate.unit());
        }

        private void peak() {
            if (!survey.setting().rewarded() || asked.isEmpty()) {
                return;
            }
            List<Own> own = survey.own().toList();
            if (high.isPresent()) {
                resampled(
                        Topic.PEAK,
                        "mass",
                        "mass of good answers under the model",
                        tallies,
                        Tally::mass,
                        "Share of its own answers whose reward is high. Below 10 % the peak counts as far from it (our"
                                + " rule).");
            }
            int k = survey.setting().samples();
            for (int n : sizes(k)) {
                double[] values = own.stream()
                        .mapToDouble(one -> BestOf.expected(one.rewards(), n))
                        .toArray();
                if (values.length >= 2) {
                    best.add(new Best(n, Estimate.mean(n == 1 ? "one own answer" : "best of " + n, "reward", values)));
                }
            }
            if (!best.isEmpty()) {
                add(Topic.PEAK, "reward", best.getFirst().estimate(), "Mean reward of what the model writes.");
                add(
                        Topic.PEAK,
                        "best",
                        best.getLast().estimate(),
                        "Expected best of that many of its own answers, without bias.");
            }
            mean(
                    Topic.PEAK,
                    "gain",
                    "gain of the best of " + k + " over one",
                    "reward",
                    own.stream()
                            .mapToDouble(one -> BestOf.expected(one.rewards(), k) - BestOf.expected(one.rewards(), 1))
                            .toArray(),
                    "Prompt by prompt: what on-policy selection can bring.");
            mean(
                    Topic.PEAK,
                    "chosen_gain",
                    "gain of the data's chosen answers over one",
                    "reward",
                    asked.stream()
                            .filter(row -> row.pair() != null)
                            .mapToDouble(row -> Objects.requireNonNull(
                                            row.answers().getFirst().cutReward())
                                    - BestOf.expected(
                                            Objects.requireNonNull(row.own()).rewards(), 1))
                            .toArray(),
                    "Prompt by prompt: what imitating them can bring.");
            share(
                    Topic.PEAK,
                    "tied",
                    "prompts whose own answers all have one reward",
                    own.stream()
                            .filter(one ->
                                    Arrays.stream(one.rewards()).distinct().count() == 1)
                            .count(),
                    own.size(),
                    "No pair and no advantage comes of them.");
        }

        private void overlap() {
            List<Tally> answered =
                    tallies.stream().filter(prompt -> prompt.answers() > 0).toList();
            String bound = " An upper bound of the true overlap; below 50 % the data count as skewed (our rule).";
            resampled(
                    Topic.OVERLAP,
                    "overlap_likelihood",
                    "overlap by likelihood",
                    answered,
                    some -> Ranks.overlap(Tally.likelihoods(some)),
                    "Of the data's places by log π a token, among the model's own answers, with equal ones." + bound);
            resampled(
                    Topic.OVERLAP,
                    "overlap_length",
                    "overlap by length",
                    answered,
                    some -> Ranks.overlap(Tally.lengths(some)),
                    "The same by characters, up to where answers are cut." + bound);
            if (high.isPresent()) {
                resampled(
                        Topic.OVERLAP,
                        "reach",
                        "data within the model's reach",
                        answered,
                        Tally::reach,
                        "Share of the data's answers whose reward the best of its own answers reaches, made up for"
                                + " chance. Below 50 % the data count as skewed (our rule).");
                resampled(
                        Topic.OVERLAP,
                        "data_mass",
                        "mass of good answers in the data",
                        answered,
                        Tally::highAnswers,
                        "Share of the data's answers whose reward is high: whether they lead there.");
            }
            resampled(
                    Topic.OVERLAP,
                    "coverage",
                    "effective coverage",
                    answered,
                    some -> Ranks.effective(Tally.likelihoods(some)),
                    "Share of the model's places by likelihood that the data effectively hold (our definition).");
            resampled(
                    Topic.OVERLAP,
                    "rank",
                    "mean rank by likelihood",
                    answered,
                    some -> Ranks.mean(Tally.likelihoods(some)),
                    "0: below all own answers, 1: above all, 0.5: alike.");
        }

        private void likelihood() {
            mean(
                    Topic.LIKELIHOOD,
                    "own_log_prob",
                    "the model's own answers",
                    "nats a token",
                    survey.own()
                            .mapToDouble(own ->
                                    Arrays.stream(own.logProbs()).average().orElseThrow())
                            .toArray(),
                    "Mean log π a token, the ending left out.");
            mean(Topic.LIKELIHOOD, "chosen_log_prob", "chosen answers", "nats a token", chosen(Answer::logProb), "");
            mean(
                    Topic.LIKELIHOOD,
                    "rejected_log_prob",
                    "rejected answers",
                    "nats a token",
                    rejected(Answer::logProb),
                    "");
            mean(
                    Topic.LIKELIHOOD,
                    "estrangement",
                    "chosen answers less likely than own ones by",
                    "standard deviations",
                    asked.stream()
                            .filter(row -> row.pair() != null)
                            .mapToDouble(row -> distance(
                                    row.answers().getFirst().cutLogProb(),
                                    Objects.requireNonNull(row.own()).logProbs()))
                            .filter(Double::isFinite)
                            .toArray(),
                    "By log π a token, in deviations of the own answers to the same prompt. Above 3, supervised tuning"
                            + " comes first (our rule).");
            long below = asked.stream()
                    .filter(row -> row.pair() != null)
                    .filter(row -> row.answers().getLast().cutLogProb()
                            < Arrays.stream(Objects.requireNonNull(row.own()).logProbs())
                                    .min()
                                    .orElseThrow())
                    .count();
            share(
                    Topic.LIKELIHOOD,
                    "rejected_unlikely",
                    "rejected answers less likely than all own ones",
                    below,
                    asked.stream().filter(row -> row.pair() != null).count(),
                    "By log π a token. A negative gradient on them teaches little: the model would not say them.");
            if (!pairs.isEmpty()) {
                add(
                        Topic.LIKELIHOOD,
                        "chosen_likelier",
                        WinRate.paired(chosen(Answer::logProb), rejected(Answer::logProb))
                                .toEstimate("chosen likelier than rejected"),
                        "By log π a token.");
            }
        }

        /// How far below some values' mean a value lies, in their standard deviations.
        private static double distance(double value, double[] others) {
            double mean = Arrays.stream(others).average().orElseThrow();
            double squares =
                    Arrays.stream(others).map(x -> (x - mean) * (x - mean)).sum();
            return (mean - value) / Math.sqrt(squares / (others.length - 1));
        }

        private double[] chosen(ToDoubleFunction<Answer> value) {
            return pairs.stream()
                    .mapToDouble(row -> value.applyAsDouble(row.answers().getFirst()))
                    .toArray();
        }

        private double[] rejected(ToDoubleFunction<Answer> value) {
            return pairs.stream()
                    .mapToDouble(row -> value.applyAsDouble(row.answers().getLast()))
                    .toArray();
        }

        private double[] ofPairs(ToDoubleFunction<Pair> value) {
            return pairs.stream()
                    .mapToDouble(row -> value.applyAsDouble(Objects.requireNonNull(row.pair())))
                    .toArray();
        }

        private void likeness() {
            mean(
                    Topic.LIKENESS,
                    "edit_distance",
                    "edit distance",
                    "share",
                    ofPairs(Pair::editDistance),
                    "Tokens to change, by the longer answer's length. Below 0.3 answers count as too alike (our rule).");
            mean(
                    Topic.LIKENESS,
                    "shared_tokens",
                    "shared tokens",
                    "share",
                    ofPairs(Pair::sharedTokens),
                    "By mean length.");
        }

        private void length() {
            if (!pairs.isEmpty()) {
                add(
                        Topic.LENGTH,
                        "chosen_longer",
                        WinRate.paired(chosen(Answer::tokens), rejected(Answer::tokens))
                                .toEstimate("chosen longer than rejected"),
                        "Ties count half. Above 60 % or below 40 %, length is part of what is taught (our rule).");
            }
            if (pairs.size() >= 2) {
                add(
                        Topic.LENGTH,
                        "length_difference",
                        Estimate.pairedDifference(
                                "chosen longer by", "tokens", chosen(Answer::tokens), rejected(Answer::tokens)),
                        "");
            }
            List<Own> own = survey.own().toList();
            if (own.size() >= 2) {
                int k = survey.setting().samples();
                Estimate cut = Estimate.resampled(
                        "own answers that were cut",
                        "share",
                        own,
                        some -> some.stream()
                                .mapToDouble(one -> 1 - (double) one.ended() / k)
                                .average()
                                .orElseThrow(),
                        survey.setting().seed());
                add(
                        Topic.LENGTH,
                        "cut",
                        widened(cut),
                        "At " + survey.setting().maxNewTokens() + " tokens: the rest of them was not seen.");
            }
        }

        private void noise() {
            long judged = pairs(pair -> reward(pair, 0) != null).size();
            if (judged > 0) {
                share(
                        Topic.NOISE,
                        "disagree",
                        "labels that the reward contradicts",
                        pairs(pair -> gap(pair) < 0).size(),
                        judged,
                        "The rejected answer has the higher reward: noise in one or the other.");
                share(
                        Topic.NOISE,
                        "indifferent",
                        "pairs of equal reward",
                        pairs(pair -> gap(pair) == 0).size(),
                        judged,
                        "");
            }
            share(
                    Topic.NOISE,
                    "contradicted",
                    "labels that another row contradicts",
                    pairs.stream()
                            .filter(row -> Objects.requireNonNull(row.pair()).contradicted())
                            .count(),
                    pairs.size(),
                    "The same prompt and answers, but for case, space and punctuation, the other way round.");
            long same = survey.counts().same();
            if (!pairs.isEmpty()) {
                share(
                        Topic.NOISE,
                        "same",
                        "pairs whose answers are the same",
                        same,
                        same + pairs.size(),
                        "Left out of everything else.");
            }
        }

        private List<Row> pairs(Predicate<Row> wanted) {
            return pairs.stream().filter(wanted).toList();
        }

        private static @Nullable Double reward(Row row, int answer) {
            return row.answers().get(answer).reward();
        }

        private static double gap(Row row) {
            Double good = reward(row, 0);
            Double bad = reward(row, 1);
            return good == null || bad == null ? Double.NaN : good - bad;
        }

        private void step() {
            List<Parting> partings = pairs.stream()
                    .flatMap(row -> Optional.ofNullable(
                            Objects.requireNonNull(row.pair()).parting())
                            .stream())
                    .toList();
            share(
                    Topic.STEP,
                    "push_helps",
                    "partings where pushing the rejected token down lifts the chosen one",
                    partings.stream().filter(KlStep::pushHelps).count(),
                    partings.size(),
                    "Σ p² ≤ p(chosen) + p(rejected): lemma 6.2 at that token. Elsewhere the mass goes to other tokens.");
            share(
                    Topic.STEP,
                    "reverse_faster",
                    "partings that a reverse-KL step tells apart faster",
                    partings.stream()
                            .filter(at -> KlStep.reverseMargin(at) > KlStep.forwardMargin(at))
                            .count(),
                    partings.size(),
                    "By the growth of log p(chosen)/p(rejected) in one step of equal rate, from the closed forms.");
            mean(
                    Topic.STEP,
                    "parting_mass",
                    "mass that the model gives the two tokens where answers part",
                    "share",
                    partings.stream().mapToDouble(at -> at.good() + at.bad()).toArray(),
                    "");
        }
    }

    /// 1, 2, 4, … and K.
    static List<Integer> sizes(int k) {
        return IntStream.concat(IntStream.iterate(1, n -> n < k, n -> 2 * n), IntStream.of(k))
                .boxed()
                .toList();
    }
}

package dev.poise.advise;

import dev.poise.advise.Standing.Basis;
import dev.poise.advise.Standing.Open;
import dev.poise.advise.Standing.Placed;
import dev.poise.evaluate.Estimate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/// What follows from where a user stands.
///
/// @param course what to do first
/// @param why in the paper's words or ours, a sentence
/// @param settings the first ones to try
/// @param evidence the lines that decided it
/// @param next data to collect, the largest known gain first
/// @param cautions what to keep an eye on
public record Advice(
        Course course, String why, Settings settings, List<String> evidence, List<Next> next, List<String> cautions) {

    /// First settings. Learning rates, β, T and sample numbers are those of the paper's released code where it has them
    /// (docs/advise.md).
    ///
    /// @param samples own answers a prompt; 0 for none
    /// @param dataAnswers the data's answers beside them
    /// @param inner T, passes over them
    /// @param labelSmoothing share of labels thought to be flipped
    /// @param likelihood weight of the chosen answers' likelihood beside the objective; 0 for none
    public record Settings(
            int samples, int dataAnswers, int inner, double learningRate, double labelSmoothing, double likelihood) {}

    /// Data to collect.
    ///
    /// @param what to collect, a sentence
    /// @param gain expected, in reward an answer, over one of the model's own; empty where nobody knows
    /// @param rows zero-based indices of the rows meant; empty for all
    public record Next(String what, Optional<Estimate> gain, List<Integer> rows) {}

    /// Share of the best-of-K gain at which more answers a prompt are not worth their cost. Our rule.
    static final double ENOUGH = 0.8;

    /// Standard deviations by which chosen answers are less likely than own ones, from where supervised tuning comes
    /// first. Our rule, in deviations since nats a token depend on the tokenizer; that it comes first where the
    /// reference was not tuned on such answers is section 4 of arXiv 2305.18290.
    static final double ESTRANGED = 3;

    /// Share of contradicted labels from which they count as noisy. Our rule.
    static final double NOISY = 0.05;

    /// Edit distance below which answers count as too alike. Our rule; that it matters is the paper's second takeaway.
    static final double ALIKE = 0.3;

    /// How far from one half the share of longer chosen answers may lie. Our rule.
    static final double LENGTH_BIAS = 0.1;

    /// Share of answers that were cut from which their rewards say little. Our rule.
    static final double CUT = 0.2;

    /// The weight of recipes/dpo-with-mle.yaml.
    private static final double LIKELIHOOD = 0.2;

    private static final double MOST_SMOOTHING = 0.3;

    /// The advice for a place.
    static Advice of(Survey survey, Evidence evidence, Standing standing) {
        return new Adviser(survey, evidence, standing).advice();
    }

    /// Everything at once.
    ///
    /// @param evidence what a survey supports
    /// @param standing where that is
    /// @param advice what follows
    public record Whole(Evidence evidence, Standing standing, Advice advice) {

        /// Evidence, standing and advice of a survey.
        public static Whole of(Survey survey) {
            Evidence evidence = Evidence.of(survey);
            Standing standing = Placement.of(survey, evidence);
            return new Whole(evidence, standing, Advice.of(survey, evidence, standing));
        }
    }

    private record Adviser(Survey survey, Evidence evidence, Standing standing) {

        Advice advice() {
            Course course = course();
            return new Advice(course, why(course), settings(course), lines(), next(course), cautions(course));
        }

        private boolean rewarded() {
            return standing.basis() == Basis.REWARD;
        }

        private boolean hasPairs() {
            return survey.counts().pairs() > 0;
        }

        private boolean estranged() {
            return evidence.above("estrangement", ESTRANGED);
        }

        private Course course() {
            return switch (standing) {
                case Open _ -> rewarded() ? Course.ON_POLICY : offline();
                case Placed(Place place, var _, var _) ->
                    switch (place) {
                        case BROAD, ASTRAY -> Course.ON_POLICY;
                        case SKEWED ->
                            estranged() ? Course.SUPERVISED : rewarded() ? Course.ON_POLICY_WITH_DATA : offline();
                        case NEAR -> {
                            double own = value("gain");
                            double chosen = value("chosen_gain");
                            yield hasPairs() && chosen >= own ? Course.SUPERVISED : Course.BEST_OF_N;
                        }
                        case NEAR_SKEWED -> Course.BEST_OF_N;
                    };
            };
        }

        private Course offline() {
            if (hasPairs()) {
                return Course.CONTRASTIVE;
            }
            return survey.counts().labelled() > 0 ? Course.LABELLED : Course.SUPERVISED;
        }

        private double value(String key) {
            return evidence.of(key).map(Estimate::value).orElse(Double.NEGATIVE_INFINITY);
        }

        private String why(Course course) {
            return switch (course) {
                case ON_POLICY ->
                    standing instanceof Placed
                            ? "Where the peak of reward lies far from the reference, on-policy sampling is important for"
                                    + " best results (arXiv 2404.14367); a contrastive loss on what it writes adds to that."
                            : "On-policy sampling generally improves performance (arXiv 2404.14367); it costs samples and"
                                    + " risks nothing that the open question decides.";
                case ON_POLICY_WITH_DATA ->
                    "On-policy sampling is important for best results where the peak lies far (arXiv 2404.14367); the"
                            + " data's answers stay in, as they reach where the model does not sample yet.";
                case BEST_OF_N ->
                    "Where the peak lies close to the reference, offline supervised methods work well (arXiv 2404.14367),"
                            + " and its own best answers are ahead of the data's.";
                case SUPERVISED ->
                    standing instanceof Placed placed && placed.place() == Place.NEAR
                            ? "Where the peak lies close to the reference, offline supervised methods work well (arXiv"
                                    + " 2404.14367), and the chosen answers are ahead of its own best."
                            : "The model does not speak like these answers yet: likelihood of the chosen ones first, which"
                                    + " moves the reference (section 4 of arXiv 2305.18290), then this page again.";
                case CONTRASTIVE ->
                    standing instanceof Placed
                            ? "Of purely offline methods, those with a negative gradient help more where the data are"
                                    + " skewed towards the peak (arXiv 2404.14367)."
                            : "A negative gradient helps where the peak turns out to be unlikely, and costs little where it"
                                    + " is not (arXiv 2404.14367, takeaway 2; docs/bandit.md).";
                case LABELLED ->
                    "The answers are labelled and not paired; KTO reads them as they are (arXiv 2402.01306).";
            };
        }

        private int samples() {
            int k = survey.setting().samples();
            List<Evidence.Best> best = evidence.best();
            if (best.isEmpty()) {
                return Math.min(4, k);
            }
            double one = best.getFirst().estimate().value();
            double all = best.getLast().estimate().value() - one;
            return best.stream()
                    .filter(size -> size.n() >= 2 && size.estimate().value() - one >= ENOUGH * all)
                    .mapToInt(Evidence.Best::n)
                    .findFirst()
                    .orElse(k);
        }

        private Settings settings(Course course) {
            double smoothing = evidence.above("disagree", NOISY)
                    ? value("disagree")
                    : evidence.above("contradicted", NOISY) ? value("contradicted") / 2 : 0;
            double rounded = Math.round(100 * Math.min(smoothing, MOST_SMOOTHING)) / 100.0;
            double likelihood = evidence.below("push_helps", 0.5) ? LIKELIHOOD : 0;
            return switch (course) {
                case ON_POLICY -> new Settings(Math.max(2, samples()), 0, 2, 1e-5, 0, 0);
                case ON_POLICY_WITH_DATA -> new Settings(Math.max(2, samples()), hasPairs() ? 2 : 1, 2, 1e-5, 0, 0);
                case BEST_OF_N -> new Settings(Math.max(2, samples()), 0, 1, 1e-6, 0, 0);
                case SUPERVISED -> new Settings(0, 0, 1, 1e-5, 0, 0);
                case CONTRASTIVE -> new Settings(0, 0, 1, 5e-7, rounded, likelihood);
                case LABELLED -> new Settings(0, 0, 1, 5e-7, 0, 0);
            };
        }

        private List<String> lines() {
            List<String> lines = new ArrayList<>();
            int asked = evidence.tallies().size();
            String basis = asked + " prompts, " + survey.setting().samples() + " answers each";
            evidence.mass()
                    .ifPresent(mass -> lines.add(Shown.of(mass)
                            + " of its own answers are good ones, with a reward of at least "
                            + Shown.number(evidence.high().orElseThrow())
                            + (survey.setting().high() == null ? ", half-way from its mean to the best seen" : "")
                            + " ("
                            + basis + ")"));
            if (evidence.best().size() > 1) {
                Evidence.Best one = evidence.best().getFirst();
                Evidence.Best last = evidence.best().getLast();
                lines.add("one own answer is worth " + Shown.of(one.estimate()) + ", the best of " + last.n() + " "
                        + Shown.of(last.estimate())
                        + evidence.of("chosen_gain")
                                .map(gain -> "; the chosen ones bring " + Shown.of(gain) + " over one")
                                .orElse(""));
            }
            evidence.overlap()
                    .ifPresent(overlap -> lines.add("the data overlap with what it writes by at most "
                            + Shown.of(overlap) + ", " + overlap.name() + (rewarded() ? "" : " (" + basis + ")")));
            if (lines.size() < 3) {
                evidence.of("estrangement")
                        .ifPresent(gap -> lines.add("a chosen answer lies " + Shown.of(gap)
                                + " standard deviations below its own in log π a token (" + gap.n() + " prompts)"));
                evidence.of("chosen_likelier")
                        .ifPresent(rate -> lines.add("it finds the chosen answer likelier than the rejected one in "
                                + Shown.of(rate) + " of " + String.format(Locale.ROOT, "%,d", rate.n()) + " pairs"));
            }
            return List.copyOf(lines);
        }

        private List<Next> next(Course course) {
            List<Next> next = new ArrayList<>();
            if (rewarded()) {
                own().ifPresent(next::add);
                evidence.of("chosen_gain")
                        .filter(gain -> gain.value() > 0)
                        .ifPresent(gain -> next.add(new Next(
                                "more answers like the chosen ones: what imitating them brings at most",
                                Optional.of(gain),
                                List.of())));
                next.sort(Comparator.comparingDouble(
                        (Next one) -> -one.gain().orElseThrow().value()));
                prompts().ifPresent(next::add);
            } else if (hasPairs()) {
                next.add(new Next(
                        "a reward: train one on these pairs (recipes/reward.yaml), then this page again with --reward"
                                + " model:DIR; it decides what is open here and makes on-policy answers usable",
                        Optional.empty(),
                        List.of()));
            } else {
                next.add(new Next(
                        "a reward, or pairs: nothing here says which answers are better", Optional.empty(), List.of()));
            }
            rejected(course).ifPresent(next::add);
            return List.copyOf(next);
        }

        private Optional<Next> own() {
            int n = Math.max(2, samples());
            List<double[]> rewards = survey.own().map(Survey.Own::rewards).toList();
            if (rewards.size() < 2 || n > survey.setting().samples()) {
                return Optional.empty();
            }
            Estimate gain = Estimate.mean(
                    "gain of the best of " + n,
                    "reward",
                    rewards.stream()
                            .mapToDouble(own -> BestOf.expected(own, n) - BestOf.expected(own, 1))
                            .toArray());
            long prompts = survey.rows().size();
            return Optional.of(new Next(
                    String.format(
                            Locale.ROOT,
                            "%d own answers to every prompt (%,d for these %,d), the best against the worst",
                            n,
                            n * prompts,
                            prompts),
                    Optional.of(gain),
                    List.of()));
        }

        /// The quarter of prompts with the widest gain, chosen by one half of their answers and judged by the
        /// other, since what was chosen for its luck would flatter itself.
        private Optional<Next> prompts() {
            int half = survey.setting().samples() / 2;
            if (half < 2 || survey.asked().size() < 8) {
                return Optional.empty();
            }
            List<Halves> ranked = survey.asked().stream()
                    .map(row -> Halves.of(row, half))
                    .sorted(Comparator.comparingDouble(halves -> -halves.first()))
                    .toList();
            List<Halves> top = ranked.subList(0, ranked.size() / 4);
            Estimate gain = Estimate.mean(
                    "gain of the best of " + half,
                    "reward",
                    top.stream().mapToDouble(Halves::second).toArray());
            double all = ranked.stream().mapToDouble(Halves::second).average().orElseThrow();
            return gain.interval().low() > all
                    ? Optional.of(new Next(
                            "first the " + top.size() + " of " + ranked.size()
                                    + " prompts whose own answers differ most in reward: the best of " + half
                                    + " brings this there, and " + Shown.number(all)
                                    + " over all, judged by answers that did not choose them",
                            Optional.of(gain),
                            top.stream().map(Halves::index).toList()))
                    : Optional.empty();
        }

        private record Halves(int index, double first, double second) {
            static Halves of(Survey.Row row, int half) {
                double[] rewards = Objects.requireNonNull(row.own()).rewards();
                return new Halves(
                        row.index(),
                        gain(Arrays.copyOf(rewards, half)),
                        gain(Arrays.copyOfRange(rewards, half, 2 * half)));
            }

            private static double gain(double[] rewards) {
                return BestOf.expected(rewards, rewards.length) - BestOf.expected(rewards, 1);
            }
        }

        private Optional<Next> rejected(Course course) {
            if (!hasPairs()) {
                return Optional.empty();
            }
            if (evidence.above("disagree", NOISY)) {
                return Optional.of(new Next(
                        "new labels for the pairs that the reward contradicts, "
                                + Shown.of(evidence.of("disagree").orElseThrow())
                                + " of them: settle which of the two is wrong before either is learnt from",
                        Optional.empty(),
                        survey.pairs().stream()
                                .filter(row -> contradicts(row))
                                .map(Survey.Row::index)
                                .toList()));
            }
            if (evidence.above("rejected_unlikely", 0.5)) {
                return Optional.of(new Next(
                        "rejected answers that the model writes itself: "
                                + Shown.of(evidence.of("rejected_unlikely").orElseThrow())
                                + " of the present ones are less likely than anything it wrote, and there is little to unlearn",
                        Optional.empty(),
                        List.of()));
            }
            if (evidence.below("edit_distance", ALIKE)) {
                return Optional.of(new Next(
                        "rejected answers that differ more from the chosen ones, which else lose likelihood with them"
                                + " (poise gradients --filter leaves out the most alike)",
                        Optional.empty(),
                        List.of()));
            }
            return course == Course.SUPERVISED || course == Course.BEST_OF_N
                    ? Optional.empty()
                    : Optional.of(new Next(
                            "rejected answers like the present ones: neither too alike nor foreign to the model",
                            Optional.empty(),
                            List.of()));
        }

        private static boolean contradicts(Survey.Row row) {
            Double good = row.answers().getFirst().reward();
            Double bad = row.answers().getLast().reward();
            return good != null && bad != null && good < bad;
        }

        private List<String> cautions(Course course) {
            List<String> cautions = new ArrayList<>();
            if (evidence.above("chosen_longer", 0.5 + LENGTH_BIAS)
                    || evidence.below("chosen_longer", 0.5 - LENGTH_BIAS)) {
                cautions.add("the chosen answer is the longer one in "
                        + Shown.of(evidence.of("chosen_longer").orElseThrow())
                        + " of the pairs: length will be learnt with it");
            }
            if (evidence.above("cut", CUT)) {
                cautions.add(Shown.of(evidence.of("cut").orElseThrow()) + " of its answers were cut at "
                        + survey.setting().maxNewTokens() + " tokens, and the data's were cut to compare"
                        + (rewarded() ? "; a reward of whole answers needs a larger --max-new-tokens" : ""));
            }
            if (evidence.above("contradicted", NOISY)) {
                cautions.add(Shown.of(evidence.of("contradicted").orElseThrow())
                        + " of the pairs are contradicted by another row");
            }
            if (course == Course.CONTRASTIVE && evidence.below("push_helps", 0.5)) {
                cautions.add("pushing rejected answers down lifts the chosen one in only "
                        + Shown.of(evidence.of("push_helps").orElseThrow())
                        + " of the pairs where they part: the recipe holds the chosen ones with a likelihood term");
            }
            if (evidence.above("tied", 0.5)) {
                cautions.add(Shown.of(evidence.of("tied").orElseThrow())
                        + " of the prompts get answers of one reward only: no pair comes of those");
            }
            cautions.add("learning rates are the paper's, for models of 1.4 B; smaller models take larger ones");
            return List.copyOf(cautions);
        }
    }
}

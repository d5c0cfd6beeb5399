package dev.poise.monitor;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// Something that a run can come down with, as a pure function of how its metrics went.
///
/// A severity of 1 is where it counts, and below [Alarm#CALM] it is over: thresholds are units, not switches. The
/// thresholds are ours. Every symptom is held against the values at step 0, since what is normal differs from model
/// to model.
public sealed interface Symptom {

    /// What symptoms there are; recipes name them in lower case.
    enum Kind {
        /// Chosen answers lose likelihood while the margin grows.
        DISPLACEMENT,
        /// The entropy over the likeliest tokens turns down while chosen answers lose likelihood.
        ENTROPY_TURN,
        /// Probability leaks out of the likeliest tokens.
        MASS_DROP,
        /// The likelihood of chosen answers falls faster than before.
        BEND,
        /// The policy's answers become long or do not end.
        LENGTH,
        /// The policy's answers repeat themselves.
        REPETITION,
        /// The loss has nothing left to learn and the policy answers as before.
        SATURATION,
        /// A metric is beyond a bound that the recipe gives.
        THRESHOLD,
        /// The policy writes the same whatever is drawn, or is rewarded the same for all it writes.
        COLLAPSE
    }

    /// What it is, with its numbers, what it usually means, and what to try; a sentence or two each.
    record Story(String title, String happened, String meaning, String advice) {}

    Kind kind();

    /// The metric whose readings it moves with.
    String metric();

    /// How bad it is, 1 where it counts; nothing where a metric that it needs has not been read.
    OptionalDouble severity(Course course);

    /// Tells it. Only where a severity is known.
    Story story(Course course);

    /// What tells it from another of its kind.
    default String id() {
        return kind().name().toLowerCase(Locale.ROOT);
    }

    /// Chosen answers lose likelihood while the margin grows: more than `drop` nats a token on average since step 0,
    /// for half of the chosen answers at least.
    ///
    /// Source: the definition of Razin et al. 2025 (<https://arxiv.org/abs/2410.08847>), the loss fell and the mean
    /// log-probability of chosen answers too, with the margin in place of the loss; the size is ours.
    ///
    /// @param drop nats a token, > 0
    record Displacement(double drop) implements Symptom {

        private static final double SHARE = 0.5;

        @Override
        public Kind kind() {
            return Kind.DISPLACEMENT;
        }

        @Override
        public String metric() {
            return HeldOut.CHANGE;
        }

        @Override
        public OptionalDouble severity(Course course) {
            Optional<Track> change = course.track(HeldOut.CHANGE);
            Optional<Track> displaced = course.track(HeldOut.DISPLACED);
            Optional<Track> margin = course.track(HeldOut.MARGIN);
            if (change.isEmpty() || displaced.isEmpty() || margin.isEmpty()) {
                return OptionalDouble.empty();
            }
            boolean learns = margin.get().last() > margin.get().first();
            double fallen = (change.get().first() - change.get().last()) / drop;
            return OptionalDouble.of(learns ? Math.min(fallen, displaced.get().last() / SHARE) : 0);
        }

        @Override
        public Story story(Course course) {
            Track change = course.track(HeldOut.CHANGE).orElseThrow();
            Track displaced = course.track(HeldOut.DISPLACED).orElseThrow();
            Track margin = course.track(HeldOut.MARGIN).orElseThrow();
            return new Story(
                    "Likelihood displacement",
                    "Held-out chosen answers have lost " + digits(change.first() - change.last())
                            + " nats a token since step 0, and " + percent(displaced.last())
                            + " of them are less likely than under the reference, while the margin grew to "
                            + digits(margin.last()) + " nats.",
                    "Both answers of a pair lose, the rejected one faster; the probability goes to answers nobody"
                            + " chose. Common where chosen and rejected are nearly the same text. It is not yet worse"
                            + " quality: read samples.",
                    "Add likelihood on the chosen answer ({type: mle, weight: 0.2}) or dpop, lower the learning rate,"
                            + " or drop pairs that are nearly equal (poise gradients ranks them).");
        }
    }

    /// The smoothed entropy over the k likeliest tokens has fallen by more than `fall` bits from its highest value,
    /// that of step 0 included, while the smoothed likelihood of chosen answers still falls. Where the likelihood
    /// no longer falls, the symptom neither begins nor ends.
    ///
    /// Source: arXiv 2410.11677, section 4: entropy first rises, and where it turns down the win probability often
    /// does too. A rise first is not required, as in small runs there is none.
    ///
    /// @param fall bits, > 0
    record EntropyTurn(Source source, double fall) implements Symptom {

        /// Between calm and bad.
        private static final double UNDECIDED = 0.75;

        @Override
        public Kind kind() {
            return Kind.ENTROPY_TURN;
        }

        @Override
        public String id() {
            return Symptom.super.id() + suffix(source);
        }

        @Override
        public String metric() {
            return source.metric(HeldOut.ENTROPY);
        }

        @Override
        public OptionalDouble severity(Course course) {
            Optional<Track> entropy = course.track(metric());
            Optional<Track> chosen = course.track(HeldOut.CHOSEN);
            if (entropy.isEmpty() || chosen.isEmpty()) {
                return OptionalDouble.empty();
            }
            double fallen = (entropy.get().peak() - entropy.get().smooth()) / fall;
            boolean falls = chosen.get().smooth() < chosen.get().smoothBefore();
            return OptionalDouble.of(falls ? fallen : Math.min(fallen, UNDECIDED));
        }

        @Override
        public Story story(Course course) {
            Track entropy = course.track(metric()).orElseThrow();
            return new Story(
                    "Entropy turning point",
                    "Entropy over the likeliest tokens of " + source.words() + " was highest at step "
                            + entropy.peakStep() + " (" + digits(entropy.peak()) + " bits, smoothed) and has fallen to "
                            + digits(entropy.smooth()) + ", while chosen answers keep losing likelihood.",
                    "Often the point where more training stops helping: the policy narrows down on few"
                            + " continuations. With DPO and IPO it tended to coincide with the turn of the win"
                            + " probability; small runs may show a fall that means nothing.",
                    "Compare samples of the checkpoint near step " + entropy.peakStep()
                            + " with today's; if they were better, stop there (monitor.stop: [entropy_turn]), or let"
                            + " monitor.governor raise the weight of a likelihood term.");
        }
    }

    /// The k likeliest tokens have lost more than `drop` of the probability they held at step 0.
    ///
    /// Source: arXiv 2410.11677, section 4: with the hinge loss, entropy kept rising while mass fell, and outputs
    /// became random.
    ///
    /// @param drop share, > 0
    record MassDrop(Source source, double drop) implements Symptom {

        @Override
        public Kind kind() {
            return Kind.MASS_DROP;
        }

        @Override
        public String id() {
            return Symptom.super.id() + suffix(source);
        }

        @Override
        public String metric() {
            return source.metric(HeldOut.MASS);
        }

        @Override
        public OptionalDouble severity(Course course) {
            return course.track(metric())
                    .map(mass -> OptionalDouble.of((mass.first() - mass.last()) / drop))
                    .orElseGet(OptionalDouble::empty);
        }

        @Override
        public Story story(Course course) {
            Track mass = course.track(metric()).orElseThrow();
            return new Story(
                    "Mass drop",
                    "The likeliest tokens of " + source.words() + " held " + digits(mass.first())
                            + " of the probability at step 0 and hold " + digits(mass.last()) + " now.",
                    "Probability leaks to tokens that nobody asked for: outputs become random, other languages"
                            + " creep in. Typical of penalties without a reference or an end, such as hinge and"
                            + " unlikelihood.",
                    "Lower the learning rate or the penalty's weight, add likelihood on the chosen answer, or hold"
                            + " the mass with a spread term in the objective.");
        }
    }

    /// Between two readings, chosen answers lost more than `fall` nats a token.
    ///
    /// Source: a reviewer's proposal for arXiv 2410.11677: to stop when the chosen likelihood changes by more than
    /// a threshold between checkpoints. Only falls count here; a rise is what a likelihood term is for.
    ///
    /// @param fall nats a token between two readings, > 0
    record Bend(double fall) implements Symptom {

        @Override
        public Kind kind() {
            return Kind.BEND;
        }

        @Override
        public String metric() {
            return HeldOut.CHOSEN;
        }

        @Override
        public OptionalDouble severity(Course course) {
            return course.track(HeldOut.CHOSEN)
                    .map(chosen -> OptionalDouble.of((chosen.before() - chosen.last()) / fall))
                    .orElseGet(OptionalDouble::empty);
        }

        @Override
        public Story story(Course course) {
            Track chosen = course.track(HeldOut.CHOSEN).orElseThrow();
            return new Story(
                    "Bend of the chosen likelihood",
                    "Between two readings the chosen answers went from " + digits(chosen.before()) + " to "
                            + digits(chosen.last()) + " nats a token.",
                    "The policy moves faster than it did: the learning rate is at its peak, or the objective has"
                            + " begun to push both answers down.",
                    "Look at grad_norm and weights/max around this step; lower the learning rate or warm up longer.");
        }
    }

    /// The policy's answers are more than `factor` times as long as at step 0, or `unfinished` more of them are cut
    /// at the limit.
    ///
    /// @param factor > 1
    /// @param unfinished share, > 0
    record Length(double factor, double unfinished) implements Symptom {

        @Override
        public Kind kind() {
            return Kind.LENGTH;
        }

        @Override
        public String metric() {
            return Own.LENGTH;
        }

        @Override
        public OptionalDouble severity(Course course) {
            Optional<Track> length = course.track(Own.LENGTH);
            Optional<Track> cut = course.track(Own.UNFINISHED);
            if (length.isEmpty() || cut.isEmpty()) {
                return OptionalDouble.empty();
            }
            double longer = (length.get().last() / length.get().first() - 1) / (factor - 1);
            return OptionalDouble.of(
                    Math.max(longer, (cut.get().last() - cut.get().first()) / unfinished));
        }

        @Override
        public Story story(Course course) {
            Track length = course.track(Own.LENGTH).orElseThrow();
            Track cut = course.track(Own.UNFINISHED).orElseThrow();
            return new Story(
                    "Length explosion",
                    "Answers went from " + digits(length.first()) + " to " + digits(length.last())
                            + " tokens on average, and those cut at the limit from " + percent(cut.first()) + " to "
                            + percent(cut.last()) + ".",
                    "Longer answers have more summed log-ratio to gain; or the ending token has lost its probability.",
                    "Check whether chosen answers are longer than rejected ones in the data, and that they end with"
                            + " the ending token; try a length-normalised objective (simpo, normalise: tokens) or ld.");
        }
    }

    /// The share of 4-grams that answers had said before has risen by more than `rise` since step 0.
    ///
    /// @param rise share, > 0
    record Repetition(double rise) implements Symptom {

        @Override
        public Kind kind() {
            return Kind.REPETITION;
        }

        @Override
        public String metric() {
            return Own.REPETITION;
        }

        @Override
        public OptionalDouble severity(Course course) {
            return course.track(Own.REPETITION)
                    .map(share -> OptionalDouble.of((share.last() - share.first()) / rise))
                    .orElseGet(OptionalDouble::empty);
        }

        @Override
        public Story story(Course course) {
            Track share = course.track(Own.REPETITION).orElseThrow();
            return new Story(
                    "Repetition",
                    percent(share.last())
                            + " of the 4-grams of an answer have been said in it before; at step 0 it was "
                            + percent(share.first()) + ".",
                    "The policy loops: usually it was pushed too hard, or the ending token has lost its probability.",
                    "Go back to an earlier checkpoint with a lower learning rate or a larger beta, or add likelihood"
                            + " on the chosen answer.");
        }
    }

    /// The mean of 2σ(−βΔ), the share of DPO's weight that is left, is at most `left`, and at least `unchanged` of
    /// the policy's answers is as at step 0.
    ///
    /// @param left share, in (0, 1)
    /// @param unchanged share, in (0, 1]
    record Saturation(double left, double unchanged) implements Symptom {

        @Override
        public Kind kind() {
            return Kind.SATURATION;
        }

        @Override
        public String metric() {
            return Own.UNCHANGED;
        }

        @Override
        public OptionalDouble severity(Course course) {
            Optional<Track> weight = course.track(HeldOut.WEIGHT_LEFT);
            Optional<Track> same = course.track(Own.UNCHANGED);
            if (weight.isEmpty() || same.isEmpty()) {
                return OptionalDouble.empty();
            }
            return OptionalDouble.of(
                    Math.min(left / weight.get().last(), same.get().last() / unchanged));
        }

        @Override
        public Story story(Course course) {
            return new Story(
                    "Saturated loss",
                    "On held-out pairs "
                            + percent(course.track(HeldOut.WEIGHT_LEFT)
                                    .orElseThrow()
                                    .last())
                            + " of the loss's weight is left, yet "
                            + percent(course.track(Own.UNCHANGED).orElseThrow().last())
                            + " of the policy's own answers is as at step 0.",
                    "The pairs are told apart by something the policy never writes: off-policy pairs are learnt at"
                            + " once and change nothing.",
                    "Build pairs from the policy's own answers (poise pairs), or more alike ones; a smaller beta keeps"
                            + " the loss at work for longer.");
        }
    }

    /// A metric is below or above a bound.
    ///
    /// Source: with [HeldOut#ENTROPY], the stopping rule as arXiv 2410.11677, section 5, words it: entropy below a
    /// threshold.
    ///
    /// @param metric a monitor's
    /// @param below the bound it must not fall below; null for none
    /// @param above the bound it must not rise above; null for none
    record Threshold(
            String metric, @Nullable Double below, @Nullable Double above) implements Symptom {

        /// Back on this side by 2 % of the bound, it is over.
        private static final double BAND = 0.02;

        @Override
        public Kind kind() {
            return Kind.THRESHOLD;
        }

        @Override
        public OptionalDouble severity(Course course) {
            return course.track(metric)
                    .map(track -> OptionalDouble.of(Math.max(
                            below == null ? 0 : beyond(below - track.last(), below),
                            above == null ? 0 : beyond(track.last() - above, above))))
                    .orElseGet(OptionalDouble::empty);
        }

        private static double beyond(double distance, double bound) {
            return distance > 0 ? 1 : distance > -BAND * Math.abs(bound) ? 0.75 : 0;
        }

        @Override
        public Story story(Course course) {
            double value = course.track(metric).orElseThrow().last();
            boolean low = below != null && value < below;
            return new Story(
                    "Threshold",
                    metric + " is " + digits(value) + ", " + (low ? "below " + below : "above " + above) + ".",
                    "The recipe drew this line (monitor.alarms.threshold).",
                    "What it means is what the metric means: see docs/monitors.md.");
        }
    }

    /// A policy that writes its own completions has nothing left to tell apart: of at least `share` of a round's
    /// prompts all completions are the same, or are rewarded equally, or its entropy is at most `entropy`. The
    /// thresholds are ours.
    ///
    /// @param share in (0, 1]
    /// @param entropy nats a token, > 0
    record Collapse(double share, double entropy) implements Symptom {

        @Override
        public Kind kind() {
            return Kind.COLLAPSE;
        }

        @Override
        public String metric() {
            return Rollout.EQUAL;
        }

        @Override
        public OptionalDouble severity(Course course) {
            Optional<Track> equal = course.track(Rollout.EQUAL);
            Optional<Track> identical = course.track(Rollout.IDENTICAL);
            if (equal.isEmpty() || identical.isEmpty()) {
                return OptionalDouble.empty();
            }
            double alike = Math.max(equal.get().last(), identical.get().last()) / share;
            double certain = course.track(Rollout.ENTROPY)
                    .map(track -> track.last() > 0 ? entropy / track.last() : Double.POSITIVE_INFINITY)
                    .orElse(0.0);
            return OptionalDouble.of(Math.max(alike, certain));
        }

        @Override
        public Story story(Course course) {
            String entropyNow = course.track(Rollout.ENTROPY)
                    .map(track -> digits(track.last()) + " nats a token")
                    .orElse("not read");
            return new Story(
                    "Collapse",
                    "Of "
                            + percent(course.track(Rollout.IDENTICAL)
                                    .orElseThrow()
                                    .last())
                            + " of the prompts all completions are the same tokens, of "
                            + percent(course.track(Rollout.EQUAL).orElseThrow().last())
                            + " all are rewarded equally; entropy is " + entropyNow + ".",
                    "The policy has found one answer and draws nothing else, or the reward cannot tell its answers"
                            + " apart: there is nothing left to learn from. The last checkpoint before it is kept.",
                    "Read samples; go on from the checkpoint before with a larger kl or beta, a lower learning rate, or"
                            + " a reward that tells more answers apart.");
        }
    }

    private static String suffix(Source source) {
        return switch (source) {
            case HELD_OUT -> "";
            case OWN -> "/own";
        };
    }

    private static String digits(double value) {
        return String.format(Locale.ROOT, "%.3g", value);
    }

    private static String percent(double share) {
        return Math.round(100 * share) + " %";
    }
}

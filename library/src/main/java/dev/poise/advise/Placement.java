package dev.poise.advise;

import dev.poise.advise.Standing.Basis;
import dev.poise.advise.Standing.Open;
import dev.poise.advise.Standing.Placed;
import dev.poise.evaluate.Estimate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/// From evidence to a place.
final class Placement {

    /// The least mass of high-reward answers that counts as common: one of ten answers, as the paper's bandit draws ten
    /// a state. Our rule; by the same definition the paper's own R1, far from its reference, has 3.6 % and
    /// R2, close to it, 30 %.
    static final double COMMON = 0.1;

    /// The least overlap that counts as one: half. Our rule.
    static final double OVERLAPPING = 0.5;

    /// Share of resamples that must agree. Our rule, after the usual level.
    static final double AGREEMENT = 0.95;

    /// Fewest prompts that decide anything. Our rule: a percentile interval of fewer is too narrow.
    static final int PROMPTS = 20;

    private static final int RESAMPLES = 2000;

    private Placement() {}

    static Standing of(Survey survey, Evidence evidence) {
        Optional<Double> high = evidence.high();
        Basis basis = high.isPresent() ? Basis.REWARD : Basis.LABELS;
        List<Tally> prompts = evidence.tallies();
        List<Tally> answered =
                prompts.stream().filter(prompt -> prompt.answers() > 0).toList();
        if (high.isEmpty() && answered.isEmpty()) {
            return new Open(
                    List.of(Place.BROAD, Place.SKEWED, Place.NEAR), List.of(lacksReward(survey)), Map.of(), basis);
        }
        if (prompts.size() < PROMPTS) {
            return new Open(
                    List.of(Place.BROAD, Place.SKEWED, Place.NEAR),
                    List.of("at least " + PROMPTS + " prompts that the model can be asked; there are "
                            + prompts.size()),
                    Map.of(),
                    basis);
        }
        if (high.isPresent() && answered.isEmpty()) {
            return withoutAnswers(prompts, survey);
        }
        Map<Place, Double> shares =
                shares(answered, high.isPresent(), survey.setting().seed());
        Place place = place(answered, high.isPresent());
        if (shares.getOrDefault(place, 0.0) < AGREEMENT) {
            return new Open(
                    shares.entrySet().stream()
                            .sorted(Map.Entry.<Place, Double>comparingByValue().reversed())
                            .map(Map.Entry::getKey)
                            .toList(),
                    List.of(more(evidence, answered.size())),
                    shares,
                    basis);
        }
        // Labels alone cannot tell a peak among the reference's answers from one beyond them.
        return high.isEmpty() && place == Place.BROAD
                ? new Open(List.of(Place.BROAD, Place.NEAR), List.of(lacksReward(survey)), Map.of(), basis)
                : new Placed(place, shares, basis);
    }

    private static String lacksReward(Survey survey) {
        return survey.setting().rewarded()
                ? "a reward that tells answers apart; all that were seen have the same"
                : "a --reward: labels alone do not say whether there are better answers than these";
    }

    private static Standing withoutAnswers(List<Tally> prompts, Survey survey) {
        Map<Place, Double> shares = new EnumMap<>(Place.class);
        double common = resampled(prompts, survey.setting().seed(), some -> Tally.mass(some) >= COMMON ? 1 : 0);
        shares.put(Place.NEAR, common);
        shares.put(Place.BROAD, 1 - common);
        if (common >= AGREEMENT) {
            return new Placed(Place.NEAR, shares, Basis.REWARD);
        }
        return new Open(
                common <= 1 - AGREEMENT
                        ? List.of(Place.BROAD, Place.SKEWED)
                        : List.of(Place.NEAR, Place.BROAD, Place.SKEWED),
                List.of("answers in the data: with prompts alone there is nothing that could overlap"),
                common <= 1 - AGREEMENT ? Map.of() : shares,
                Basis.REWARD);
    }

    /// The place of some prompts; by labels alone BROAD stands for NEAR as well.
    private static Place place(List<Tally> prompts, boolean rewarded) {
        boolean overlaps = Tally.overlap(prompts) >= OVERLAPPING;
        if (!rewarded) {
            return overlaps ? Place.BROAD : Place.SKEWED;
        }
        double mass = Tally.mass(prompts);
        if (mass >= COMMON) {
            return overlaps ? Place.NEAR : Place.NEAR_SKEWED;
        }
        if (overlaps) {
            return Place.BROAD;
        }
        return Tally.highAnswers(prompts) > mass ? Place.SKEWED : Place.ASTRAY;
    }

    private static Map<Place, Double> shares(List<Tally> prompts, boolean rewarded, long seed) {
        Map<Place, Integer> counts = new EnumMap<>(Place.class);
        resampled(prompts, seed, some -> {
            counts.merge(place(some, rewarded), 1, Integer::sum);
            return 0;
        });
        Map<Place, Double> shares = new EnumMap<>(Place.class);
        counts.forEach((place, count) -> shares.put(place, (double) count / RESAMPLES));
        return shares;
    }

    private interface Statistic {
        double of(List<Tally> prompts);
    }

    private static double resampled(List<Tally> prompts, long seed, Statistic statistic) {
        SplittableRandom random = new SplittableRandom(seed);
        double sum = 0;
        for (int draw = 0; draw < RESAMPLES; draw++) {
            List<Tally> some = new ArrayList<>();
            for (int i = 0; i < prompts.size(); i++) {
                some.add(prompts.get(random.nextInt(prompts.size())));
            }
            sum += statistic.of(some);
        }
        return sum / RESAMPLES;
    }

    /// Which number leaves it open, and how many prompts would take it off its threshold as it stands: intervals
    /// shrink with the root of their number.
    private static String more(Evidence evidence, int prompts) {
        List<Doubt> doubts = new ArrayList<>();
        evidence.mass().ifPresent(mass -> doubts.add(new Doubt(mass, COMMON)));
        evidence.overlaps().forEach(overlap -> doubts.add(new Doubt(overlap, OVERLAPPING)));
        Doubt widest = doubts.stream()
                .filter(doubt -> doubt.estimate().interval().contains(doubt.threshold()))
                .max(Comparator.comparingDouble(
                        doubt -> doubt.estimate().interval().high()
                                - doubt.estimate().interval().low()))
                .orElse(doubts.getFirst());
        double half = (widest.estimate().interval().high()
                        - widest.estimate().interval().low())
                / 2;
        double distance = Math.abs(widest.estimate().value() - widest.threshold());
        double needed = prompts * Math.pow(half / Math.max(distance, 1e-9), 2);
        String how = needed < 100.0 * prompts
                ? "about " + (long) Math.ceil(Math.max(needed, prompts + 1.0)) + " prompts (--prompts)"
                : "many more prompts (--prompts), or a --high that says which rewards are good enough";
        return how + ": the " + widest.estimate().name() + " lies on its threshold of " + widest.threshold();
    }

    private record Doubt(Estimate estimate, double threshold) {}
}

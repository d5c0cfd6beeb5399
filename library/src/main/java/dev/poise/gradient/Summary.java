package dev.poise.gradient;

import dev.poise.gradient.Change.Verdict;
import dev.poise.gradient.Step.Optimiser;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/// What forecasts of many pairs come to.
///
/// @param pairs how many there are
/// @param alone how many pairs go which way where each has the step to itself
/// @param batch how many go which way in their batch's step
/// @param spreads quantiles over pairs
/// @param checks forecasts against real steps; none where none were taken
public record Summary(
        int pairs, Map<Verdict, Integer> alone, Map<Verdict, Integer> batch, List<Spread> spreads, List<Check> checks) {

    /// Quantiles of one number over pairs.
    ///
    /// @param name what it is
    /// @param low a twentieth of the pairs are at or below it
    /// @param median the middle
    /// @param high a twentieth of the pairs are above it
    public record Spread(String name, double low, double median, double high) {

        static Spread of(String name, List<PairForecast> pairs, ToDoubleFunction<PairForecast> value) {
            Quantiles quantiles = Quantiles.of(pairs.stream().mapToDouble(value).toArray());
            return new Spread(name, quantiles.at(0.05), quantiles.at(0.5), quantiles.at(0.95));
        }
    }

    /// Forecasts of one kind against real steps.
    public record Check(String name, Agreement agreement) {}

    /// Sums up forecasts.
    ///
    /// @param pairs at least one
    /// @param optimiser who takes the step
    public static Summary of(List<PairForecast> pairs, Optimiser optimiser) {
        return new Summary(
                pairs.size(),
                count(pairs, pair -> pair.forecast(optimiser).verdict()),
                count(pairs, pair -> pair.batch().verdict()),
                spreads(pairs, optimiser),
                checks(pairs, optimiser));
    }

    private static Map<Verdict, Integer> count(List<PairForecast> pairs, Function<PairForecast, Verdict> verdict) {
        Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
        for (Verdict each : Verdict.values()) {
            counts.put(each, 0);
        }
        pairs.forEach(pair -> counts.merge(verdict.apply(pair), 1, Integer::sum));
        return counts;
    }

    private static List<Spread> spreads(List<PairForecast> pairs, Optimiser optimiser) {
        return List.of(
                Spread.of("w+", pairs, pair -> pair.weights().good()),
                Spread.of("w-", pairs, pair -> pair.weights().bad()),
                Spread.of("w+/w-", pairs, pair -> pair.weights().threshold()),
                Spread.of("<g+,g->/|g+|^2", pairs, pair -> pair.all().overlap()),
                Spread.of("change of chosen", pairs, pair -> pair.forecast(optimiser)
                        .good()),
                Spread.of("change of rejected", pairs, pair -> pair.forecast(optimiser)
                        .bad()),
                Spread.of("lambda of likelihood (sum)", pairs, PairForecast::likelihoodRemedy),
                Spread.of("CHES, by length", pairs, pair -> pair.ches().normalised()),
                Spread.of("edit distance", pairs, pair -> pair.similarity().editDistance()),
                Spread.of("shared tokens", pairs, pair -> pair.similarity().sharedTokens()),
                Spread.of("common prefix, tokens", pairs, pair -> pair.similarity()
                        .commonPrefix()));
    }

    private static List<Check> checks(List<PairForecast> pairs, Optimiser optimiser) {
        List<Check> checks = new ArrayList<>();
        if (pairs.stream().allMatch(pair -> pair.actual() != null)) {
            checks.addAll(checks(
                    "alone", pairs, pair -> pair.forecast(optimiser), pair -> Objects.requireNonNull(pair.actual())));
        }
        if (pairs.stream().allMatch(pair -> pair.actualBatch() != null)) {
            checks.addAll(
                    checks("batch", pairs, PairForecast::batch, pair -> Objects.requireNonNull(pair.actualBatch())));
        }
        return checks;
    }

    private static List<Check> checks(
            String kind,
            List<PairForecast> pairs,
            Function<PairForecast, Change> forecast,
            Function<PairForecast, Change> actual) {
        return List.of(
                check(kind + ", chosen", pairs, forecast, actual, Change::good),
                check(kind + ", rejected", pairs, forecast, actual, Change::bad),
                check(kind + ", margin", pairs, forecast, actual, Change::margin));
    }

    private static Check check(
            String name,
            List<PairForecast> pairs,
            Function<PairForecast, Change> forecast,
            Function<PairForecast, Change> actual,
            ToDoubleFunction<Change> part) {
        double[] forecasts = pairs.stream().map(forecast).mapToDouble(part).toArray();
        double[] outcomes = pairs.stream().map(actual).mapToDouble(part).toArray();
        return new Check(name, Agreement.of(forecasts, outcomes));
    }

    /// Share of pairs whose chosen answer falls.
    ///
    /// @param counts [#alone] or [#batch]
    public double displaced(Map<Verdict, Integer> counts) {
        return (double) (counts.getOrDefault(Verdict.BOTH_DOWN, 0) + counts.getOrDefault(Verdict.CHOSEN_DOWN_ONLY, 0))
                / pairs;
    }

    /// Pairs in the order of their chosen answer's forecast change in a step of their own, the deepest fall first.
    public static List<PairForecast> byDisplacement(List<PairForecast> pairs, Optimiser optimiser) {
        return pairs.stream()
                .sorted(Comparator.comparingDouble(
                                (PairForecast pair) -> pair.forecast(optimiser).good())
                        .thenComparingInt(PairForecast::index))
                .toList();
    }
}

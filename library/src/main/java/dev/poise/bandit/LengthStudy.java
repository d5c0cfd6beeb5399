package dev.poise.bandit;

import dev.poise.bandit.LengthRun.Way;
import dev.poise.bandit.Setting.Source;
import dev.poise.evaluate.Estimate;
import dev.poise.objective.Dpo;
import dev.poise.parallel.Cores;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The length problems on policies that are nothing but lengths: what on-policy samples and a negative gradient are
/// good for where the best answers are likely, rare, or where the data is.
///
/// What is compared with is of two kinds. *Measured*: an earlier re-implementation of ours, with three other seeds; a
/// figure counts as the same where the mean is within 2 tokens or a fifth of it (a distance: 0.5 or 30 %).
/// *Claimed*: what arXiv 2404.14367 shows of a Pythia of 1.4 B. Both were written down before these runs.
///
/// @param seeds how many, from 1
/// @param rows a goal and a way each
/// @param claims what should come out
public record LengthStudy(int seeds, List<Row> rows, List<Claim> claims) {

    /// Where figures are measured.
    public static final List<Integer> STEPS = List.of(100, 200, 400, 600);

    private static final int EVERY = 100;
    private static final int LAST = 600;

    private static final Way ON_POLICY_DPO =
            new Way("on-policy dpo", Source.ONLINE, new Pairwise(new Dpo(0.1, 0), 0), 64, 2);
    private static final Way BEST_OF_FOUR =
            new Way("on-policy best of 4", Source.ONLINE, new BestOfN(BestOfN.Push.NONE, 0), 64, 4);
    private static final Way REINFORCE =
            new Way("reinforce", Source.ONLINE, new PolicyGradient(Advantage.LEAVE_ONE_OUT, Penalty.NONE), 1, 128);
    private static final Way RWR = new Way("rwr", Source.ONLINE, new RewardWeighted(1), 64, 2);
    private static final Way OFFLINE_DPO =
            new Way("offline dpo", Source.OFFLINE, new Pairwise(new Dpo(0.1, 0), 0), 64, 2);
    private static final Way PREF_FT = new Way("pref-ft", Source.OFFLINE, new PreferredOnly(0), 64, 2);
    private static final List<Way> WAYS = List.of(ON_POLICY_DPO, BEST_OF_FOUR, REINFORCE, RWR, OFFLINE_DPO, PREF_FT);

    /// Where an expectation comes from.
    public enum Origin {
        /// An earlier re-implementation of ours.
        MEASURED,
        /// The paper.
        CLAIMED
    }

    /// A way to tune on one goal.
    ///
    /// @param goal which length is wanted
    /// @param way in words
    /// @param start before the first step
    /// @param cells behind each of [#STEPS]
    public record Row(LengthGoal goal, String way, double start, List<Cell> cells) {}

    /// A figure: minus the expected worth, in tokens.
    ///
    /// @param measured over seeds
    /// @param reference what it is compared with, measured before; null where there is nothing
    /// @param band within which it counts as the same; null where there is nothing to compare with
    public record Cell(
            Estimate measured,
            @Nullable Double reference,
            @Nullable Band band) {}

    /// What should come out.
    ///
    /// @param text in words
    /// @param origin who says so
    /// @param measured a figure, or a difference of two under the same seeds, in tokens
    /// @param band where it should be
    public record Claim(String text, Origin origin, Estimate measured, Band band) {

        /// Whether it did.
        public Band.Verdict verdict() {
            return band.of(measured);
        }
    }

    /// How many figures are in their band, and how many have one.
    public int[] inside() {
        int[] inside = new int[2];
        for (Row row : rows) {
            for (Cell cell : row.cells()) {
                if (cell.band() != null) {
                    inside[0] += cell.band().of(cell.measured()) == Band.Verdict.OUTSIDE ? 0 : 1;
                    inside[1]++;
                }
            }
        }
        return inside;
    }

    /// Runs the study.
    ///
    /// @param goals at least one
    /// @param seeds at least 2
    /// @param threads runs at once
    /// @param done is told, from any thread, how many of [#size] policies are trained
    public static LengthStudy run(List<LengthGoal> goals, int seeds, int threads, IntConsumer done) {
        if (seeds < 2) {
            throw new IllegalArgumentException("seeds must be at least 2, since one run has no interval, got " + seeds);
        }
        List<Row> rows = new ArrayList<>();
        List<Claim> claims = new ArrayList<>();
        AtomicInteger count = new AtomicInteger();
        for (LengthGoal goal : goals.stream().distinct().toList()) {
            Map<Way, List<List<Double>>> measured = new LinkedHashMap<>();
            WAYS.forEach(way -> measured.put(way, new ArrayList<>()));
            for (Map<Way, List<Double>> of : seeds(goal, seeds, threads, count, done)) {
                of.forEach(
                        (way, figures) -> measured.getOrDefault(way, List.of()).add(figures));
            }
            measured.forEach((way, figures) -> rows.add(row(goal, way, figures)));
            claims.addAll(claims(goal, measured));
        }
        return new LengthStudy(seeds, rows, claims);
    }

    /// How many policies a study trains.
    public static int size(List<LengthGoal> goals, int seeds) {
        return (int) goals.stream().distinct().count() * seeds * WAYS.size();
    }

    private static List<Map<Way, List<Double>>> seeds(
            LengthGoal goal, int seeds, int threads, AtomicInteger count, IntConsumer done) {
        return Cores.map(
                threads,
                IntStream.rangeClosed(1, seeds).boxed().toList(),
                seed -> {
                    LengthRun run = new LengthRun(goal, seed);
                    Map<Way, List<Double>> figures = new LinkedHashMap<>();
                    for (Way way : WAYS) {
                        figures.put(way, run.measures(way, LAST, EVERY));
                        done.accept(count.incrementAndGet());
                    }
                    return figures;
                },
                figures -> {});
    }

    private static Row row(LengthGoal goal, Way way, List<List<Double>> figures) {
        double[] expected = expected(goal, way);
        List<Cell> cells = new ArrayList<>();
        for (int i = 0; i < STEPS.size(); i++) {
            Estimate measured = Estimate.mean(goal.measure(), "tokens", at(figures, STEPS.get(i)));
            cells.add(
                    expected.length == 0
                            ? new Cell(measured, null, null)
                            : new Cell(measured, expected[i], band(goal, expected[i])));
        }
        return new Row(goal, way.name(), figures.getFirst().getFirst(), cells);
    }

    private static Band band(LengthGoal goal, double figure) {
        double tolerance =
                switch (goal) {
                    case MIN, SKEW -> Math.max(2, 0.2 * figure);
                    case MODE -> Math.max(0.5, 0.3 * figure);
                };
        // No length and no distance is below 0: an interval may be.
        return new Band(figure - tolerance <= 0 ? Double.NEGATIVE_INFINITY : figure - tolerance, figure + tolerance);
    }

    /// Figures of the earlier re-implementation behind 100, 200, 400 and 600 steps, in tokens.
    private static double[] expected(LengthGoal goal, Way way) {
        Map<String, double[]> known =
                switch (goal) {
                    case MIN ->
                        Map.of(
                                ON_POLICY_DPO.name(), new double[] {23, 12.9, 6.1, 4.3},
                                BEST_OF_FOUR.name(), new double[] {24, 13, 7.7, 5.4},
                                REINFORCE.name(), new double[] {25, 18, 14.7, 13.6},
                                RWR.name(), new double[] {25, 18, 14.9, 13.9},
                                OFFLINE_DPO.name(), new double[] {26, 22, 19.8, 18.6},
                                PREF_FT.name(), new double[] {34.4, 34.5, 34.4, 34.2});
                    case MODE ->
                        Map.of(
                                ON_POLICY_DPO.name(), new double[] {1.7, .6, .3, .2},
                                REINFORCE.name(), new double[] {1.8, .6, .2, .1},
                                RWR.name(), new double[] {1.6, .5, .1, .1},
                                OFFLINE_DPO.name(), new double[] {2.5, 1.9, 1.7, 1.5},
                                PREF_FT.name(), new double[] {4.8, 4.7, 4.6, 4.6});
                    case SKEW ->
                        Map.of(
                                ON_POLICY_DPO.name(), new double[] {23, 12.9, 6.1, 4.3},
                                RWR.name(), new double[] {25, 16, 14, 14},
                                REINFORCE.name(), new double[] {24, 16, 12, 10.8},
                                OFFLINE_DPO.name(), new double[] {43.8, 44.9, 22.6, .1},
                                PREF_FT.name(), new double[] {37.6, 27.5, 3.9, 3.6});
                };
        return known.getOrDefault(way.name(), new double[0]);
    }

    private static List<Claim> claims(LengthGoal goal, Map<Way, List<List<Double>>> measured) {
        Claims of = new Claims(goal, measured);
        return switch (goal) {
            case MIN ->
                List.of(
                        of.above(Origin.MEASURED, REINFORCE, ON_POLICY_DPO),
                        of.above(Origin.MEASURED, RWR, ON_POLICY_DPO),
                        of.near(Origin.MEASURED, REINFORCE, RWR, 3),
                        of.above(Origin.MEASURED, OFFLINE_DPO, RWR),
                        of.above(Origin.MEASURED, PREF_FT, OFFLINE_DPO),
                        of.above(Origin.CLAIMED, RWR, ON_POLICY_DPO),
                        of.above(Origin.CLAIMED, RWR, OFFLINE_DPO));
            case MODE ->
                List.of(
                        of.near(Origin.MEASURED, ON_POLICY_DPO, RWR, 0.5),
                        of.near(Origin.MEASURED, ON_POLICY_DPO, REINFORCE, 0.5),
                        of.above(Origin.CLAIMED, OFFLINE_DPO, ON_POLICY_DPO));
            case SKEW ->
                List.of(
                        of.below(Origin.MEASURED, PREF_FT, 8),
                        of.below(Origin.MEASURED, OFFLINE_DPO, 8),
                        of.above(Origin.MEASURED, RWR, ON_POLICY_DPO),
                        of.above(Origin.CLAIMED, RWR, ON_POLICY_DPO),
                        of.above(Origin.CLAIMED, OFFLINE_DPO, ON_POLICY_DPO));
        };
    }

    /// Claims on the figures of one goal behind the last step.
    private record Claims(LengthGoal goal, Map<Way, List<List<Double>>> measured) {

        Claim above(Origin origin, Way higher, Way lower) {
            return new Claim(
                    goal.word() + ": " + higher.name() + " ends above " + lower.name(),
                    origin,
                    difference(higher, lower),
                    new Band(0, Double.POSITIVE_INFINITY));
        }

        Claim near(Origin origin, Way one, Way other, double most) {
            return new Claim(
                    goal.word() + ": " + one.name() + " and " + other.name() + " end within " + most,
                    origin,
                    difference(one, other),
                    new Band(-most, most));
        }

        Claim below(Origin origin, Way way, double most) {
            return new Claim(
                    goal.word() + ": " + way.name() + " ends below " + most,
                    origin,
                    Estimate.mean(goal.measure(), "tokens", last(way)),
                    new Band(Double.NEGATIVE_INFINITY, most));
        }

        private Estimate difference(Way one, Way other) {
            return Estimate.pairedDifference("difference", "tokens", last(one), last(other));
        }

        private double[] last(Way way) {
            return at(measured.getOrDefault(way, List.of()), LAST);
        }
    }

    private static double[] at(List<List<Double>> figures, int step) {
        return figures.stream().mapToDouble(of -> of.get(step / EVERY)).toArray();
    }
}

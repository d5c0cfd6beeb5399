package dev.poise.bandit;

import dev.poise.bandit.BestOfN.Push;
import dev.poise.bandit.Setting.Anchor;
import dev.poise.bandit.Setting.Source;
import dev.poise.evaluate.Estimate;
import dev.poise.objective.Dpo;
import dev.poise.objective.Ipo;
import dev.poise.objective.Normalise;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The study of arXiv 2404.14367's one-dimensional bandit: offline, on-policy, and how often samples are reused.
///
/// The figures to compare with are those of an earlier re-implementation of ours in NumPy and PyTorch, with other
/// seeds (offline 5, on-policy 3 or 5, reuse 3): the paper's own were not available. A figure counts as the same where
/// the mean is within 0.1 of it, or within twice the spread that came with it if that is more. What the study claims
/// has bands of its own, which were set before these runs.
///
/// @param tables figure by figure
/// @param claims what should come out
public record Tables(List<Table> tables, List<Claim> claims) {

    private static final double TOLERANCE = 0.1;

    /// In place of a spread: the figure is a lower bound.
    private static final double AT_LEAST = -1;

    private static final Method IPO = new Pairwise(new Ipo(0.05, Normalise.NONE), 0);
    private static final Method IPO_THRESHOLD = new Pairwise(new Ipo(0.05, Normalise.NONE), 0.2);
    private static final Method BEST = new BestOfN(Push.NONE, 0);
    private static final Method PPO = new Clipped(0.2, Advantage.RUNNING, Penalty.NONE);
    private static final Method REINFORCE = new PolicyGradient(Advantage.RUNNING, Penalty.NONE);

    /// Figures of one kind on one problem.
    ///
    /// @param name such as `offline`
    /// @param problem what was learnt
    /// @param rounds of the columns
    /// @param rows from top to bottom
    public record Table(String name, Problem problem, List<Integer> rounds, List<Row> rows) {}

    /// A setting's figures.
    ///
    /// @param name what sets it apart
    /// @param outcome what came out, under all seeds
    /// @param cells one a column
    public record Row(String name, Outcome outcome, List<Cell> cells) {

        /// The expected reward of every seed behind a round that was measured.
        public double[] at(int round) {
            return outcome.rewards(outcome.indexOf(round));
        }
    }

    /// A figure.
    ///
    /// @param measured expected reward, over seeds
    /// @param reference what it is compared with; null where there is nothing
    /// @param band within which it counts as the same; null where there is nothing to compare with
    public record Cell(
            Estimate measured,
            @Nullable Double reference,
            @Nullable Band band) {

        /// Whether it is the same; none where there is nothing to compare with.
        public Optional<Band.Verdict> verdict() {
            return Optional.ofNullable(band).map(known -> known.of(measured));
        }
    }

    /// What should come out.
    ///
    /// @param text in words
    /// @param measured a reward, or a difference of two under the same seeds
    /// @param band where it should be
    public record Claim(String text, Estimate measured, Band band) {

        /// Whether it did.
        public Band.Verdict verdict() {
            return band.of(measured);
        }
    }

    /// A row before it is run: what to run and what to compare with.
    private record Plan(
            String table, String name, Setting setting, List<Integer> rounds, double[] expected, double spread) {

        /// Around a reward: an end that no reward can pass is open, so that the interval may.
        Band band(double figure) {
            if (spread == AT_LEAST) {
                return new Band(figure, Double.POSITIVE_INFINITY);
            }
            double tolerance = Math.max(TOLERANCE, 2 * spread);
            return new Band(
                    figure - tolerance <= 0 ? Double.NEGATIVE_INFINITY : figure - tolerance,
                    figure + tolerance >= 1 ? Double.POSITIVE_INFINITY : figure + tolerance);
        }
    }

    /// Runs the study.
    ///
    /// @param seeds at least 2
    /// @param threads runs at once
    /// @param done is told how many runs are done
    public static Tables run(int seeds, int threads, IntConsumer done) {
        return of(new Sweep(settings(), seeds).run(threads, done));
    }

    /// What the study runs.
    public static List<Setting> settings() {
        return plans().stream().map(Plan::setting).distinct().toList();
    }

    /// The study, read from what came out.
    ///
    /// @param outcomes one for each of [#settings]
    public static Tables of(List<Outcome> outcomes) {
        Map<Setting, Outcome> bySetting =
                outcomes.stream().collect(Collectors.toMap(Outcome::setting, Function.identity()));
        List<Table> tables = new ArrayList<>();
        for (Plan plan : plans()) {
            Problem problem = plan.setting().problem();
            if (tables.isEmpty()
                    || !tables.getLast().name().equals(plan.table())
                    || !tables.getLast().problem().equals(problem)) {
                tables.add(new Table(plan.table(), problem, plan.rounds(), new ArrayList<>()));
            }
            tables.getLast().rows().add(row(plan, bySetting.get(plan.setting())));
        }
        return new Tables(tables, claims(tables));
    }

    private static Row row(Plan plan, @Nullable Outcome outcome) {
        if (outcome == null) {
            throw new IllegalArgumentException("every row must have been run, got nothing for " + plan.name());
        }
        List<Cell> cells = new ArrayList<>();
        for (int i = 0; i < plan.rounds().size(); i++) {
            Estimate measured = outcome.reward(outcome.indexOf(plan.rounds().get(i)));
            double expected = i < plan.expected().length ? plan.expected()[i] : Double.NaN;
            cells.add(
                    Double.isNaN(expected)
                            ? new Cell(measured, null, null)
                            : new Cell(measured, expected, plan.band(expected)));
        }
        return new Row(plan.name(), outcome, cells);
    }

    // Plans: figures are those named above, in the order of `rounds`.

    private static List<Plan> plans() {
        return Stream.of(offline("R1"), offline("R2"), online("R1"), online("R2"), reuse("R1"), reuse("R2"))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Plan> offline(String problem) {
        boolean first = problem.equals("R1");
        List<Plan> plans = new ArrayList<>();
        plans.add(offline(problem, "best-of-n, lr .01, S=5", BEST, 5, 0.01, first ? 0.34 : 0.91, first ? 0.13 : 0.17));
        plans.add(offline(
                problem, "best-of-n, lr .01, S=100", BEST, 100, 0.01, first ? 0.28 : 0.955, first ? 0.05 : 0.013));
        plans.add(offline(problem, "best-of-n, lr .001, S=100", BEST, 100, 0.001, first ? 0.286 : 0.960, 0));
        plans.add(offline(
                problem,
                "pref-ft, lr .003, S=100",
                new PreferredOnly(0),
                100,
                0.003,
                first ? 0.073 : 0.583,
                first ? 0.011 : 0.006));
        plans.add(offline(
                problem,
                "best-of-n + 0.1 worst, lr .003, S=100",
                new BestOfN(Push.WORST, 0.1),
                100,
                0.003,
                first ? 0.30 : 0.978,
                0));
        plans.add(offline(
                problem, "rwr beta=1, lr .003, S=100", new RewardWeighted(1), 100, 0.003, first ? 0.075 : 0.522, 0));
        plans.add(offline(
                problem,
                "rwr beta=0.1, lr .003, S=100",
                new RewardWeighted(0.1),
                100,
                0.003,
                first ? 0.933 : 0.925,
                0));
        plans.add(offline(
                problem,
                "ipo margin 10, threshold .2, lr .003, S=100",
                IPO_THRESHOLD,
                100,
                0.003,
                first ? 0.706 : 0.949,
                first ? 0.017 : 0));
        plans.add(offline(
                problem, "ipo margin 10, lr .003, S=100", IPO, 100, 0.003, first ? 0.54 : 0.984, first ? 0.17 : 0));
        plans.add(offline(
                problem, "ipo margin 10, lr .003, S=5", IPO, 5, 0.003, first ? 0.171 : 0.985, first ? 0.14 : 0));
        plans.add(offline(
                problem,
                "dpo beta=0.1, threshold .2, lr .003, S=100",
                dpo(0.1, 0.2),
                100,
                0.003,
                first ? 0.726 : 0.993,
                first ? 0.026 : 0));
        plans.add(offline(
                problem,
                "dpo beta=1, threshold .2, lr .003, S=100",
                dpo(1, 0.2),
                100,
                0.003,
                first ? 0.757 : 0.986,
                first ? 0.058 : 0));
        plans.add(offline(
                problem,
                "dpo beta=0.05, lr .003, S=100",
                dpo(0.05, 0),
                100,
                0.003,
                first ? 0.573 : 1.000,
                first ? 0.27 : 0));
        return plans;
    }

    /// One set from the data, 200 full-batch steps.
    private static Plan offline(
            String problem, String name, Method method, int states, double rate, double expected, double spread) {
        Setting setting = setting(problem, method, Source.OFFLINE, states, 20, 10, rate, 1);
        return new Plan("offline", name, setting, List.of(0, 20), new double[] {start(problem), expected}, spread);
    }

    private static double start(String problem) {
        return problem.equals("R1") ? 0.039 : 0.377;
    }

    private static List<Plan> online(String problem) {
        boolean first = problem.equals("R1");
        List<Plan> plans = new ArrayList<>();
        online(plans, first, "best-of-n, lr .001", BEST, 15, 0.001, 0.19, 0.50, 0.78, 0.995, 0.999);
        online(plans, first, "ipo margin 10, lr .003", IPO, 15, 0.003, 0.43, 0.79, 0.99, 0.996, 0.997);
        online(plans, first, "ipo margin 10, lr .01", IPO, 15, 0.01, 0.60, 0.64, 0.80, 0.80, 0.80);
        online(plans, first, "dpo beta=0.05, lr .003", dpo(0.05, 0), 15, 0.003, 0.43, 0.81, 0.994, 0.997, 0.997);
        online(plans, first, "ppo, lr .001", PPO, 15, 0.001, 0.20, 0.67, 0.95, 0.99, 0.99);
        online(plans, first, "ppo, lr .003", PPO, 15, 0.003, 0.63, 0.92, 0.97, 0.98, 0.98);
        online(plans, first, "reinforce, lr .001, T=1", REINFORCE, 1, 0.001, 0.09, 0.13, 0.14, 0.18, 0.41);
        online(plans, first, "reinforce, lr .001", REINFORCE, 15, 0.001, 0.20, 0.52, 0.91, 0.99, 0.99);
        online(plans, first, "rwr beta=0.1, lr .001", new RewardWeighted(0.1), 15, 0.001, 0.20, 0.54, 0.96, 1, 1);
        online(plans, first, "rwr beta=1, lr .001", new RewardWeighted(1), 15, 0.001, 0.05, 0.10, 0.68, 0.92, 0.92);
        online(plans, first, "pref-ft, lr .001", new PreferredOnly(0), 15, 0.001, 0.18, 0.67, 0.79, 0.99, 1.0);
        online(plans, first, "best-of-n, lr .003", BEST, 15, 0.003, .505, .956, .996, .998, .998);
        online(plans, first, "rwr beta=0.1, lr .003", new RewardWeighted(0.1), 15, 0.003, .681, .992, .996, .998, .998);
        online(plans, first, "reinforce, lr .003", REINFORCE, 15, 0.003, .619, .936, .971, .988, .988);
        online(plans, first, "pref-ft, lr .003", new PreferredOnly(0), 15, 0.003, .336, .812, .900, .900, .900);
        online(plans, first, "ipo margin 10, lr .001", IPO, 15, 0.001, .19, .63, .84, .998, .999);
        online(plans, first, "best-of-n, lr .01", BEST, 15, 0.01, Double.NaN, Double.NaN, Double.NaN, .90, .90);
        online(plans, first, "rloo, lr .001", new PolicyGradient(Advantage.LEAVE_ONE_OUT, Penalty.NONE), 15, 0.001);
        online(plans, first, "grpo, lr .001", new Clipped(0.2, Advantage.STATE, Penalty.NONE), 15, 0.001);
        online(plans, first, "rest keep=0.1, lr .001", new Filtered(0.1), 15, 0.001);
        return plans;
    }

    /// Ten answers to ten states a round, a hundred rounds; figures are of R1. On R2 all there is to compare with is
    /// that nearly everything reached 0.987 by round 100.
    private static void online(
            List<Plan> plans, boolean first, String name, Method method, int inner, double rate, double... expected) {
        String problem = first ? "R1" : "R2";
        double least = expected.length == 0 ? Double.NaN : 0.987;
        double[] known = first ? expected : new double[] {Double.NaN, Double.NaN, Double.NaN, Double.NaN, least};
        Setting setting = setting(problem, method, Source.ONLINE, 10, 100, inner, rate, 5);
        // The spread over seeds is known of one row only, whose policy collapses under some.
        double spread = !first ? AT_LEAST : name.equals("ipo margin 10, lr .01") ? 0.25 : 0;
        plans.add(new Plan("on-policy", name, setting, List.of(5, 10, 20, 50, 100), known, spread));
    }

    private static List<Plan> reuse(String problem) {
        List<Plan> plans = new ArrayList<>();
        reuse(plans, problem, "best-of-n, lr .001", BEST, 0.001, new double[][] {
            {.09, .12, .14, .16, .18}, {.14, .17, .40, .61, .90}, {.19, .50, .78, .99, 1.0}, {.91, 1, 1, 1, 1}
        });
        reuse(plans, problem, "ipo margin 10, lr .003", IPO, 0.003, new double[][] {
            {.13, .15, .17, .21, .40}, {.17, .28, .57, .92, .995}, {.43, .79, .99, 1, 1}, {.73, .73, .73, .74, .74}
        });
        reuse(plans, problem, "ppo, lr .001", PPO, 0.001, new double[][] {
            {.09, .12, .14, .17, .19}, {.15, .18, .39, .85, .98}, {.20, .67, .95, .99, .99}, {.62, .90, .97, .98, .98}
        });
        return plans;
    }

    private static void reuse(
            List<Plan> plans, String problem, String name, Method method, double rate, double[][] expected) {
        int[] inner = {1, 5, 15, 50};
        for (int i = 0; i < inner.length; i++) {
            // T = 15 is a row of the table before: run once, read at other rounds.
            int rounds = inner[i] == 15 ? 100 : 60;
            Setting setting = setting(problem, method, Source.ONLINE, 10, rounds, inner[i], rate, 5);
            double[] known = problem.equals("R1") ? expected[i] : new double[0];
            plans.add(new Plan("reuse", name + ", T=" + inner[i], setting, List.of(5, 10, 20, 40, 60), known, 0));
        }
    }

    private static Setting setting(
            String problem, Method method, Source source, int states, int rounds, int inner, double rate, int every) {
        return new Setting(
                Problem.of(problem),
                method,
                source,
                states,
                10,
                rounds,
                inner,
                0,
                rate,
                Anchor.INITIAL,
                Double.POSITIVE_INFINITY,
                every);
    }

    private static Method dpo(double beta, double threshold) {
        return new Pairwise(new Dpo(beta, 0), threshold);
    }

    // Claims: bands of the study, set before these runs.

    private static List<Claim> claims(List<Table> tables) {
        List<Claim> claims = new ArrayList<>();
        Band most = new Band(0.65, Double.POSITIVE_INFINITY);
        Band some = new Band(0.15, 0.5);
        Band good = new Band(0.9, Double.POSITIVE_INFINITY);
        Band solved = new Band(0.97, Double.POSITIVE_INFINITY);
        List<String> thresholded = List.of(
                "dpo beta=0.1, threshold .2, lr .003, S=100",
                "dpo beta=1, threshold .2, lr .003, S=100",
                "ipo margin 10, threshold .2, lr .003, S=100");
        for (String name : thresholded) {
            claims.add(last(tables, "offline", "R1", name, most, "at least 0.65"));
        }
        for (String name : List.of("best-of-n, lr .01, S=5", "best-of-n, lr .01, S=100")) {
            claims.add(last(tables, "offline", "R1", name, some, "0.15 to 0.5"));
        }
        claims.add(last(
                tables,
                "offline",
                "R1",
                "pref-ft, lr .003, S=100",
                new Band(Double.NEGATIVE_INFINITY, 0.12),
                "below 0.12"));
        for (String name : thresholded) {
            claims.add(last(tables, "offline", "R2", name, good, "above 0.9"));
        }
        claims.add(last(tables, "offline", "R2", "best-of-n, lr .01, S=100", good, "above 0.9"));
        for (String name :
                List.of("best-of-n, lr .001", "dpo beta=0.05, lr .003", "ppo, lr .001", "rwr beta=0.1, lr .001")) {
            claims.add(last(tables, "on-policy", "R1", name, solved, "above 0.97 by round 100"));
        }
        Band positive = new Band(0, Double.POSITIVE_INFINITY);
        for (String name : List.of("best-of-n, lr .001", "ipo margin 10, lr .003", "ppo, lr .001")) {
            claims.add(difference(tables, name, "T=15 better than T=1 at round 60", ", T=15", ", T=1", positive));
        }
        claims.add(difference(
                tables, "ipo margin 10, lr .003", "T=50 worse than T=15 at round 60", ", T=15", ", T=50", positive));
        return claims;
    }

    private static Claim last(List<Table> tables, String table, String problem, String name, Band band, String words) {
        Row row = of(tables, table, problem, name);
        String text = String.format(Locale.ROOT, "%s %s: %s: %s", problem, table, name, words);
        return new Claim(text, row.cells().getLast().measured(), band);
    }

    private static Claim difference(
            List<Table> tables, String name, String words, String more, String less, Band band) {
        double[] a = of(tables, "reuse", "R1", name + more).at(60);
        double[] b = of(tables, "reuse", "R1", name + less).at(60);
        return new Claim(
                "R1 reuse: " + name + ": " + words, Estimate.pairedDifference("difference", "reward", a, b), band);
    }

    /// The row of a name.
    ///
    /// @param table such as `offline`
    /// @param problem such as `R1`
    public Row row(String table, String problem, String name) {
        return of(tables, table, problem, name);
    }

    private static Row of(List<Table> tables, String table, String problem, String name) {
        return tables.stream()
                .filter(one -> one.name().equals(table) && one.problem().name().equals(problem))
                .flatMap(one -> one.rows().stream())
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a row must be one of the tables, got " + name));
    }

    /// How many figures were inside their band, and how many had one.
    public int[] inside() {
        List<Band.Verdict> verdicts = tables.stream()
                .flatMap(table -> table.rows().stream())
                .flatMap(row -> row.cells().stream())
                .flatMap(cell -> cell.verdict().stream())
                .toList();
        return new int[] {
            (int) verdicts.stream()
                    .filter(verdict -> verdict != Band.Verdict.OUTSIDE)
                    .count(),
            verdicts.size()
        };
    }

    /// The settings whose outcome a table shows.
    static List<Outcome> outcomes(Table table) {
        return table.rows().stream().map(Row::outcome).toList();
    }
}

package dev.poise.experiment;

import dev.poise.bandit.Method;
import dev.poise.bandit.MethodGrammar;
import dev.poise.bandit.Problem;
import dev.poise.bandit.Setting.Source;
import dev.poise.evaluate.Estimate;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The bandit over nine tokens, by several methods, offline and on-policy, each under several seeds.
///
/// Figures to compare with are those of an earlier re-implementation of ours in PyTorch, with two or three seeds
/// each and so no spread; the paper's own were not available.
///
/// @param rows one a setting
record SequenceStudy(List<Row> rows) {

    /// What is run.
    ///
    /// @param name what sets it apart
    /// @param earlier the earlier figure of the last round's reward; NaN where there is none
    record Plan(String name, SequenceBandit.Setting setting, double earlier) {

        String problem() {
            return setting.problem().name();
        }

        boolean online() {
            return setting.source() == Source.ONLINE;
        }
    }

    /// What came of it.
    ///
    /// @param seeds the points of each seed
    record Row(Plan plan, List<List<SequenceBandit.Point>> seeds) {

        List<Integer> rounds() {
            return seeds.getFirst().stream().map(SequenceBandit.Point::round).toList();
        }

        /// The mean reward of drawn answers behind a round, of every seed.
        double[] at(int round) {
            int index = rounds().indexOf(round);
            return seeds.stream()
                    .mapToDouble(points -> points.get(index).reward().value())
                    .toArray();
        }

        double[] last() {
            return at(rounds().getLast());
        }

        Estimate reward() {
            return Estimate.mean(plan.name(), "reward", last());
        }

        Estimate toData() {
            return Estimate.mean(
                    plan.name(),
                    "nats a token",
                    seeds.stream()
                            .mapToDouble(points -> points.getLast().toData())
                            .toArray());
        }
    }

    /// Runs everything.
    ///
    /// @param workers runs at once
    /// @param done is told how many runs are done
    static SequenceStudy run(List<Plan> plans, int seeds, int workers, IntConsumer done) throws IOException {
        List<List<List<SequenceBandit.Point>>> trained =
                SequenceBandit.sweep(plans.stream().map(Plan::setting).toList(), seeds, workers, done);
        return new SequenceStudy(IntStream.range(0, plans.size())
                .mapToObj(i -> new Row(plans.get(i), trained.get(i)))
                .toList());
    }

    Row row(String problem, boolean online, String name) {
        return rows.stream()
                .filter(row -> row.plan().problem().equals(problem)
                        && row.plan().online() == online
                        && row.plan().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// Every setting of the study.
    ///
    /// @param rounds on-policy on R1; the earlier figures are of a hundred
    static List<Plan> plans(int rounds) {
        return Stream.of(
                        offline("R1", "pref-ft", "pref-ft", 1e-3, Double.NaN),
                        offline("R1", "best-of-n", "best-of-n", 1e-3, 0.135),
                        offline("R1", "dpo", "dpo:beta=0.1", 1e-3, Double.NaN),
                        offline("R1", "ipo margin 10", "ipo:beta=0.05", 1e-2, 0.851),
                        offline("R2", "pref-ft", "pref-ft", 1e-3, Double.NaN),
                        offline("R2", "best-of-n", "best-of-n", 1e-3, 0.525),
                        offline("R2", "dpo", "dpo:beta=0.1", 1e-3, Double.NaN),
                        offline("R2", "ipo margin 10", "ipo:beta=0.05", 1e-2, 0.87),
                        online("R1", "pref-ft", "pref-ft", rounds, Double.NaN),
                        online("R1", "best-of-n", "best-of-n", rounds, rounds == 100 ? 1 : Double.NaN),
                        online("R1", "rwr β = 0.1", "rwr:beta=0.1", rounds, rounds == 100 ? 0.99 : Double.NaN),
                        online("R1", "reinforce", "reinforce", rounds, rounds == 100 ? 1 : Double.NaN),
                        online("R1", "ppo", "ppo", rounds, rounds == 100 ? 0.999 : Double.NaN),
                        online("R1", "dpo", "dpo:beta=0.1", rounds, rounds == 100 ? 1 : Double.NaN),
                        online("R1", "ipo margin 50", "ipo:beta=0.01", rounds, rounds == 100 ? 1 : Double.NaN),
                        online("R1", "ipo margin 10", "ipo:beta=0.05", rounds, rounds == 100 ? 0.525 : Double.NaN),
                        online("R2", "best-of-n", "best-of-n", 20, 1),
                        online("R2", "dpo", "dpo:beta=0.1", 20, Double.NaN),
                        online("R2", "ipo margin 10", "ipo:beta=0.05", 20, 1))
                .toList();
    }

    /// A hundred steps on one set of a hundred prompts.
    private static Plan offline(String problem, String name, String method, double rate, double earlier) {
        return plan(problem, name, method, Source.OFFLINE, 100, 10, rate, earlier);
    }

    /// Ten steps a round on ten prompts, all methods at one learning rate.
    private static Plan online(String problem, String name, String method, int rounds, double earlier) {
        return plan(problem, name, method, Source.ONLINE, 10, rounds, 1e-3, earlier);
    }

    private static Plan plan(
            String problem,
            String name,
            String method,
            Source source,
            int states,
            int rounds,
            double rate,
            double earlier) {
        Method parsed = MethodGrammar.parse(method);
        return new Plan(
                String.format(Locale.ROOT, "%s, lr %s", name, rate),
                new SequenceBandit.Setting(
                        Problem.of(problem),
                        parsed,
                        source,
                        states,
                        10,
                        rounds,
                        10,
                        rate,
                        source == Source.ONLINE ? 10 : 5),
                earlier);
    }
}

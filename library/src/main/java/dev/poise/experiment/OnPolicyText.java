package dev.poise.experiment;

import dev.poise.bandit.LengthStudy;
import dev.poise.bandit.Outcome;
import dev.poise.bandit.Tables;
import dev.poise.bandit.Theory;
import dev.poise.evaluate.Estimate;
import dev.poise.experiment.ExperimentPage.Bar;
import dev.poise.experiment.ExperimentPage.Chart;
import dev.poise.experiment.ExperimentPage.Claim;
import dev.poise.experiment.ExperimentPage.Fact;
import dev.poise.experiment.ExperimentPage.Mark;
import dev.poise.experiment.ExperimentPage.Part;
import dev.poise.experiment.ExperimentPage.Plot;
import dev.poise.experiment.ExperimentPage.Table;
import dev.poise.experiment.ExperimentPage.Trace;
import dev.poise.experiment.ExperimentPage.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What [OnPolicy] says on its page.
final class OnPolicyText {

    private static final String PAPER = "arXiv 2404.14367, ";
    private static final String ON_POLICY =
            "On-policy sampling improves performance, above all where the reward’s peak is"
                    + " far from the reference (" + PAPER + "question 1).";
    private static final String NEGATIVE = "A negative gradient improves over offline supervised methods where the peak"
            + " is where the reference is thin (" + PAPER + "question 2).";
    private static final String COMPLEMENTARY = "They complement each other: a contrastive loss on on-policy samples is"
            + " better than either alone (" + PAPER + "question 3).";

    // Rows of the bandit's tables that claims are read from.
    private static final String BEST_OFFLINE = "best-of-n, lr .001, S=100";
    private static final String BEST_ONLINE = "best-of-n, lr .001";
    private static final String DPO_OFFLINE = "dpo beta=0.05, lr .003, S=100";
    private static final String DPO_ONLINE = "dpo beta=0.05, lr .003";

    /// Rounds after which an on-policy run has asked for as many rewards, a thousand, as an offline one at the start.
    private static final int EQUAL_QUERIES = 10;

    private static final int OFFLINE_END = 20;

    private OnPolicyText() {}

    static ExperimentPage page(
            Tables tables,
            SequenceStudy sequences,
            LengthStudy lengths,
            LengthProblem.Outcome stories,
            LengthProblem.Scale scale,
            Theory theory,
            int seeds) {
        return new ExperimentPage(
                "On-policy data and negative gradients",
                "The study of arXiv 2404.14367 where everything can be known: which methods find the best answer, from"
                        + " whose samples, how often reused, and what a step does to a softmax policy.",
                List.of(
                        action(tables, seeds),
                        tokens(sequences, seeds),
                        LengthText.alone(lengths),
                        LengthText.stories(stories, scale),
                        identities(theory)),
                List.of(
                        "The paper’s own figures were not available: its claims are those of its page, and figures in"
                                + " brackets those of an earlier re-implementation of ours, with other seeds.",
                        "Offline and on-policy are compared after the same thousand rewards, not after the same time: an"
                                + " on-policy run of a hundred rounds has asked for ten times as many.",
                        "Rewards are exact here. Where they are not, a sharp temperature and a best of many are worth"
                                + " less than on this page.",
                        "Intervals are Student’s t at 95 % over seeds; differences are paired by seed."));
    }

    // --- one action

    private static Part action(Tables tables, int seeds) {
        return new Part(
                "One action",
                "A hundred actions, a hundred states that say nothing, and a reward with one peak: where the reference is thin"
                        + " (R1) or thick (R2). Expected rewards are sums over all actions.",
                Stream.concat(
                                Stream.of(onPolicy(tables), negative(tables), complementary(tables)),
                                Stream.concat(reuse(tables).stream(), bands(tables).stream()))
                        .toList(),
                List.of(factorial(tables, "R1"), factorial(tables, "R2")),
                List.of(
                        course(tables, "R1"),
                        reused(tables, "best-of-n, lr .001"),
                        reused(tables, "ipo margin 10, lr .003"),
                        reused(tables, "ppo, lr .001")),
                tables.tables().stream().map(OnPolicyText::table).toList(),
                List.of(
                        new Fact("seeds", String.valueOf(seeds)),
                        new Fact("runs", String.valueOf(Tables.settings().size() * seeds)),
                        new Fact("figures in their band", tables.inside()[0] + " of " + tables.inside()[1])));
    }

    private static Claim onPolicy(Tables tables) {
        Estimate thin = gain(tables, "R1");
        Estimate thick = gain(tables, "R2");
        return new Claim(
                ON_POLICY,
                "Best of N, the same thousand rewards and learning rate, on-policy less offline: " + signed(thin)
                        + " on R1, " + signed(thick) + " on R2.",
                Verdict.positive(
                        Estimate.pairedDifference("more", "reward", gains(tables, "R1"), gains(tables, "R2"))));
    }

    private static double[] gains(Tables tables, String problem) {
        double[] online = tables.row("on-policy", problem, BEST_ONLINE).at(EQUAL_QUERIES);
        double[] offline = tables.row("offline", problem, BEST_OFFLINE).at(OFFLINE_END);
        return IntStream.range(0, online.length)
                .mapToDouble(i -> online[i] - offline[i])
                .toArray();
    }

    private static Estimate gain(Tables tables, String problem) {
        return Estimate.mean("gain", "reward", gains(tables, problem));
    }

    private static Claim negative(Tables tables) {
        String thresholded = "dpo beta=0.1, threshold .2, lr .003, S=100";
        Estimate thin = offlineLess(tables, "R1", thresholded, BEST_OFFLINE);
        Estimate supervised = offlineLess(tables, "R1", thresholded, "pref-ft, lr .003, S=100");
        Estimate thick = offlineLess(tables, "R2", thresholded, BEST_OFFLINE);
        Estimate sharp = offlineLess(tables, "R1", thresholded, "rwr beta=0.1, lr .003, S=100");
        return new Claim(
                NEGATIVE,
                "Offline DPO (β = 0.1, pairs that differ by 0.2) less best of N: " + signed(thin) + " on R1, "
                        + signed(thick) + " on R2; less Pref-FT on R1: " + signed(supervised)
                        + ". But less RWR with β = 0.1 on R1, which has none: " + signed(sharp) + ".",
                Verdict.positive(thin));
    }

    private static Estimate offlineLess(Tables tables, String problem, String more, String less) {
        return Estimate.pairedDifference(
                "difference",
                "reward",
                tables.row("offline", problem, more).at(OFFLINE_END),
                tables.row("offline", problem, less).at(OFFLINE_END));
    }

    private static Claim complementary(Tables tables) {
        double[] both = tables.row("on-policy", "R1", DPO_ONLINE).at(EQUAL_QUERIES);
        Estimate overOffline = Estimate.pairedDifference(
                "difference",
                "reward",
                both,
                tables.row("offline", "R1", DPO_OFFLINE).at(OFFLINE_END));
        Estimate overSupervised = Estimate.pairedDifference(
                "difference",
                "reward",
                both,
                tables.row("on-policy", "R1", "best-of-n, lr .003").at(EQUAL_QUERIES));
        return new Claim(
                COMPLEMENTARY,
                "On-policy DPO (β = 0.05) on R1 after a thousand rewards, learning rate .003 for all, less offline DPO: "
                        + signed(overOffline) + "; less on-policy best of N: " + signed(overSupervised) + ".",
                Verdict.positive(overOffline, overSupervised));
    }

    private static List<Claim> reuse(Tables tables) {
        List<Claim> claims = new ArrayList<>();
        List<String> names = List.of("best-of-n, lr .001", "ipo margin 10, lr .003", "ppo, lr .001");
        List<Estimate> gains =
                names.stream().map(name -> reuseLess(tables, name, 15, 1)).toList();
        Estimate least = gains.stream()
                .min((a, b) -> Double.compare(a.interval().low(), b.interval().low()))
                .orElseThrow();
        claims.add(new Claim(
                "Some reuse of samples pays (" + PAPER + "question 1; its own figure is T = 2 against 1).",
                "R1 after 60 rounds, T = 15 less T = 1: best of N " + signed(gains.get(0)) + ", IPO "
                        + signed(gains.get(1)) + ", PPO " + signed(gains.get(2)) + ".",
                Verdict.positive(least)));
        Estimate ipo = reuseLess(tables, names.get(1), 15, 50);
        claims.add(new Claim(
                "Too much of it hurts, since nothing new is explored (" + PAPER + "question 1).",
                "R1 after 60 rounds, T = 15 less T = 50: IPO " + signed(ipo) + ", best of N "
                        + signed(reuseLess(tables, names.get(0), 15, 50)) + ", PPO "
                        + signed(reuseLess(tables, names.get(2), 15, 50)) + ".",
                Verdict.positive(ipo)));
        double[] clipped = change(tables, names.get(2));
        double[] plain = change(tables, names.get(0));
        Estimate tolerance = Estimate.pairedDifference("difference", "reward", clipped, plain);
        claims.add(new Claim(
                "PPO stands reuse better than best of N, since clipping drops samples that were used enough (" + PAPER
                        + "section 5.1.2).",
                "What T = 50 changes against T = 15 after 60 rounds, PPO less best of N: " + signed(tolerance) + ".",
                Verdict.positive(tolerance)));
        return claims;
    }

    private static double[] reused(Tables tables, String name, int inner) {
        return tables.row("reuse", "R1", name + ", T=" + inner).at(60);
    }

    private static Estimate reuseLess(Tables tables, String name, int more, int less) {
        return Estimate.pairedDifference(
                "difference", "reward", reused(tables, name, more), reused(tables, name, less));
    }

    private static double[] change(Tables tables, String name) {
        double[] much = reused(tables, name, 50);
        double[] some = reused(tables, name, 15);
        return IntStream.range(0, much.length)
                .mapToDouble(i -> much[i] - some[i])
                .toArray();
    }

    private static List<Claim> bands(Tables tables) {
        return tables.claims().stream()
                .map(claim -> new Claim(
                        "A band that was set before: " + claim.text() + ".",
                        plain(claim.measured()) + ".",
                        Verdict.of(claim.band(), claim.measured())))
                .toList();
    }

    private static Chart factorial(Tables tables, String problem) {
        return new Chart(
                problem + ": whose samples, which gradient",
                "Expected reward after a thousand rewards were asked for. Supervised is best of N, contrastive DPO with β"
                        + " = 0.05; learning rates .001 and .003.",
                "reward",
                null,
                List.of(
                        bar(
                                "offline, supervised",
                                tables.row("offline", problem, BEST_OFFLINE).at(OFFLINE_END)),
                        bar(
                                "offline, contrastive",
                                tables.row("offline", problem, DPO_OFFLINE).at(OFFLINE_END)),
                        bar(
                                "on-policy, supervised",
                                tables.row("on-policy", problem, BEST_ONLINE).at(EQUAL_QUERIES)),
                        bar(
                                "on-policy, supervised, lr .003",
                                tables.row("on-policy", problem, "best-of-n, lr .003")
                                        .at(EQUAL_QUERIES)),
                        bar(
                                "on-policy, contrastive",
                                tables.row("on-policy", problem, DPO_ONLINE).at(EQUAL_QUERIES))));
    }

    private static Bar bar(String name, double[] values) {
        return Bar.of(Estimate.mean(name, "reward", values));
    }

    private static Plot course(Tables tables, String problem) {
        List<Trace> traces = new ArrayList<>();
        for (String name : List.of(
                "best-of-n, lr .003",
                "pref-ft, lr .003",
                "rwr beta=0.1, lr .003",
                "reinforce, lr .003",
                "ppo, lr .003",
                "ipo margin 10, lr .003",
                "dpo beta=0.05, lr .003")) {
            traces.add(trace(name, tables.row("on-policy", problem, name).outcome()));
        }
        return new Plot(
                problem + " on-policy, learning rate .003",
                "Means over seeds. A round asks for a hundred rewards.",
                "rounds",
                "expected reward",
                traces);
    }

    private static Plot reused(Tables tables, String name) {
        return new Plot(
                "R1: reuse of samples, " + name,
                "T steps on every round’s samples.",
                "rounds",
                "expected reward",
                Stream.of(1, 5, 15, 50)
                        .map(inner -> trace(
                                "T = " + inner,
                                tables.row("reuse", "R1", name + ", T=" + inner).outcome()))
                        .toList());
    }

    private static Trace trace(String name, Outcome outcome) {
        return new Trace(
                name,
                Mark.LINE,
                outcome.rounds().stream().mapToDouble(Integer::doubleValue).toArray(),
                IntStream.rangeClosed(0, outcome.last())
                        .mapToDouble(
                                i -> Arrays.stream(outcome.rewards(i)).average().orElseThrow())
                        .toArray());
    }

    private static Table table(Tables.Table table) {
        return new Table(
                table.problem().name() + ", " + table.name(),
                "Expected reward behind a round; in brackets the earlier figure.",
                Stream.concat(Stream.of("setting"), table.rounds().stream().map(round -> "round " + round))
                        .toList(),
                table.rows().stream()
                        .map(row -> Stream.concat(
                                        Stream.of(row.name()),
                                        row.cells().stream().map(OnPolicyText::cell))
                                .toList())
                        .toList());
    }

    private static String cell(Tables.Cell cell) {
        String measured = String.format(Locale.ROOT, "%.3f", cell.measured().value());
        Double known = cell.reference();
        return known == null ? measured : measured + String.format(Locale.ROOT, " (%.3f)", known);
    }

    // --- nine tokens

    private static Part tokens(SequenceStudy study, int seeds) {
        return new Part(
                "Nine tokens",
                "A small transformer, trained by the engine, writes nine tokens of a hundred; an answer is worth the mean of"
                        + " its tokens. The mean is over four hundred drawn answers a seed.",
                List.of(
                        onPolicy(study),
                        negative(study),
                        complementary(study),
                        new Claim(
                                "A bounded margin holds a long answer back: IPO’s target is one for the whole answer (our"
                                        + " earlier finding; not of the paper).",
                                "R1 on-policy after "
                                        + study.row("R1", true, "ipo margin 10, lr 0.001")
                                                .rounds()
                                                .getLast()
                                        + " rounds, margin 50 less margin 10: "
                                        + signed(less(
                                                study.row("R1", true, "ipo margin 50, lr 0.001")
                                                        .last(),
                                                study.row("R1", true, "ipo margin 10, lr 0.001")
                                                        .last()))
                                        + ".",
                                Verdict.positive(less(
                                        study.row("R1", true, "ipo margin 50, lr 0.001")
                                                .last(),
                                        study.row("R1", true, "ipo margin 10, lr 0.001")
                                                .last())))),
                List.of(
                        rewards(study, "R1", false),
                        rewards(study, "R2", false),
                        rewards(study, "R1", true),
                        rewards(study, "R2", true)),
                List.of(new Plot(
                        "R1 on-policy, learning rate .001",
                        "Means over seeds. A round asks for a hundred rewards.",
                        "rounds",
                        "reward of drawn answers",
                        study.rows().stream()
                                .filter(row -> row.plan().online()
                                        && row.plan().problem().equals("R1"))
                                .map(OnPolicyText::trace)
                                .toList())),
                List.of(new Table(
                        "Nine tokens",
                        "Reward of drawn answers behind the last round, KL(π ‖ π_data) in nats a token, and the earlier"
                                + " figure (two or three seeds).",
                        List.of("setting", "problem", "samples", "rounds", "rewards asked", "reward", "KL", "earlier"),
                        study.rows().stream().map(OnPolicyText::cells).toList())),
                List.of(
                        new Fact("seeds", String.valueOf(seeds)),
                        new Fact("prompts a round", "10 on-policy, 100 offline, 10 answers each"),
                        new Fact("steps a round", "10")));
    }

    private static Claim onPolicy(SequenceStudy study) {
        double[] thin = gains(study, "R1");
        double[] thick = gains(study, "R2");
        return new Claim(
                ON_POLICY,
                "Best of N, the same thousand rewards, hundred steps and learning rate, on-policy less offline: "
                        + signed(Estimate.mean("gain", "reward", thin)) + " on R1, "
                        + signed(Estimate.mean("gain", "reward", thick)) + " on R2.",
                Verdict.positive(
                        Estimate.mean("gain", "reward", thin),
                        Estimate.pairedDifference("more", "reward", thin, thick)));
    }

    private static double[] gains(SequenceStudy study, String problem) {
        double[] online = study.row(problem, true, "best-of-n, lr 0.001").at(EQUAL_QUERIES);
        double[] offline = study.row(problem, false, "best-of-n, lr 0.001").last();
        return IntStream.range(0, online.length)
                .mapToDouble(i -> online[i] - offline[i])
                .toArray();
    }

    private static Claim negative(SequenceStudy study) {
        Estimate thin = less(
                study.row("R1", false, "dpo, lr 0.001").last(),
                study.row("R1", false, "best-of-n, lr 0.001").last());
        Estimate margin = less(
                study.row("R1", false, "ipo margin 10, lr 0.01").last(),
                study.row("R1", false, "best-of-n, lr 0.001").last());
        Estimate thick = less(
                study.row("R2", false, "dpo, lr 0.001").last(),
                study.row("R2", false, "best-of-n, lr 0.001").last());
        return new Claim(
                NEGATIVE,
                "Offline, a hundred steps, DPO less best of N: " + signed(thin) + " on R1, " + signed(thick)
                        + " on R2; IPO at its ten times higher rate on R1: " + signed(margin) + ".",
                Verdict.positive(thin));
    }

    private static Claim complementary(SequenceStudy study) {
        double[] both = study.row("R1", true, "dpo, lr 0.001").at(EQUAL_QUERIES);
        Estimate overOffline =
                less(both, study.row("R1", false, "dpo, lr 0.001").last());
        Estimate overSupervised =
                less(both, study.row("R1", true, "best-of-n, lr 0.001").at(EQUAL_QUERIES));
        return new Claim(
                COMPLEMENTARY,
                "On-policy DPO on R1 after a thousand rewards, one learning rate for all, less offline DPO: "
                        + signed(overOffline) + "; less on-policy best of N: " + signed(overSupervised) + ".",
                Verdict.positive(overOffline, overSupervised));
    }

    private static Estimate less(double[] more, double[] less) {
        return Estimate.pairedDifference("difference", "reward", more, less);
    }

    private static Chart rewards(SequenceStudy study, String problem, boolean online) {
        List<SequenceStudy.Row> rows = study.rows().stream()
                .filter(row ->
                        row.plan().online() == online && row.plan().problem().equals(problem))
                .toList();
        return new Chart(
                problem + (online ? " on-policy" : " offline"),
                "Behind round " + rows.getFirst().rounds().getLast() + ".",
                "reward",
                null,
                rows.stream().map(row -> Bar.of(row.reward())).toList());
    }

    private static Trace trace(SequenceStudy.Row row) {
        return new Trace(
                row.plan().name(),
                Mark.LINE,
                row.rounds().stream().mapToDouble(Integer::doubleValue).toArray(),
                row.rounds().stream()
                        .mapToDouble(
                                round -> Arrays.stream(row.at(round)).average().orElseThrow())
                        .toArray());
    }

    private static List<String> cells(SequenceStudy.Row row) {
        SequenceStudy.Plan plan = row.plan();
        return List.of(
                plan.name(),
                plan.problem(),
                plan.online() ? "on-policy" : "offline",
                String.valueOf(plan.setting().rounds()),
                String.valueOf(row.seeds().getFirst().getLast().queries()),
                plain(row.reward()),
                String.format(Locale.ROOT, "%.2f", row.toData().value()),
                Double.isNaN(plan.earlier()) ? "" : String.format(Locale.ROOT, "%.3f", plan.earlier()));
    }

    // --- theory

    private static Part identities(Theory theory) {
        return new Part(
                "What a step does",
                "Lemmas and closed forms of section 6, held against the code that takes the steps: drawn softmax policies over"
                        + " six answers, every expectation a sum.",
                theory.identities().stream()
                        .map(identity -> new Claim(
                                identity.text() + " (" + identity.source() + ").",
                                String.format(
                                        Locale.ROOT,
                                        "%d of %d policies agree%s.",
                                        identity.agreeing(),
                                        identity.draws(),
                                        identity.worst() == 0
                                                ? ""
                                                : String.format(
                                                        Locale.ROOT, "; largest difference %.0e", identity.worst())),
                                identity.holds() ? Verdict.HOLDS : Verdict.FAILS))
                        .toList(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    // --- words

    private static String signed(Estimate estimate) {
        return Figures.text(estimate, "%+.3f");
    }

    private static String plain(Estimate estimate) {
        return Figures.text(estimate, "%.3f");
    }
}

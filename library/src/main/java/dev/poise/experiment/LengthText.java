package dev.poise.experiment;

import dev.poise.bandit.LengthGoal;
import dev.poise.bandit.LengthStudy;
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
import dev.poise.experiment.LengthProblem.Run;
import dev.poise.experiment.LengthProblem.Way;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What the length problems say on the page of [OnPolicy]: policies that are nothing but lengths, and stories.
final class LengthText {

    private static final String FIGURE = " (arXiv 2404.14367, figure on complementarity; a Pythia of 1.4 B).";

    private LengthText() {}

    // --- lengths alone

    static Part alone(LengthStudy study) {
        return new Part(
                "Lengths alone",
                "A policy over 64 lengths that decides at every position whether to end; its reference is normal around 40."
                        + " Short answers are wanted (min), those of the most common length (mode), or short ones where"
                        + " the data was cut at random (skew). On-policy ways learn from a reward model, offline ones from"
                        + " 5,000 pairs.",
                study.claims().stream().map(LengthText::claim).toList(),
                goals(study).map(goal -> bars(study, goal)).toList(),
                goals(study).map(goal -> course(study, goal)).toList(),
                goals(study).map(goal -> table(study, goal)).toList(),
                List.of(
                        new Fact("seeds", String.valueOf(study.seeds())),
                        new Fact("figures in their band", study.inside()[0] + " of " + study.inside()[1])));
    }

    private static Stream<LengthGoal> goals(LengthStudy study) {
        return study.rows().stream().map(LengthStudy.Row::goal).distinct();
    }

    private static Claim claim(LengthStudy.Claim claim) {
        String origin =
                switch (claim.origin()) {
                    case CLAIMED -> " (the paper’s figure).";
                    case MEASURED -> " (an earlier re-implementation of ours).";
                };
        return new Claim(
                claim.text() + origin,
                signed(claim.measured()) + " tokens after 600 steps.",
                Verdict.of(claim.band(), claim.measured()));
    }

    private static Chart bars(LengthStudy study, LengthGoal goal) {
        return new Chart(
                goal.word() + ": " + goal.measure(),
                "Behind the last of 600 steps; less is better.",
                "tokens",
                null,
                rows(study, goal)
                        .map(row -> {
                            Estimate last = row.cells().getLast().measured();
                            return new Bar(
                                    row.way(),
                                    last.value(),
                                    last.interval().low(),
                                    last.interval().high(),
                                    last.n());
                        })
                        .toList());
    }

    private static Stream<LengthStudy.Row> rows(LengthStudy study, LengthGoal goal) {
        return study.rows().stream().filter(row -> row.goal() == goal);
    }

    private static Plot course(LengthStudy study, LengthGoal goal) {
        double[] steps = Stream.concat(Stream.of(0), LengthStudy.STEPS.stream())
                .mapToDouble(Integer::doubleValue)
                .toArray();
        return new Plot(
                goal.word(),
                "Means over seeds.",
                "steps",
                goal.measure() + ", tokens",
                rows(study, goal)
                        .map(row -> new Trace(
                                row.way(),
                                Mark.LINE,
                                steps,
                                Stream.concat(
                                                Stream.of(row.start()),
                                                row.cells().stream().map(cell -> cell.measured()
                                                        .value()))
                                        .mapToDouble(Double::doubleValue)
                                        .toArray()))
                        .toList());
    }

    private static Table table(LengthStudy study, LengthGoal goal) {
        return new Table(
                goal.word() + ": " + goal.measure(),
                "Tokens behind so many steps; in brackets the earlier figure.",
                Stream.concat(
                                Stream.of("way", "start"),
                                LengthStudy.STEPS.stream().map(String::valueOf))
                        .toList(),
                rows(study, goal)
                        .map(row -> Stream.concat(
                                        Stream.of(row.way(), String.format(Locale.ROOT, "%.1f", row.start())),
                                        row.cells().stream().map(LengthText::cell))
                                .toList())
                        .toList());
    }

    private static String cell(LengthStudy.Cell cell) {
        Double known = cell.reference();
        String measured = String.format(Locale.ROOT, "%.1f", cell.measured().value());
        return known == null ? measured : measured + String.format(Locale.ROOT, " (%.1f)", known);
    }

    // --- stories

    static Part stories(LengthProblem.Outcome outcome, LengthProblem.Scale scale) {
        List<LengthGoal> goals =
                outcome.runs().stream().map(Run::goal).distinct().toList();
        return new Part(
                "Stories of the wanted length",
                "A decoder of 260,000 parameters ends its own stories: sooner (min), where they usually end (mode), or"
                        + " sooner after pairs that were cut at random (skew). On-policy ways learn from a reward model that"
                        + " was itself learnt from pairs; what is measured is true lengths, on prompts that nothing was"
                        + " learnt from.",
                goals.stream().flatMap(goal -> claims(outcome, goal).stream()).toList(),
                goals.stream().map(goal -> bars(outcome, goal)).toList(),
                goals.stream().map(goal -> course(outcome, goal)).toList(),
                List.of(table(outcome, goals)),
                List.of(
                        new Fact(
                                "seeds",
                                String.valueOf(outcome.runs().stream()
                                        .map(Run::seed)
                                        .distinct()
                                        .count())),
                        new Fact("prompts", scale.prompts() + " learnt from, " + scale.tests() + " measured on"),
                        new Fact("steps", scale.steps() + " of " + scale.promptsAStep() + " prompts"),
                        new Fact("learning rate", "AdamW, " + scale.learningRate() + " for all"),
                        new Fact(
                                "usual length",
                                outcome.usual() + " tokens, the median of those that end: they have no peak"),
                        new Fact(
                                "reward models",
                                outcome.accuracies().isEmpty()
                                        ? "none: the truth"
                                        : String.format(
                                                Locale.ROOT,
                                                "right on %.0f to %.0f %% of pairs they did not learn from",
                                                100
                                                        * outcome.accuracies().stream()
                                                                .min(Double::compare)
                                                                .orElseThrow(),
                                                100
                                                        * outcome.accuracies().stream()
                                                                .max(Double::compare)
                                                                .orElseThrow())),
                        new Fact(
                                "drawing and scoring",
                                String.format(
                                        Locale.ROOT,
                                        "%,.0f tokens a second a core, %.0f %% of an on-policy run’s time",
                                        mean(outcome, Run::tokensPerSecond),
                                        100 * mean(outcome, Run::samplingShare)))));
    }

    private static double mean(LengthProblem.Outcome outcome, ToDoubleFunction<Run> value) {
        return outcome.runs().stream()
                .filter(run -> run.way().onPolicy())
                .mapToDouble(value)
                .average()
                .orElse(Double.NaN);
    }

    private static List<Claim> claims(LengthProblem.Outcome outcome, LengthGoal goal) {
        String steps = " tokens.";
        return switch (goal) {
            case MIN ->
                List.of(
                        new Claim(
                                "min: on-policy DPO ends shorter than on-policy learning without a contrastive loss"
                                        + FIGURE,
                                "It is shorter than RWR by " + saved(outcome, goal, Way.ON_POLICY_DPO, Way.RWR)
                                        + ", than RLOO by " + saved(outcome, goal, Way.ON_POLICY_DPO, Way.RLOO) + steps,
                                Verdict.positive(
                                        less(outcome, goal, Way.ON_POLICY_DPO, Way.RWR),
                                        less(outcome, goal, Way.ON_POLICY_DPO, Way.RLOO))),
                        new Claim(
                                "min: on-policy DPO gets there before offline DPO" + FIGURE,
                                "It is shorter by " + saved(outcome, goal, Way.ON_POLICY_DPO, Way.OFFLINE_DPO) + steps,
                                Verdict.positive(less(outcome, goal, Way.ON_POLICY_DPO, Way.OFFLINE_DPO))),
                        new Claim(
                                "min: offline DPO ends shorter than on-policy RWR" + FIGURE,
                                "It is shorter by " + saved(outcome, goal, Way.OFFLINE_DPO, Way.RWR) + steps,
                                Verdict.positive(less(outcome, goal, Way.OFFLINE_DPO, Way.RWR))),
                        new Claim(
                                "min: Pref-FT moves least (an earlier finding of ours on lengths alone).",
                                "Offline DPO is shorter by " + saved(outcome, goal, Way.OFFLINE_DPO, Way.PREF_FT)
                                        + ", RWR by " + saved(outcome, goal, Way.RWR, Way.PREF_FT) + steps,
                                Verdict.positive(
                                        less(outcome, goal, Way.OFFLINE_DPO, Way.PREF_FT),
                                        less(outcome, goal, Way.RWR, Way.PREF_FT))));
            case MODE ->
                List.of(new Claim(
                        "mode: on-policy ways differ little" + FIGURE,
                        "On-policy DPO is nearer to the mode than RWR by "
                                + saved(outcome, goal, Way.ON_POLICY_DPO, Way.RWR) + ", than offline DPO by "
                                + saved(outcome, goal, Way.ON_POLICY_DPO, Way.OFFLINE_DPO) + steps,
                        differs(less(outcome, goal, Way.ON_POLICY_DPO, Way.RWR))));
            case SKEW ->
                List.of(new Claim(
                        "skew: on-policy DPO ends shorter than offline DPO and than RWR" + FIGURE,
                        "It is shorter than offline DPO by "
                                + saved(outcome, goal, Way.ON_POLICY_DPO, Way.OFFLINE_DPO) + ", than RWR by "
                                + saved(outcome, goal, Way.ON_POLICY_DPO, Way.RWR) + steps,
                        Verdict.positive(
                                less(outcome, goal, Way.ON_POLICY_DPO, Way.OFFLINE_DPO),
                                less(outcome, goal, Way.ON_POLICY_DPO, Way.RWR))));
        };
    }

    /// An interval that tells the two apart speaks against a claim that they are alike.
    private static Verdict differs(Estimate difference) {
        return Verdict.positive(difference) == Verdict.OPEN ? Verdict.OPEN : Verdict.FAILS;
    }

    /// How many tokens better one way's answers are at the end than another's, paired by seed.
    private static Estimate less(LengthProblem.Outcome outcome, LengthGoal goal, Way better, Way worse) {
        return Estimate.pairedDifference(
                "difference", "tokens", gold(outcome, goal, better), gold(outcome, goal, worse));
    }

    private static String saved(LengthProblem.Outcome outcome, LengthGoal goal, Way better, Way worse) {
        return signed(less(outcome, goal, better, worse));
    }

    private static double[] gold(LengthProblem.Outcome outcome, LengthGoal goal, Way way) {
        return runs(outcome, goal, way)
                .mapToDouble(run -> run.after().gold().value())
                .toArray();
    }

    private static Stream<Run> runs(LengthProblem.Outcome outcome, LengthGoal goal, Way way) {
        return outcome.runs().stream().filter(run -> run.goal() == goal && run.way() == way);
    }

    private static List<Way> ways(LengthProblem.Outcome outcome) {
        return outcome.runs().stream().map(Run::way).distinct().toList();
    }

    private static Chart bars(LengthProblem.Outcome outcome, LengthGoal goal) {
        double start = outcome.runs().stream()
                .filter(run -> run.goal() == goal)
                .findFirst()
                .orElseThrow()
                .before()
                .gold()
                .value();
        return new Chart(
                "stories, " + goal.word() + ": " + goal.measure(),
                "Truly, at the end; less is better. The line is the start.",
                "tokens",
                -start,
                ways(outcome).stream()
                        .map(way -> {
                            double[] values = Arrays.stream(gold(outcome, goal, way))
                                    .map(value -> -value)
                                    .toArray();
                            return Bar.of(Estimate.mean(name(way), "tokens", values));
                        })
                        .toList());
    }

    private static Plot course(LengthProblem.Outcome outcome, LengthGoal goal) {
        List<Trace> traces = new ArrayList<>();
        for (Way way : ways(outcome)) {
            List<Run> runs = runs(outcome, goal, way).toList();
            List<Integer> steps = runs.getFirst().steps();
            traces.add(new Trace(
                    name(way),
                    Mark.LINE,
                    steps.stream().mapToDouble(Integer::doubleValue).toArray(),
                    IntStream.range(0, steps.size())
                            .mapToDouble(i -> runs.stream()
                                    .mapToDouble(run -> run.lengths().get(i))
                                    .average()
                                    .orElseThrow())
                            .toArray()));
        }
        return new Plot("stories, " + goal.word(), "Means over seeds.", "steps", "mean length, tokens", traces);
    }

    private static Table table(LengthProblem.Outcome outcome, List<LengthGoal> goals) {
        List<List<String>> rows = new ArrayList<>();
        for (LengthGoal goal : goals) {
            for (Way way : ways(outcome)) {
                List<Run> runs = runs(outcome, goal, way).toList();
                rows.add(List.of(
                        goal.word(),
                        name(way),
                        plain(Estimate.mean(
                                "gold",
                                "tokens",
                                Arrays.stream(gold(outcome, goal, way))
                                        .map(value -> -value)
                                        .toArray())),
                        figure("%.1f", runs, run -> run.after().length().value()),
                        figure("%.2f", runs, run -> run.after().ended().value()),
                        figure("%,.0f", runs, Run::rewardCalls),
                        way.onPolicy() ? figure("%,.0f", runs, Run::tokensPerSecond) : "",
                        way.onPolicy() ? figure("%.2f", runs, Run::samplingShare) : "",
                        figure("%.0f", runs, Run::seconds)));
            }
        }
        return new Table(
                "Stories",
                "Means over seeds: the goal’s own measure with its interval, length, share of answers that end themselves,"
                        + " rewards asked for, tokens drawn and scored a second, share of time spent on that, seconds a"
                        + " run.",
                List.of("goal", "way", "off the goal", "length", "ended", "rewards", "tokens/s", "sampling", "seconds"),
                rows);
    }

    private static String figure(String format, List<Run> runs, ToDoubleFunction<Run> value) {
        return String.format(
                Locale.ROOT, format, runs.stream().mapToDouble(value).average().orElseThrow());
    }

    private static String name(Way way) {
        return way.name()
                .toLowerCase(Locale.ROOT)
                .replace("on_policy", "on-policy")
                .replace('_', ' ');
    }

    private static String signed(Estimate estimate) {
        return Figures.text(estimate, "%+.1f");
    }

    private static String plain(Estimate estimate) {
        return Figures.text(estimate, "%.1f");
    }
}

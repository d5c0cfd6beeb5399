package dev.poise.experiment;

import dev.poise.evaluate.Estimate;
import dev.poise.experiment.ExperimentPage.Bar;
import dev.poise.experiment.ExperimentPage.Chart;
import dev.poise.experiment.ExperimentPage.Claim;
import dev.poise.experiment.ExperimentPage.Fact;
import dev.poise.experiment.ExperimentPage.Verdict;
import dev.poise.experiment.GradientComparison.Outcome;
import dev.poise.experiment.GradientComparison.Scale;
import dev.poise.experiment.GradientComparison.Study;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// What a [GradientComparison] says on its page.
final class GradientComparisonText {

    private GradientComparisonText() {}

    static ExperimentPage page(Study study) {
        Scale scale = study.scale();
        return new ExperimentPage(
                "Rewarding good and penalising bad examples",
                "The comparison of arXiv 2408.16751 on a small story-writing decoder’s own samples: what each objective"
                        + " does to how often a continuation is the more cheerful one.",
                claims(study),
                charts(study),
                List.of(
                        new Fact("seeds", Integer.toString(scale.seeds())),
                        new Fact("pairs a seed", number("%.0f", study.pairs())),
                        new Fact("test prompts", Integer.toString(scale.testPrompts())),
                        new Fact("steps", "one pass over the pairs in batches of 32"),
                        new Fact("learning rate", scale.learningRate() + ", falling to 0; AdamW, no weight decay"),
                        new Fact(
                                "pairs",
                                "best and worst of 4 continuations at temperature 1, stories cut at 96 tokens"),
                        new Fact("test", "temperature 0.7, top-p 0.9, the same stream of draws for every decoder"),
                        new Fact("reward", "cheerful words less gloomy ones, counted")),
                List.of(
                        "P_win is the mean of σ(reward − reward of the start’s continuation) over prompts that no"
                                + " decoder was tuned on; a half is a draw.",
                        "Intervals of bars are Student’s t over seeds: few seeds make them wide. Differences are shown"
                                + " over seeds and over prompts; the second does not know how much another draw of"
                                + " pairs would change.",
                        "The paper’s own equations and tables were not available to us: its claims are those of its"
                                + " abstract, and ExMATE is the form of its authors’ earlier code, a mean over tokens"
                                + " inside the exponential, with c beside the authors’ 0.05. Data, model and reward are"
                                + " ours, so sizes of effects cannot be compared with the paper’s, only signs.",
                        "MLE and ExMATE are means over tokens, so that equal λ weigh the same; token unlikelihood is a sum"
                                + " over tokens, as published, and moves further at the same learning rate."));
    }

    private static List<Claim> claims(Study study) {
        return List.of(
                claim(
                        study,
                        "ExMATE is a better surrogate of MLE (arXiv 2408.16751, abstract).",
                        "ExMATE, c = 1",
                        "MLE"),
                claim(
                        study,
                        "DPO with ExMATE is better than DPO with MLE (arXiv 2408.16751, abstract: 5 to 7 % and 18 % of"
                                + " win rate). Here with λ = 0.5.",
                        "DPO + 0.5 ExMATE, c = 1",
                        "DPO + 0.5 MLE"),
                claim(study, "The same with λ = 0.1.", "DPO + 0.1 ExMATE, c = 1", "DPO + 0.1 MLE"));
    }

    private static Claim claim(Study study, String text, String better, String worse) {
        Estimate seeds = study.of(better).lessBySeed(study.of(worse));
        Estimate prompts = study.of(better).lessByPrompt(study.of(worse));
        return new Claim(
                text,
                "P_win of " + better + " less that of " + worse + ": " + points(seeds) + " over " + seeds.n()
                        + " seeds; " + points(prompts) + " over " + prompts.n() + " prompts.",
                Verdict.positive(seeds));
    }

    private static String points(Estimate difference) {
        return String.format(
                Locale.ROOT,
                "%+.2f points (95 %% interval %+.2f to %+.2f)",
                100 * difference.value(),
                100 * difference.interval().low(),
                100 * difference.interval().high());
    }

    private static List<Chart> charts(Study study) {
        List<Chart> charts = new ArrayList<>();
        charts.add(chart(
                study,
                "P_win against the start",
                "Right of the line, a half, is better than the start.",
                "share",
                0.5,
                Outcome::win));
        charts.add(chart(
                study,
                "Reward of a continuation",
                "Mean over test prompts; the line is the start, %.3f.",
                "words",
                study.start().reward(),
                Outcome::reward));
        charts.add(chart(
                study,
                "Log-probability of chosen continuations",
                "Held-out pairs, mean over tokens; the line is the start, %.3f.",
                "nats a token",
                study.start().chosen(),
                Outcome::chosen));
        charts.add(chart(
                study,
                "Log-probability of rejected continuations",
                "Held-out pairs, mean over tokens; the line is the start, %.3f.",
                "nats a token",
                study.start().rejected(),
                Outcome::rejected));
        charts.add(chart(
                study,
                "Entropy of the ten likeliest tokens",
                "Over chosen continuations; the line is the start, %.3f.",
                "bits",
                study.start().topEntropy(),
                Outcome::topEntropy));
        charts.add(chart(
                study,
                "Mass of the ten likeliest tokens",
                "Over chosen continuations; the line is the start, %.3f.",
                "share",
                study.start().topMass(),
                Outcome::topMass));
        return charts;
    }

    private static Chart chart(
            Study study, String name, String hint, String unit, double line, ToDoubleFunction<Outcome> figure) {
        List<Bar> bars = study.series().stream()
                .map(series -> Bar.of(series.over(unit, figure)))
                .toList();
        return new Chart(name, String.format(Locale.ROOT, hint, line), unit, line, bars);
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}

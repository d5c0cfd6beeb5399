package dev.poise.experiment;

import dev.poise.evaluate.Estimate;
import dev.poise.experiment.ExperimentPage.Bar;
import dev.poise.experiment.ExperimentPage.Chart;
import dev.poise.experiment.ExperimentPage.Claim;
import dev.poise.experiment.ExperimentPage.Fact;
import dev.poise.experiment.ExperimentPage.Part;
import dev.poise.experiment.ExperimentPage.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// What a [GradientComparison] says on its page.
final class GradientComparisonText {

    private static final Arm HALF_MLE = Arm.dpoWith(0.5, Arm.MLE);
    private static final Arm HALF_EX_MATE = Arm.dpoWith(0.5, Arm.EX_MATE);

    private GradientComparisonText() {}

    static ExperimentPage page(StoryComparison stories, CauseComparison causes) {
        return new ExperimentPage(
                "Rewarding good and penalising bad examples",
                "The comparison of arXiv 2408.16751 on a small decoder: MLE, unlikelihood, ExMATE, DPO and their"
                        + " mixtures, tuned on the same pairs in the same order.",
                List.of(of(stories), of(causes)),
                List.of(
                        "Intervals of bars are Student’s t over seeds: few seeds make them wide. Differences are paired"
                                + " by seed; those over prompts do not know how much another draw of pairs would"
                                + " change.",
                        "The paper’s own equations and tables were not available to us: its claims are those of its"
                                + " abstract, and ExMATE is the form of its authors’ earlier code, a mean over tokens"
                                + " inside the exponential, with c beside the authors’ 0.05. Data, model and reward are"
                                + " ours, so sizes of effects cannot be compared with the paper’s, only signs.",
                        "MLE and ExMATE are means over tokens, so that equal λ weigh the same; the unlikelihoods are"
                                + " sums over tokens, as published. A sequence’s probability underflows, so that"
                                + " sequence unlikelihood is MLE as a sum."));
    }

    private static Part of(StoryComparison study) {
        StoryComparison.Scale scale = study.scale();
        StoryComparison.Outcome start = study.start();
        List<Series<StoryComparison.Outcome>> all = study.series();
        return new Part(
                "Stories under a known reward",
                "A story-writing decoder continues its own beginnings; the more and the less cheerful continuation are a"
                        + " pair. P_win is the mean of σ(reward − reward of the start’s continuation) over beginnings"
                        + " that no decoder was tuned on; a half is a draw.",
                claims(study),
                List.of(
                        chart(
                                all,
                                "P_win against the start",
                                "Right of the line, a half, is better than the start.",
                                "share",
                                0.5,
                                StoryComparison.Outcome::win),
                        chart(
                                all,
                                "Reward of a continuation",
                                "Mean over test prompts; the line is the start, %.3f.",
                                "words",
                                start.reward(),
                                StoryComparison.Outcome::reward),
                        chart(
                                all,
                                "Log-probability of chosen continuations",
                                "Held-out pairs, mean over tokens; the line is the start, %.3f.",
                                "nats a token",
                                start.chosen(),
                                StoryComparison.Outcome::chosen),
                        chart(
                                all,
                                "Log-probability of rejected continuations",
                                "Held-out pairs, mean over tokens; the line is the start, %.3f.",
                                "nats a token",
                                start.rejected(),
                                StoryComparison.Outcome::rejected),
                        chart(
                                all,
                                "Entropy of the ten likeliest tokens",
                                "Over chosen continuations; the line is the start, %.3f.",
                                "bits",
                                start.topEntropy(),
                                StoryComparison.Outcome::topEntropy),
                        chart(
                                all,
                                "Mass of the ten likeliest tokens",
                                "Over chosen continuations; the line is the start, %.3f.",
                                "share",
                                start.topMass(),
                                StoryComparison.Outcome::topMass)),
                List.of(),
                List.of(),
                List.of(
                        fact("seeds", scale.seeds()),
                        new Fact("pairs a seed", String.format(Locale.ROOT, "%.0f", study.pairs())),
                        fact("test prompts", scale.testPrompts()),
                        steps(),
                        rate(scale.learningRate()),
                        new Fact(
                                "pairs",
                                "best and worst of 4 continuations at temperature 1, stories cut at 96 tokens"),
                        new Fact("test", "temperature 0.7, top-p 0.9, the same stream of draws for every decoder"),
                        new Fact("reward", "cheerful words less gloomy ones, counted")));
    }

    private static List<Claim> claims(StoryComparison study) {
        List<Claim> half = List.of(
                claim(study, "ExMATE is a better surrogate of MLE (arXiv 2408.16751, abstract).", Arm.EX_MATE, Arm.MLE),
                claim(
                        study,
                        "DPO with ExMATE is better than DPO with MLE (arXiv 2408.16751, abstract: 5 to 7 % and 18 % of"
                                + " win rate). Here with λ = 0.5.",
                        HALF_EX_MATE,
                        HALF_MLE));
        Arm tenth = Arm.dpoWith(0.1, Arm.EX_MATE);
        if (!study.scale().arms().contains(tenth)) {
            return half;
        }
        return List.of(
                half.getFirst(),
                half.getLast(),
                claim(study, "The same with λ = 0.1.", tenth, Arm.dpoWith(0.1, Arm.MLE)));
    }

    private static Claim claim(StoryComparison study, String text, Arm better, Arm worse) {
        Estimate seeds = study.of(better).less(study.of(worse), "share", StoryComparison.Outcome::win);
        Estimate prompts = study.lessByPrompt(better, worse);
        return new Claim(
                text,
                "P_win of " + better.name() + " less that of " + worse.name() + ": " + points(seeds) + " over "
                        + seeds.n() + " seeds; " + points(prompts) + " over " + prompts.n() + " prompts.",
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

    private static Part of(CauseComparison study) {
        CauseComparison.Scale scale = study.scale();
        CauseComparison.Outcome start = study.start();
        List<Series<CauseComparison.Outcome>> all = study.series();
        return new Part(
                "Fake causes",
                "The same decoder is tuned on dialogues of a play: a reply behind the turn that it answers is chosen, the"
                        + " same reply behind another turn of the dialogue rejected. Agility is how much better the own"
                        + " turn explains a reply than another one does.",
                List.of(
                        claim(study, "ExMATE raises agility over MLE (arXiv 2212.10515).", Arm.EX_MATE, Arm.MLE),
                        claim(
                                study,
                                "DPO with ExMATE is better than DPO with MLE, by agility, λ = 0.5 (arXiv 2408.16751,"
                                        + " abstract: “statistical”, which measure is not stated there).",
                                HALF_EX_MATE,
                                HALF_MLE),
                        diversity(study)),
                List.of(
                        chart(
                                all,
                                "Agility",
                                "Cross-entropy of replies behind another turn less behind their own; the line is the"
                                        + " start, %.4f.",
                                "nats a token",
                                start.agility(),
                                CauseComparison.Outcome::agility),
                        chart(
                                all,
                                "Perplexity",
                                "Of held-out replies behind their own turn; the start, which has read no play, has %.0f.",
                                "a token",
                                null,
                                start.perplexity(),
                                CauseComparison.Outcome::perplexity),
                        chart(
                                all,
                                "Distinct words",
                                "Different words over all words of replies written to held-out turns; the line is the"
                                        + " start, %.3f.",
                                "share",
                                start.distinct1(),
                                CauseComparison.Outcome::distinct1),
                        chart(
                                all,
                                "Distinct pairs of words",
                                "The same of pairs of words; the line is the start, %.3f.",
                                "share",
                                start.distinct2(),
                                CauseComparison.Outcome::distinct2)),
                List.of(),
                List.of(),
                List.of(
                        fact("seeds", scale.seeds()),
                        fact("pairs a seed", 4 * scale.dialogues()),
                        fact("test turns", 4 * scale.testDialogues()),
                        steps(),
                        rate(scale.learningRate()),
                        new Fact("texts", "the last 64 tokens of a turn, the first 64 of a reply; no speakers’ names"),
                        new Fact("replies written", "temperature 0.5, at most 48 tokens")));
    }

    private static Claim claim(CauseComparison study, String text, Arm better, Arm worse) {
        Estimate agility = study.of(better).less(study.of(worse), "nats a token", CauseComparison.Outcome::agility);
        Estimate perplexity = study.of(better).less(study.of(worse), "a token", CauseComparison.Outcome::perplexity);
        return new Claim(
                text,
                "Agility of " + better.name() + " less that of " + worse.name() + ": " + difference(agility)
                        + " nats a token; perplexity: " + difference(perplexity) + ", over " + agility.n() + " seeds.",
                Verdict.positive(agility));
    }

    private static Claim diversity(CauseComparison study) {
        Estimate pairs = study.of(Arm.EX_MATE).less(study.of(Arm.MLE), "share", CauseComparison.Outcome::distinct2);
        return new Claim(
                "ExMATE raises diversity over MLE (arXiv 2212.10515).",
                "Distinct pairs of words of " + Arm.EX_MATE.name() + " less those of MLE: " + difference(pairs)
                        + ", over " + pairs.n() + " seeds.",
                Verdict.positive(pairs));
    }

    private static String difference(Estimate difference) {
        return String.format(
                Locale.ROOT,
                "%+.4f (95 %% interval %+.4f to %+.4f)",
                difference.value(),
                difference.interval().low(),
                difference.interval().high());
    }

    private static Fact fact(String name, int value) {
        return new Fact(name, Integer.toString(value));
    }

    private static Fact steps() {
        return new Fact("steps", "one pass over the pairs in batches of 32");
    }

    private static Fact rate(double learningRate) {
        return new Fact("learning rate", learningRate + ", falling to 0; AdamW, no weight decay");
    }

    private static <O> Chart chart(
            List<Series<O>> all, String name, String hint, String unit, double line, ToDoubleFunction<O> figure) {
        return chart(all, name, hint, unit, line, line, figure);
    }

    /// @param start the untuned decoder's figure, for the hint
    private static <O> Chart chart(
            List<Series<O>> all,
            String name,
            String hint,
            String unit,
            @Nullable Double line,
            double start,
            ToDoubleFunction<O> figure) {
        List<Bar> bars =
                all.stream().map(series -> Bar.of(series.over(unit, figure))).toList();
        return new Chart(name, String.format(Locale.ROOT, hint, start), unit, line, bars);
    }
}

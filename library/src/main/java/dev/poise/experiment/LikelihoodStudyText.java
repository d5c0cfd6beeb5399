package dev.poise.experiment;

import dev.poise.evaluate.Estimate;
import dev.poise.evaluate.Interval;
import dev.poise.evaluate.Parabola;
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
import dev.poise.monitor.Alarm;
import dev.poise.monitor.HeldOut;
import dev.poise.monitor.Own;
import dev.poise.monitor.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a [LikelihoodStudy] says on its page.
final class LikelihoodStudyText {

    private static final String ENTROPY = Source.HELD_OUT.metric(HeldOut.ENTROPY);
    private static final String MASS = Source.HELD_OUT.metric(HeldOut.MASS);
    private static final String REJECTED = "monitor/logps_mean/rejected";
    private static final String EAD = Source.OWN.metric("ead");
    private static final long SEED = 5;
    private static final int SMOOTH_CURVE = 60;

    private LikelihoodStudyText() {}

    static ExperimentPage page(LikelihoodStudy study) {
        return new ExperimentPage(
                "Likelihood over-optimisation",
                "The study of arXiv 2410.11677 on a small decoder: what happens to answers when preferred ones are made"
                        + " likelier, or less likely, for long, and what could have told.",
                List.of(grid(study), rules(study), governor(study)),
                List.of(
                        "Pairs are labelled by a count of cheerful words less gloomy ones. The truth that stories are"
                                + " judged by counts a cheerful word once and takes off what repeats itself: the label"
                                + " is a proxy of it, as preference labels are.",
                        "Hundreds of steps over a few hundred pairs are many epochs, where the paper has one; the"
                                + " strengths it took are in no text of it. What is compared is shapes, not sizes.",
                        "All runs of the grid share one seed’s pairs and all judged prompts, so runs are not independent"
                                + " draws of data: intervals over runs, from resampling whole runs, say how much the"
                                + " choice of settings matters, not how much another draw of pairs would.",
                        "The best look of a run is chosen among looks judged on the same prompts, smoothed over"
                                + " neighbours: P_win there is a little too high.",
                        "Thresholds of the stop rules are those of a recipe that names none. Nobody tuned them on this"
                                + " grid, and nobody should take them for more than what they are here."));
    }

    // --- the grid

    private static Part grid(LikelihoodStudy study) {
        List<Trail> all = study.grid();
        return new Part(
                "Likelihood and quality",
                "Every objective and strength is tuned on the same pairs far beyond one epoch and judged at regular"
                        + " intervals. P_win is the mean of σ(reward − reward of the start’s story) over beginnings that"
                        + " nothing was tuned on; a half is a draw.",
                claims(all),
                List.of(ends(all, "P_win at the end", "share", Trail.Look::wins)),
                Stream.concat(Stream.of(likelihoods(all), plane(all)), courses(all))
                        .toList(),
                List.of(runs(all), stories(all)),
                facts(study));
    }

    private static List<Claim> claims(List<Trail> all) {
        List<Claim> claims = new ArrayList<>();
        claims.add(bent(all));
        List<Trail> turned = all.stream().filter(Foresight::turned).toList();
        claims.add(middle(turned, all.size()));
        claims.add(entropy(plain(all, Setting.Family.DPO, Setting.Family.IPO)));
        claims.add(mass(plain(all, Setting.Family.HINGE)));
        claims.add(correlated(
                all,
                "Answers are more diverse where preferred ones are less likely (section 4).",
                "EAD of stories",
                look -> look.metric(EAD),
                Verdict::negative));
        claims.add(correlated(
                all,
                "Length of answers does not go with the likelihood of preferred ones (r = −0.114, p = 0.27 and r = 0.198,"
                        + " p = 0.17).",
                "tokens a story",
                look -> look.metric(Own.LENGTH),
                estimate -> Verdict.positive(estimate) == Verdict.OPEN ? Verdict.OPEN : Verdict.FAILS));
        if (Double.isFinite(all.getFirst().last().metric(Trail.F1))) {
            claims.add(correlated(
                    all,
                    "Where preferred answers are likelier, more is known by heart: word-level F1 of answers to questions"
                            + " is higher (section 4, figure 5).",
                    "F1",
                    look -> look.metric(Trail.F1),
                    Verdict::positive));
        }
        likelihoodTerm(all).ifPresent(claims::add);
        claims.add(general(all));
        return claims;
    }

    /// The paper's headline: a parabola fits better than a line.
    private static Claim bent(List<Trail> all) {
        Parabola fit = fit(all);
        Estimate bend =
                Estimate.resampled("curvature", "-", all, some -> fit(some).square(), SEED);
        Estimate reduction =
                Estimate.resampled("reduction", "share", all, some -> fit(some).reduction(), SEED + 1);
        return new Claim(
                "P_win over the likelihood of preferred answers is a parabola that opens downwards rather than a line: RMSE"
                        + " lower by 24.42 % and 25.78 % (arXiv 2410.11677, section 4).",
                String.format(
                        Locale.ROOT,
                        "RMSE lower by %.1f %% (95 %% interval %.1f to %.1f), curvature %s, vertex at %.2f nats a token;"
                                + " the start has %.2f; Pearson’s r of the line %.2f; %d looks of %d runs.",
                        100 * reduction.value(),
                        100 * reduction.interval().low(),
                        100 * reduction.interval().high(),
                        signed(bend, "%+.4f"),
                        fit.vertex().orElse(Double.NaN),
                        chosen(all.getFirst().looks().getFirst()),
                        fit.correlation(),
                        fit.n(),
                        all.size()),
                Verdict.negative(bend));
    }

    private static Parabola fit(List<Trail> trails) {
        List<Trail.Look> looks =
                trails.stream().flatMap(trail -> trail.looks().stream()).toList();
        return Parabola.through(
                looks.stream().mapToDouble(LikelihoodStudyText::chosen).toArray(),
                looks.stream().mapToDouble(Trail.Look::win).toArray());
    }

    /// The best policy is neither the start nor the furthest from it.
    private static Claim middle(List<Trail> turned, int of) {
        String text =
                "The best policy lies in the middle of the likelihood plane: preferred answers are neither as likely"
                        + " as at the start nor as unlikely as at the end (section 4).";
        String seen = turned.size() + " of " + of + " runs lost more than " + Math.round(100 * Foresight.LOSS)
                + " points of P_win from their best look to their last.";
        if (turned.size() < 2) {
            return new Claim(text, seen + " Too few to say where it turned.", Verdict.OPEN);
        }
        Estimate fallen = over(turned, "fall", trail -> chosen(trail.looks().getFirst()) - chosen(best(trail)));
        Estimate further = over(turned, "further", trail -> chosen(best(trail)) - chosen(trail.last()));
        Estimate lost = over(
                turned, "loss", trail -> 100 * (best(trail).win() - trail.last().win()));
        Verdict verdict =
                Verdict.positive(fallen) == Verdict.HOLDS ? Verdict.positive(further) : Verdict.positive(fallen);
        return new Claim(
                text,
                seen + " In those, preferred answers lost " + signed(fallen, "%.2f")
                        + " nats a token up to the best look and "
                        + signed(further, "%.2f") + " more after it, while P_win fell by " + signed(lost, "%.1f")
                        + " points.",
                verdict);
    }

    private static Claim entropy(List<Trail> trails) {
        String text = "With DPO and IPO the entropy of the ten likeliest tokens first rises, and turns down where P_win"
                + " does (section 4).";
        if (trails.size() < 2) {
            return new Claim(text, "Too few runs to say.", Verdict.OPEN);
        }
        Estimate rise = over(
                trails,
                "rise",
                trail -> best(trail).metric(ENTROPY) - trail.looks().getFirst().metric(ENTROPY));
        Estimate distance = over(
                trails,
                "distance",
                trail -> Math.abs(trail.peak(look -> look.metric(ENTROPY)).step()
                        - best(trail).step()));
        return new Claim(
                text,
                "From the start to the best look entropy changed by " + signed(rise, "%+.3f")
                        + " bits, mean of " + trails.size()
                        + " runs without NLL; its highest value and that of P_win are "
                        + signed(distance, "%.0f") + " steps apart.",
                Verdict.positive(rise));
    }

    private static Claim mass(List<Trail> trails) {
        String text =
                "With the hinge, entropy keeps rising while the mass of the ten likeliest tokens falls, and answers"
                        + " become random (section 4).";
        if (trails.size() < 2) {
            return new Claim(text, "Too few runs to say.", Verdict.OPEN);
        }
        Estimate mass = over(
                trails,
                "mass",
                trail -> trail.looks().getFirst().metric(MASS) - trail.last().metric(MASS));
        Estimate entropy = over(
                trails,
                "entropy",
                trail -> trail.last().metric(ENTROPY) - trail.looks().getFirst().metric(ENTROPY));
        Verdict both = Verdict.positive(mass) == Verdict.HOLDS ? Verdict.positive(entropy) : Verdict.positive(mass);
        return new Claim(
                text,
                "From the start to the end mass fell by " + signed(mass, "%.3f") + " and entropy changed by "
                        + signed(entropy, "%+.3f") + " bits, mean of " + trails.size() + " runs without NLL.",
                both);
    }

    private static Claim correlated(
            List<Trail> all,
            String text,
            String what,
            ToDoubleFunction<Trail.Look> value,
            Function<Estimate, Verdict> verdict) {
        Estimate r = Estimate.resampled("r", "-", all, some -> correlation(some, value), SEED + 2);
        return new Claim(
                text,
                "Pearson’s r of the likelihood of preferred answers and " + what + ": " + signed(r, "%+.2f")
                        + ", over all looks of " + all.size() + " runs.",
                verdict.apply(r));
    }

    private static double correlation(List<Trail> trails, ToDoubleFunction<Trail.Look> value) {
        List<Trail.Look> looks =
                trails.stream().flatMap(trail -> trail.looks().stream()).toList();
        return Parabola.through(
                        looks.stream().mapToDouble(LikelihoodStudyText::chosen).toArray(),
                        looks.stream().mapToDouble(value).toArray())
                .correlation();
    }

    /// What NLL does, where the grid has runs with and without it.
    private static Optional<Claim> likelihoodTerm(List<Trail> all) {
        List<Trail> with = all.stream()
                .filter(trail -> trail.setting().curb() instanceof Setting.Nll)
                .toList();
        List<Trail> without = with.stream()
                .flatMap(trail -> all.stream()
                        .filter(other -> other.setting().family()
                                        == trail.setting().family()
                                && other.setting().strength() == trail.setting().strength()
                                && other.setting().curb() instanceof Setting.None))
                .toList();
        if (with.size() < 2 || without.size() != with.size()) {
            return Optional.empty();
        }
        long turned = with.stream().filter(Foresight::turned).count();
        Estimate likelier = paired(with, without, trail -> chosen(trail.last()));
        Estimate better = paired(with, without, trail -> 100 * trail.last().win());
        return Optional.of(new Claim(
                "A likelihood term raises the likelihood of preferred answers and does not save a run: it can be"
                        + " over-optimised too (section 4, figures 4, 8, 11).",
                "With NLL preferred answers end " + signed(likelier, "%+.2f")
                        + " nats a token above the same run without,"
                        + " and P_win " + signed(better, "%+.1f") + " points; " + turned + " of " + with.size()
                        + " runs with NLL are over-optimised.",
                turned > 0 ? Verdict.HOLDS : Verdict.FAILS));
    }

    private static Claim general(List<Trail> all) {
        Estimate gap = over(
                all, "gap", trail -> 100 * (best(trail).seen() - best(trail).win()));
        Estimate end = over(
                all, "gap", trail -> 100 * (trail.last().seen() - trail.last().win()));
        return new Claim(
                "A slightly lower likelihood of preferred answers generalises better to prompts that were not tuned on"
                        + " (abstract).",
                "P_win on prompts of the pairs less that on new ones: " + signed(gap, "%+.1f")
                        + " points at the best look, " + signed(end, "%+.1f") + " at the end.",
                Verdict.OPEN);
    }

    /// P_win against the likelihood of preferred answers, with both fits.
    private static Plot likelihoods(List<Trail> all) {
        List<Trace> traces = new ArrayList<>();
        for (Setting.Family family : Setting.Family.values()) {
            List<Trail.Look> looks = all.stream()
                    .filter(trail -> trail.setting().family() == family)
                    .flatMap(trail -> trail.looks().stream())
                    .toList();
            traces.add(trace(family.word(), Mark.POINTS, looks, LikelihoodStudyText::chosen, Trail.Look::win));
        }
        Parabola fit = fit(all);
        double[] range = all.stream()
                .flatMap(trail -> trail.looks().stream())
                .mapToDouble(LikelihoodStudyText::chosen)
                .sorted()
                .toArray();
        traces.add(curve(
                "parabola",
                range[0],
                range[range.length - 1],
                x -> (fit.square() * x + fit.slope()) * x + fit.constant()));
        double mean = Arrays.stream(range).average().orElseThrow();
        Line line = Line.through(all);
        traces.add(curve("line", range[0], range[range.length - 1], x -> line.level() + line.slope() * (x - mean)));
        return new Plot(
                "P_win and the likelihood of preferred answers",
                "A point is a look at a run; all runs start at the same point. Were likelier better, points would climb to"
                        + " the right.",
                "log-probability of held-out preferred answers, nats a token",
                "P_win, share",
                traces);
    }

    /// The least-squares line of P_win on the likelihood of preferred answers.
    ///
    /// @param level P_win at the mean likelihood
    /// @param slope P_win a nat
    private record Line(double level, double slope) {
        static Line through(List<Trail> trails) {
            List<Trail.Look> looks =
                    trails.stream().flatMap(trail -> trail.looks().stream()).toList();
            double x = looks.stream()
                    .mapToDouble(LikelihoodStudyText::chosen)
                    .average()
                    .orElseThrow();
            double y = looks.stream().mapToDouble(Trail.Look::win).average().orElseThrow();
            double across = 0;
            double both = 0;
            for (Trail.Look look : looks) {
                across += (chosen(look) - x) * (chosen(look) - x);
                both += (chosen(look) - x) * (look.win() - y);
            }
            return new Line(y, both / across);
        }
    }

    private static Trace curve(String name, double from, double to, DoubleUnaryOperator value) {
        double[] x = IntStream.rangeClosed(0, SMOOTH_CURVE)
                .mapToDouble(i -> from + (to - from) * i / SMOOTH_CURVE)
                .toArray();
        return new Trace(name, Mark.BROKEN, x, Arrays.stream(x).map(value).toArray());
    }

    /// Where the best looks lie between the likelihoods of both sides.
    private static Plot plane(List<Trail> all) {
        List<Trace> traces = new ArrayList<>();
        for (Setting.Family family : Setting.Family.values()) {
            strongest(all, family)
                    .ifPresent(trail -> traces.add(trace(
                            trail.setting().name(),
                            Mark.LINE,
                            trail.looks(),
                            LikelihoodStudyText::chosen,
                            look -> look.metric(REJECTED))));
        }
        traces.add(trace(
                "best look of a run",
                Mark.POINTS,
                all.stream().map(LikelihoodStudyText::best).toList(),
                LikelihoodStudyText::chosen,
                look -> look.metric(REJECTED)));
        return new Plot(
                "The likelihood plane",
                "Paths of the strongest setting of each objective, and where every run was at its best.",
                "preferred answers, nats a token",
                "other answers, nats a token",
                traces);
    }

    /// P_win, entropy and mass over the steps of the strongest settings.
    private static Stream<Plot> courses(List<Trail> all) {
        List<Trail> strongest = Stream.of(Setting.Family.values())
                .flatMap(family -> strongest(all, family).stream())
                .toList();
        return Stream.of(
                course(
                        "P_win",
                        "The strongest setting of each objective without NLL.",
                        "share",
                        strongest,
                        Trail.Look::win),
                course(
                        "Entropy of the ten likeliest tokens",
                        "Over held-out preferred answers. The paper’s first sign is a rise that turns.",
                        "bits",
                        strongest,
                        look -> look.metric(ENTROPY)),
                course(
                        "Mass of the ten likeliest tokens",
                        "Over held-out preferred answers. The paper’s second sign is a fall.",
                        "share",
                        strongest,
                        look -> look.metric(MASS)),
                course(
                        "Diversity across stories",
                        "Expectation-adjusted distinct n-grams, n = 1 to 5.",
                        "EAD",
                        strongest,
                        look -> look.metric(EAD)));
    }

    private static Plot course(
            String name, String hint, String unit, List<Trail> trails, ToDoubleFunction<Trail.Look> value) {
        return new Plot(
                name,
                hint,
                "steps",
                name + ", " + unit,
                trails.stream()
                        .map(trail -> trace(trail.setting().name(), Mark.LINE, trail.looks(), Trail.Look::step, value))
                        .toList());
    }

    private static Trace trace(
            String name,
            Mark mark,
            List<Trail.Look> looks,
            ToDoubleFunction<Trail.Look> x,
            ToDoubleFunction<Trail.Look> y) {
        return new Trace(
                name,
                mark,
                looks.stream().mapToDouble(x).toArray(),
                looks.stream().mapToDouble(y).toArray());
    }

    /// The run of an objective that went furthest from the start, of those without NLL.
    private static Optional<Trail> strongest(List<Trail> all, Setting.Family family) {
        return plain(all, family).stream().min(Comparator.comparingDouble(trail -> chosen(trail.last())));
    }

    private static List<Trail> plain(List<Trail> all, Setting.Family... families) {
        return all.stream()
                .filter(trail -> trail.setting().curb() instanceof Setting.None
                        && List.of(families).contains(trail.setting().family()))
                .toList();
    }

    private static Table runs(List<Trail> all) {
        return new Table(
                "Every run",
                "Likelihoods are those of held-out preferred answers, nats a token; entropy and mass of the ten likeliest"
                        + " tokens over them.",
                List.of(
                        "setting",
                        "best P_win",
                        "at step",
                        "last P_win",
                        "likelihood best",
                        "last",
                        "entropy best",
                        "last",
                        "mass best",
                        "last",
                        "EAD last",
                        "tokens last"),
                all.stream()
                        .map(trail -> List.of(
                                trail.setting().name(),
                                digits("%.3f", best(trail).win()),
                                Long.toString(best(trail).step()),
                                digits("%.3f", trail.last().win()),
                                digits("%.2f", chosen(best(trail))),
                                digits("%.2f", chosen(trail.last())),
                                digits("%.3f", best(trail).metric(ENTROPY)),
                                digits("%.3f", trail.last().metric(ENTROPY)),
                                digits("%.3f", best(trail).metric(MASS)),
                                digits("%.3f", trail.last().metric(MASS)),
                                digits("%.3f", trail.last().metric(EAD)),
                                digits("%.0f", trail.last().metric(Own.LENGTH))))
                        .toList());
    }

    private static Table stories(List<Trail> all) {
        List<List<String>> rows = new ArrayList<>();
        for (Setting.Family family : Setting.Family.values()) {
            strongest(all, family).ifPresent(trail -> {
                if (rows.isEmpty()) {
                    rows.add(List.of("the start", "0", trail.looks().getFirst().story()));
                }
                rows.add(List.of(
                        trail.setting().name() + ", best",
                        Long.toString(best(trail).step()),
                        best(trail).story()));
                rows.add(List.of(
                        trail.setting().name() + ", last",
                        Long.toString(trail.last().step()),
                        trail.last().story()));
            });
        }
        return new Table(
                "What it writes", "The same beginning, the same draws.", List.of("policy", "step", "story"), rows);
    }

    // --- stop rules

    private static Part rules(LikelihoodStudy study) {
        List<Trail> turned = study.grid().stream().filter(Foresight::turned).toList();
        List<Trail> healthy =
                study.grid().stream().filter(trail -> !Foresight.turned(trail)).toList();
        List<List<String>> rows = new ArrayList<>();
        List<Bar> saved = new ArrayList<>();
        List<Claim> claims = new ArrayList<>();
        for (Alarm rule : study.rules()) {
            List<Foresight> bad =
                    turned.stream().map(trail -> Foresight.of(trail, rule)).toList();
            List<Foresight> good =
                    healthy.stream().map(trail -> Foresight.of(trail, rule)).toList();
            List<Foresight> stopped =
                    bad.stream().filter(one -> one.stop().isPresent()).toList();
            long alarms = good.stream().filter(one -> one.stop().isPresent()).count();
            double[] leads =
                    stopped.stream().mapToDouble(Foresight::lead).sorted().toArray();
            rows.add(List.of(
                    rule.symptom().id(),
                    stopped.size() + " of " + bad.size(),
                    leads.length == 0
                            ? "-"
                            : digits("%.0f", leads[leads.length / 2]) + " (" + digits("%.0f", leads[0]) + " to "
                                    + digits("%.0f", leads[leads.length - 1]) + ")",
                    mean(bad, one -> 100 * one.regret()),
                    mean(bad, one -> 100 * (one.end().win() - one.trail().last().win())),
                    alarms + " of " + good.size(),
                    mean(
                            good.stream().filter(one -> one.stop().isPresent()).toList(),
                            one -> 100 * (one.trail().last().win() - one.end().win()))));
            if (bad.size() > 1) {
                saved.add(Bar.of(Estimate.mean(
                        rule.symptom().id(),
                        "points",
                        bad.stream()
                                .mapToDouble(one -> 100
                                        * (one.end().win() - one.trail().last().win()))
                                .toArray())));
            }
        }
        saved.stream()
                .max(Comparator.comparingDouble(Bar::value))
                .ifPresent(best -> claims.add(new Claim(
                        "Stopping early by falling entropy or mass avoids over-optimisation (section 5 proposes it and"
                                + " measures nothing).",
                        String.format(
                                Locale.ROOT,
                                "Of %d over-optimised runs, stopping by %s ends %+.1f points of P_win above letting them go"
                                        + " on (95 %% interval %+.1f to %+.1f over runs); the best of %d rules, chosen"
                                        + " after the fact.",
                                turned.size(),
                                best.name(),
                                best.value(),
                                best.low(),
                                best.high(),
                                saved.size()),
                        best.low() > 0 ? Verdict.HOLDS : best.high() < 0 ? Verdict.FAILS : Verdict.OPEN)));
        return new Part(
                "Stop rules",
                "Every rule is put to the readings of every run of the grid as if it had been on. A run is over-optimised"
                        + " where P_win falls from its best look to its last by more than 5 points and the interval over"
                        + " prompts leaves out 0; the others are healthy, and a stop there is a false alarm.",
                claims,
                saved.isEmpty()
                        ? List.of()
                        : List.of(new Chart(
                                "P_win saved by stopping",
                                "P_win where the rule stops less P_win at the end, over-optimised runs; intervals over"
                                        + " runs.",
                                "points",
                                0.0,
                                saved)),
                List.of(),
                List.of(new Table(
                        "What each rule would have done",
                        "Lead: steps from the stop to the turn of P_win, median and range; negative is too late. Regret:"
                                + " best P_win less P_win at the stop.",
                        List.of(
                                "rule",
                                "stops over-optimised runs",
                                "lead, steps",
                                "regret, points",
                                "saved, points",
                                "false alarms",
                                "their cost, points"),
                        rows)),
                List.of());
    }

    private static String mean(List<Foresight> all, ToDoubleFunction<Foresight> value) {
        return all.isEmpty()
                ? "-"
                : digits("%+.1f", all.stream().mapToDouble(value).average().orElseThrow());
    }

    // --- the governor

    private static Part governor(LikelihoodStudy study) {
        List<Series<Trail>> all = study.governed();
        List<Series<Trail>> fixed = all.stream()
                .filter(series -> !(series.outcomes().getFirst().setting().curb() instanceof Setting.Governed))
                .toList();
        List<Claim> claims = new ArrayList<>();
        for (Series<Trail> adapted : all) {
            if (fixed.contains(adapted)) {
                continue;
            }
            Series<Trail> best = fixed.stream()
                    .max(Comparator.comparingDouble(series -> series.outcomes().stream()
                            .mapToDouble(trail -> trail.last().win())
                            .average()
                            .orElseThrow()))
                    .orElseThrow();
            Estimate wins =
                    adapted.less(best, "points", trail -> 100 * trail.last().win());
            Estimate diversity = adapted.less(best, "EAD", trail -> trail.last().metric(EAD));
            claims.add(new Claim(
                    "Regularisation that adapts to entropy and mass does better than a fixed coefficient (section 5"
                            + " proposes it; the rule is ours).",
                    "P_win at the end less that of the best fixed setting, " + best.arm() + ", chosen after the fact: "
                            + signed(wins, "%+.1f") + " points; diversity (EAD): " + signed(diversity, "%+.4f")
                            + "; over "
                            + wins.n() + " seeds, each with pairs of its own.",
                    Verdict.positive(wins)));
        }
        List<Trail> first =
                all.stream().map(series -> series.outcomes().getFirst()).toList();
        return new Part(
                "The governor",
                "The same setting with λ of NLL fixed and with λ adapted at every look by the governor"
                        + " (docs/monitors.md), for several seeds.",
                claims,
                List.of(
                        seeds(all, "P_win at the end", "share", 0.5, trail -> trail.last()
                                .win()),
                        seeds(all, "P_win at the best look", "share", 0.5, trail -> best(trail)
                                .win()),
                        seeds(all, "Diversity at the end", "EAD", null, trail -> trail.last()
                                .metric(EAD)),
                        seeds(
                                all,
                                "Likelihood of preferred answers at the end",
                                "nats a token",
                                null,
                                trail -> chosen(trail.last()))),
                List.of(
                        course("P_win, first seed", "Each setting’s first run.", "share", first, Trail.Look::win),
                        course("λ, first seed", "Weight of NLL.", "-", first, Trail.Look::lambda)),
                List.of(),
                List.of());
    }

    private static Chart seeds(
            List<Series<Trail>> all, String name, String unit, @Nullable Double line, ToDoubleFunction<Trail> value) {
        return new Chart(
                name,
                "Intervals over seeds.",
                unit,
                line,
                all.stream().map(series -> Bar.of(series.over(unit, value))).toList());
    }

    // --- what they share

    private static Chart ends(List<Trail> all, String name, String unit, Function<Trail.Look, double[]> values) {
        return new Chart(
                name,
                "Right of the line, a half, is better than the start; intervals over prompts.",
                unit,
                0.5,
                all.stream()
                        .map(trail -> Bar.of(Estimate.mean(trail.setting().name(), unit, values.apply(trail.last()))))
                        .toList());
    }

    private static List<Fact> facts(LikelihoodStudy study) {
        Trail.Scale scale = study.scale();
        return List.of(
                new Fact("runs", Integer.toString(study.grid().size())),
                new Fact("pairs", String.format(Locale.ROOT, "%.0f", study.pairs())),
                new Fact(
                        "steps",
                        scale.steps() + " of " + scale.batch() + " pairs, "
                                + Math.round(scale.steps() * scale.batch() / study.pairs()) + " epochs; a look every "
                                + scale.every()),
                new Fact("judged", scale.judged() + " new beginnings, " + scale.seen() + " of the pairs’ own"),
                new Fact("held-out pairs", Integer.toString(scale.held())),
                new Fact(
                        "learning rate",
                        scale.learningRate() + " after 20 steps; AdamW, no weight decay, norm cut at 1"),
                new Fact("pairs", "best and worst of 4 stories at temperature 1, cut at 96 tokens"),
                new Fact("judging", "temperature 0.7, top-p 0.9, the same stream of draws for every policy"),
                new Fact("label", "cheerful words less gloomy ones, counted"),
                new Fact(
                        "truth",
                        "different cheerful words, less gloomy ones, less ten times the share of repeated groups of four"
                                + " words"));
    }

    private static Trail.Look best(Trail trail) {
        return trail.peak(Trail.Look::win);
    }

    /// log π(y⁺|x) of held-out preferred answers, mean over answers of means over tokens, nats.
    private static double chosen(Trail.Look look) {
        return look.metric(HeldOut.CHOSEN);
    }

    private static Estimate over(List<Trail> trails, String name, ToDoubleFunction<Trail> value) {
        return Estimate.mean(name, "-", trails.stream().mapToDouble(value).toArray());
    }

    private static Estimate paired(List<Trail> one, List<Trail> other, ToDoubleFunction<Trail> value) {
        return Estimate.pairedDifference(
                "difference",
                "-",
                one.stream().mapToDouble(value).toArray(),
                other.stream().mapToDouble(value).toArray());
    }

    private static String signed(Estimate estimate, String format) {
        Interval interval = estimate.interval();
        return digits(format, estimate.value()) + " (95 % interval " + digits(format, interval.low()) + " to "
                + digits(format, interval.high()) + ")";
    }

    private static String digits(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}

package dev.poise.cli;

import dev.poise.gradient.Agreement;
import dev.poise.gradient.Change;
import dev.poise.gradient.Change.Verdict;
import dev.poise.gradient.GradientMap;
import dev.poise.gradient.GradientStudy;
import dev.poise.gradient.PairForecast;
import dev.poise.gradient.Step.Optimiser;
import dev.poise.gradient.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A study for people: the summary, the check, and the pairs most likely to be displaced, by index.
///
/// @param batchPairs pairs that share a step
/// @param top how many pairs are listed
record GradientsText(GradientStudy study, int batchPairs, int top) {

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        Summary summary = study.summary();
        lines.add(String.format(
                Locale.ROOT,
                "%d pairs, one step of %s at learning rate %s",
                summary.pairs(),
                study.step().optimiser() == Optimiser.SGD ? "gradient descent" : "AdamW from rest",
                digits(study.step().learningRate())));
        lines.add("");
        lines.add(String.format("%-28s %10s %10s", "forecast", "alone", "batch of " + batchPairs));
        for (Verdict verdict : Verdict.values()) {
            lines.add(String.format(
                    "%-28s %10s %10s",
                    words(verdict),
                    share(summary.alone().getOrDefault(verdict, 0), summary.pairs()),
                    share(summary.batch().getOrDefault(verdict, 0), summary.pairs())));
        }
        lines.add("");
        lines.add(String.format("%-28s %10s %10s %10s", "over pairs", "5 %", "median", "95 %"));
        for (Summary.Spread spread : summary.spreads()) {
            lines.add(String.format(
                    "%-28s %10s %10s %10s",
                    spread.name(), digits(spread.low()), digits(spread.median()), digits(spread.high())));
        }
        checks(lines);
        ranking(lines);
        return lines;
    }

    private void checks(List<String> lines) {
        if (study.summary().checks().isEmpty()) {
            return;
        }
        lines.add("");
        lines.add(String.format(
                "%-28s %11s %8s %9s %14s %12s",
                "forecast and real step", "correlation", "slope", "same sign", "relative error", "median error"));
        for (Summary.Check check : study.summary().checks()) {
            Agreement agreement = check.agreement();
            lines.add(String.format(
                    Locale.ROOT,
                    "%-28s %11.6f %8.4f %7.1f %% %12s %% %10s %%",
                    check.name(),
                    agreement.correlation(),
                    agreement.slope(),
                    100 * agreement.signs(),
                    digits(100 * agreement.relativeError()),
                    digits(100 * agreement.medianError())));
        }
    }

    private void ranking(List<String> lines) {
        if (top == 0) {
            return;
        }
        Optimiser optimiser = study.step().optimiser();
        lines.add("");
        lines.add("most likely displaced: the deepest forecast falls of the chosen answer, alone");
        lines.add(String.format(
                "%6s  %-16s %10s %10s %8s %8s %9s %9s %9s %6s %6s",
                "pair",
                "forecast",
                "chosen",
                "rejected",
                "overlap",
                "w+/w-",
                "lambda",
                "exmate",
                "CHES",
                "edit",
                "prefix"));
        Summary.byDisplacement(study.pairs(), optimiser).stream()
                .limit(top)
                .forEach(pair -> lines.add(row(pair, pair.forecast(optimiser))));
    }

    private static String row(PairForecast pair, Change change) {
        return String.format(
                Locale.ROOT,
                "%6d  %-16s %10s %10s %8s %8s %9s %9s %9s %6.2f %6d",
                pair.index(),
                words(change.verdict()),
                digits(change.good()),
                digits(change.bad()),
                digits(pair.all().overlap()),
                digits(pair.weights().threshold()),
                digits(pair.likelihoodRemedy()),
                pair.exMateRemedy(1).isPresent() ? digits(pair.exMateRemedy(1).getAsDouble()) : "none",
                digits(pair.ches().normalised()),
                pair.similarity().editDistance(),
                pair.similarity().commonPrefix());
    }

    /// Maps without a page: each at a few places.
    static List<String> lines(List<GradientMap> maps) {
        List<String> lines = new ArrayList<>();
        for (GradientMap map : maps) {
            int last = map.probabilities().length - 1;
            lines.add(map.name());
            lines.add(String.format("%8s %8s %12s %12s %12s %12s", "f+", "f-", "w+", "w-", "w+ - w-", "w-/w+"));
            for (int row : new int[] {0, last / 2, last}) {
                for (int column : new int[] {0, last / 2, last}) {
                    double good = map.good()[row][column];
                    double bad = map.bad()[row][column];
                    lines.add(String.format(
                            Locale.ROOT,
                            "%8.4f %8.4f %12s %12s %12s %12s",
                            map.probabilities()[column],
                            map.probabilities()[row],
                            digits(good),
                            digits(bad),
                            digits(good - bad),
                            digits(bad / good)));
                }
            }
        }
        return lines;
    }

    private static String words(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String share(int count, int all) {
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * count / all);
    }

    /// Four significant digits, in the shorter notation.
    private static String digits(double value) {
        if (value == 0 || !Double.isFinite(value)) {
            return value == 0 ? "0" : Double.isNaN(value) ? "-" : value > 0 ? "inf" : "-inf";
        }
        double size = Math.abs(value);
        return size >= 1e-3 && size < 1e5
                ? String.format(Locale.ROOT, size >= 1000 ? "%.0f" : size >= 10 ? "%.2f" : "%.4f", value)
                : String.format(Locale.ROOT, "%.2e", value);
    }
}

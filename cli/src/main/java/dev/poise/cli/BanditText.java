package dev.poise.cli;

import dev.poise.bandit.Band;
import dev.poise.bandit.LengthGoal;
import dev.poise.bandit.LengthStudy;
import dev.poise.bandit.Outcome;
import dev.poise.bandit.Point;
import dev.poise.bandit.Tables;
import dev.poise.evaluate.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// Outcomes for people.
///
/// @param colours whether the terminal shows them
record BanditText(boolean colours) {

    private static final String GREEN = "32";
    private static final String YELLOW = "33";
    private static final String RED = "31";
    private static final String DIM = "2";

    /// What each setting came to.
    ///
    /// @param outcomes by what sets them apart
    List<String> lines(Map<String, Outcome> outcomes) {
        int name = width(outcomes.keySet());
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%-" + name + "s %7s %16s %8s %8s %8s %8s %9s %8s %7s",
                "after the last round",
                "reward",
                "95 % interval",
                "KL data",
                "data KL",
                "entropy",
                "margin",
                "staleness",
                "queries",
                "steps"));
        outcomes.forEach((label, outcome) -> {
            Point point = outcome.at(outcome.last()).getFirst();
            lines.add(String.format(
                    Locale.ROOT,
                    "%-" + name + "s %s %16s %8s %8s %8s %8s %9s %8d %7.0f",
                    label,
                    tint(
                            String.format(
                                    Locale.ROOT,
                                    "%7.4f",
                                    outcome.reward(outcome.last()).value()),
                            "1"),
                    interval(outcome.reward(outcome.last())),
                    mean(outcome, Point::toData),
                    mean(outcome, Point::fromData),
                    mean(outcome, Point::entropy),
                    mean(outcome, Point::margin),
                    mean(outcome, Point::staleness),
                    point.queries(),
                    outcome.at(outcome.last()).stream()
                            .mapToInt(Point::steps)
                            .average()
                            .orElse(0)));
        });
        return lines;
    }

    /// The study: what was measured, behind a bar what it is compared with.
    List<String> lines(Tables tables) {
        List<String> lines = new ArrayList<>();
        for (Tables.Table table : tables.tables()) {
            int name = width(table.rows().stream().map(Tables.Row::name).toList());
            lines.add("");
            lines.add(tint(table.problem().name() + ", " + table.name(), "1") + ": expected reward after round "
                    + table.rounds().stream()
                            .map(String::valueOf)
                            .reduce((a, b) -> a + ", " + b)
                            .orElse("")
                    + ", measured|reference, and the last one's interval");
            for (Tables.Row row : table.rows()) {
                StringBuilder line = new StringBuilder(String.format("%-" + name + "s", row.name()));
                row.cells().forEach(cell -> line.append("  ").append(cell(cell)));
                line.append("  ").append(tint(interval(row.cells().getLast().measured()), DIM));
                lines.add(line.toString());
            }
        }
        lines.add("");
        lines.add(tint("Bands that were set before", "1"));
        for (Tables.Claim claim : tables.claims()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s  %s  %.3f (%s)",
                    mark(claim.verdict()),
                    claim.text(),
                    claim.measured().value(),
                    interval(claim.measured())));
        }
        int[] inside = tables.inside();
        lines.add("");
        lines.add(
                inside[0] + " of " + inside[1] + " figures are in their reference's band; " + mark(Band.Verdict.OUTSIDE)
                        + " marks those that are not, " + mark(Band.Verdict.MEAN_INSIDE)
                        + " those of which only the mean is.");
        return lines;
    }

    /// The length study: what was measured, behind a bar what it is compared with.
    List<String> lines(LengthStudy study) {
        List<String> lines = new ArrayList<>();
        int name = width(study.rows().stream().map(LengthStudy.Row::way).toList());
        LengthGoal goal = null;
        for (LengthStudy.Row row : study.rows()) {
            if (row.goal() != goal) {
                goal = row.goal();
                lines.add("");
                lines.add(tint(goal.word(), "1") + ": " + goal.measure() + " in tokens, "
                        + String.format(Locale.ROOT, "%.1f", row.start()) + " at first, after step "
                        + String.join(
                                ", ",
                                LengthStudy.STEPS.stream().map(String::valueOf).toList())
                        + ", measured|reference, and the last one's interval; " + study.seeds() + " seeds");
            }
            StringBuilder line = new StringBuilder(String.format("%-" + name + "s", row.way()));
            row.cells().forEach(cell -> line.append("  ").append(cell(cell)));
            lines.add(line.append("  ")
                    .append(tint(interval(row.cells().getLast().measured()), DIM))
                    .toString());
        }
        lines.add("");
        lines.add(tint("What should come out, as measured before or as the paper claims", "1"));
        for (LengthStudy.Claim claim : study.claims()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s  %-8s  %s  %.2f (%s)",
                    mark(claim.verdict()),
                    claim.origin().name().toLowerCase(Locale.ROOT),
                    claim.text(),
                    claim.measured().value(),
                    interval(claim.measured())));
        }
        int[] inside = study.inside();
        lines.add("");
        lines.add(inside[0] + " of " + inside[1] + " figures are in their reference's band");
        return lines;
    }

    private String cell(LengthStudy.Cell cell) {
        String measured = String.format(Locale.ROOT, "%5.1f", cell.measured().value());
        if (cell.reference() == null || cell.band() == null) {
            return measured + "|  -   ";
        }
        Band.Verdict verdict = cell.band().of(cell.measured());
        return tint(measured, colour(verdict))
                + tint(String.format(Locale.ROOT, "|%4.1f ", cell.reference()), DIM)
                + mark(verdict);
    }

    private String cell(Tables.Cell cell) {
        String measured = String.format(Locale.ROOT, "%.3f", cell.measured().value());
        if (cell.reference() == null || cell.band() == null) {
            return measured + "|    -  ";
        }
        String sign = cell.band().low() == cell.reference() ? ">" : "|";
        String reference = String.format(Locale.ROOT, "%s%.3f ", sign, cell.reference());
        return cell.verdict()
                .map(verdict -> tint(measured, colour(verdict)) + tint(reference, DIM) + mark(verdict))
                .orElse(measured);
    }

    private String mark(Band.Verdict verdict) {
        return switch (verdict) {
            case INSIDE -> tint("+", GREEN);
            case MEAN_INSIDE -> tint("~", YELLOW);
            case OUTSIDE -> tint("x", RED);
        };
    }

    private static String colour(Band.Verdict verdict) {
        return switch (verdict) {
            case INSIDE -> GREEN;
            case MEAN_INSIDE -> YELLOW;
            case OUTSIDE -> RED;
        };
    }

    private String tint(String text, String code) {
        return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }

    private static String interval(Estimate estimate) {
        return String.format(
                Locale.ROOT,
                "%.4f to %.4f",
                estimate.interval().low(),
                estimate.interval().high());
    }

    private static String mean(Outcome outcome, ToDoubleFunction<Point> figure) {
        return outcome.over("figure", "nats", outcome.last(), figure)
                .map(estimate -> String.format(Locale.ROOT, "%.3f", estimate.value()))
                .orElse("none");
    }

    private static int width(Iterable<String> names) {
        int width = 20;
        for (String name : names) {
            width = Math.max(width, name.length());
        }
        return width;
    }
}

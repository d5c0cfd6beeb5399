package dev.poise.cli.bench;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Findings as Markdown for people and as JSON for programs. Where answers differ, neither holds a time.
public final class FindingsText {

    private FindingsText() {}

    /// Tables, ready for a page.
    public static String markdown(Findings findings) {
        StringJoiner lines = new StringJoiner("\n", "", "\n");
        findings.machine().forEach((name, value) -> lines.add("- " + name + ": " + value));
        if (!findings.comparisons().isEmpty()) {
            lines.add("")
                    .add(
                            "| work | unit | Poise | peer | ratio (range) | peak MiB, Poise | peak MiB, peer | others' cores | answers |")
                    .add("|---|---|---|---|---|---|---|---|---|");
            findings.comparisons().forEach(comparison -> lines.add(row(comparison)));
        }
        if (!findings.figures().isEmpty()) {
            lines.add("").add("| work | figure | value | unit |").add("|---|---|---|---|");
            for (Figure figure : findings.figures()) {
                lines.add(row(figure.work(), figure.name(), number(figure.value()), figure.unit()));
            }
        }
        if (!findings.notes().isEmpty()) {
            lines.add("");
            findings.notes().forEach(note -> lines.add("- " + note));
        }
        return lines.toString();
    }

    private static String row(Comparison comparison) {
        if (comparison.disagreement() != null) {
            return row(
                    comparison.work(),
                    comparison.unit(),
                    "-",
                    "-",
                    "-",
                    "-",
                    "-",
                    "-",
                    "DIFFER: " + comparison.disagreement());
        }
        return row(
                comparison.work(),
                comparison.unit(),
                median(comparison.poise()),
                comparison.peer().isEmpty() ? "-" : median(comparison.peer()),
                comparison.ratio().map(FindingsText::ratio).orElse("-"),
                mebibytes(comparison.poisePeakMib()),
                mebibytes(comparison.peerPeakMib()),
                comparison.otherCores() == null ? "-" : number(comparison.otherCores()),
                comparison.checked());
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |";
    }

    private static String median(List<Double> values) {
        return number(Spread.of(values).median());
    }

    private static String ratio(Spread ratio) {
        return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", ratio.median(), ratio.low(), ratio.high());
    }

    private static String mebibytes(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.0f", value);
    }

    /// Three digits that count, and all before the point.
    private static String number(double value) {
        double size = Math.abs(value);
        int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /// One object with everything, every round's rates included.
    public static ObjectNode json(Findings findings) {
        ObjectNode all = JsonMapper.shared().createObjectNode();
        findings.machine().forEach(all.putObject("machine")::put);
        ArrayNode comparisons = all.putArray("comparisons");
        findings.comparisons().forEach(comparison -> comparisons.add(object(comparison)));
        ArrayNode figures = all.putArray("figures");
        for (Figure figure : findings.figures()) {
            figures.addObject()
                    .put("work", figure.work())
                    .put("name", figure.name())
                    .put("value", figure.value())
                    .put("unit", figure.unit());
        }
        findings.notes().forEach(all.putArray("notes")::add);
        return all;
    }

    private static ObjectNode object(Comparison comparison) {
        ObjectNode object = JsonMapper.shared().createObjectNode();
        object.put("work", comparison.work()).put("unit", comparison.unit()).put("checked", comparison.checked());
        if (comparison.disagreement() != null) {
            return object.put("disagreement", comparison.disagreement());
        }
        comparison.poise().forEach(object.putArray("poise")::add);
        comparison.peer().forEach(object.putArray("peer")::add);
        comparison.ratio().ifPresent(ratio -> object.putObject("ratio")
                .put("median", ratio.median())
                .put("low", ratio.low())
                .put("high", ratio.high()));
        object.put("poise_peak_mib", comparison.poisePeakMib()).put("peer_peak_mib", comparison.peerPeakMib());
        object.put("other_cores", comparison.otherCores());
        return object;
    }
}

package dev.poise.data;

import java.util.List;

/// Inspected rows as text for people. Tokens stand apart as `|`, those that are trained in brackets: `Hi|
/// there|[!]`.
public final class InspectionText {

    private InspectionText() {}

    /// A row as lines of text.
    public static List<String> lines(Inspection row) {
        String head = "row " + row.index() + " (" + row.source() + ")";
        return switch (row) {
            case Inspection.Single single ->
                List.of(
                        head + cut(single.truncated()),
                        "  " + count(single.sequence()),
                        "  " + tokens(single.sequence()));
            case Inspection.Pair pair ->
                List.of(
                        head + ", shared prefix " + pair.sharedPrefix() + " tokens" + cut(pair.truncated()),
                        "  chosen: " + count(pair.chosen()),
                        "  " + tokens(pair.chosen()),
                        "  rejected: " + count(pair.rejected()),
                        "  " + tokens(pair.rejected()));
            case Inspection.Refused refused -> List.of(head + ": not used, " + refused.reason());
        };
    }

    private static String cut(boolean truncated) {
        return truncated ? ", cut to max_tokens" : "";
    }

    private static String count(Inspection.Sequence sequence) {
        long trained =
                sequence.tokens().stream().filter(InspectedToken::trained).count();
        return sequence.tokens().size() + " tokens, " + trained + " trained";
    }

    private static String tokens(Inspection.Sequence sequence) {
        StringBuilder text = new StringBuilder();
        for (InspectedToken token : sequence.tokens()) {
            String shown = visible(token.text());
            text.append(text.isEmpty() ? "" : "|").append(token.trained() ? "[" + shown + "]" : shown);
        }
        return text.toString();
    }

    /// The text with line breaks and other control characters spelled out, so that a terminal obeys none of them.
    public static String visible(String text) {
        StringBuilder visible = new StringBuilder();
        text.codePoints().forEach(point -> {
            switch (point) {
                case '\n' -> visible.append("\\n");
                case '\r' -> visible.append("\\r");
                case '\t' -> visible.append("\\t");
                default ->
                    visible.append(
                            Character.isISOControl(point) ? "\\u%04x".formatted(point) : Character.toString(point));
            }
        });
        return visible.toString();
    }
}

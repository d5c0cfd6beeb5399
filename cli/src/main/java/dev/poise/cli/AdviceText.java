package dev.poise.cli;

import dev.poise.advise.Advice;
import dev.poise.advise.Shown;
import dev.poise.advise.Standing;
import dev.poise.advise.Survey;
import dev.poise.advise.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Advice as a colleague gives it: where you stand, what says so, what to do first, what to collect, what to mind.
///
/// @param width columns of a line
record AdviceText(Survey survey, Advice.Whole whole, int width) {

    private static final int NARROWEST = 60;
    private static final int WIDEST = 110;

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        String found = Words.of(whole.standing());
        wrap(lines, "", "", found.substring(0, 1).toUpperCase(Locale.ROOT) + found.substring(1) + ".");
        String confidence = Words.confidence(survey, whole);
        if (!confidence.isEmpty()) {
            wrap(lines, "", "", confidence + ".");
        }
        lines.add("");
        whole.advice().evidence().forEach(line -> wrap(lines, "  - ", "    ", line));
        if (whole.standing() instanceof Standing.Open open) {
            lines.add("");
            open.lacking().forEach(line -> wrap(lines, "needs    ", "         ", line));
        }
        lines.add("");
        String course = (whole.standing() instanceof Standing.Placed ? "" : "meanwhile ")
                + whole.advice().course().title()
                + settings(whole.advice().settings());
        wrap(lines, "first    ", "         ", course);
        wrap(lines, "         ", "         ", whole.advice().why());
        String label = "collect  ";
        for (Advice.Next next : whole.advice().next()) {
            String gain = next.gain()
                    .map(known -> ": " + sign(Shown.of(known)) + " reward")
                    .orElse("");
            wrap(lines, label, "           ", "- " + next.what() + gain);
            label = "         ";
        }
        label = "mind     ";
        for (String caution : whole.advice().cautions()) {
            wrap(lines, label, "           ", "- " + caution);
            label = "         ";
        }
        return lines;
    }

    private static String sign(String shown) {
        return shown.startsWith("-") ? shown : "+" + shown;
    }

    private static String settings(Advice.Settings settings) {
        return (settings.samples() > 0 ? ", " + settings.samples() + " answers a prompt" : "")
                + String.format(Locale.ROOT, ", learning rate %.0e", settings.learningRate())
                + Optional.of(settings.labelSmoothing())
                        .filter(smoothing -> smoothing > 0)
                        .map(smoothing -> ", label smoothing " + smoothing)
                        .orElse("");
    }

    private void wrap(List<String> lines, String first, String further, String text) {
        int room = Math.clamp(width, NARROWEST, WIDEST);
        StringBuilder line = new StringBuilder(first);
        boolean empty = true;
        for (String word : text.split(" ", -1)) {
            if (!empty && line.length() + 1 + word.length() > room) {
                lines.add(line.toString());
                line = new StringBuilder(further);
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        lines.add(line.toString());
    }
}

package dev.poise.cli;

import dev.poise.train.Progress;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// Shows how a run goes: a progress line for each stage, and notes between them.
final class RunProgress implements Progress, AutoCloseable {

    private final Console console;
    private String stage = "";
    private ProgressLine line;

    RunProgress(Console console) {
        this.console = console;
        this.line = new ProgressLine(console.err(), "", "", 0);
    }

    @Override
    public void note(String text) {
        line.note(text);
    }

    @Override
    public void advanced(String nextStage, long done, long total, SequencedMap<String, Double> numbers) {
        if (!nextStage.equals(stage)) {
            line.close();
            stage = nextStage;
            line = new ProgressLine(console.err(), stage, stage.equals("train") ? "steps" : "rows", total);
        }
        line.update(done, shown(numbers));
        if (done == total) {
            line.close();
            stage = "";
        }
    }

    private static String shown(SequencedMap<String, Double> numbers) {
        return numbers.entrySet().stream()
                .map(entry -> entry.getKey() + " " + digits(entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String digits(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%.0f" : "%.4f", value);
    }

    @Override
    public void close() {
        line.close();
    }
}

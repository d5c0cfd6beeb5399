package dev.poise.run;

import dev.poise.monitor.Alarm;
import dev.poise.monitor.Governor;
import dev.poise.monitor.Source;
import dev.poise.monitor.Symptom;
import dev.poise.monitor.Symptom.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The section `monitor` of a recipe, every default visible: what [MonitorBinding] reads, the other way round.
final class MonitorWriter {

    private MonitorWriter() {}

    static List<String> lines(Recipe.Monitor monitor) {
        List<String> lines = new ArrayList<>();
        lines.add("every: " + monitor.every());
        lines.add("rows: " + monitor.rows());
        lines.add("top_k: " + monitor.topK());
        lines.add("smoothing: " + RecipeText.number(monitor.watch().smoothing()));
        Recipe.Generate generate = monitor.generate();
        lines.add("generate: {every: " + generate.every() + ", prompts: " + generate.prompts() + ", max_new_tokens: "
                + generate.maxNewTokens() + ", temperature: " + RecipeText.number(generate.temperature())
                + ", reward: "
                + generate.reward().stream().map(RecipeText::text).toList() + "}");
        lines.add("alarms:");
        monitor.watch().alarms().forEach(alarm -> threshold(alarm).forEach(text -> lines.add("  " + text)));
        lines.add("stop: "
                + List.of(Kind.values()).stream()
                        .filter(monitor.watch().stop()::contains)
                        .map(RecipeText::word)
                        .toList());
        lines.add("governor: " + governor(monitor.watch().governor()));
        return lines;
    }

    /// One line, or none for the second of two that share their thresholds.
    private static List<String> threshold(Alarm alarm) {
        return switch (alarm.symptom()) {
            case Symptom.Displacement(double drop) -> line(alarm, "drop: " + RecipeText.number(drop));
            case Symptom.EntropyTurn(Source source, double fall) ->
                source == Source.OWN ? List.of() : line(alarm, "fall: " + RecipeText.number(fall));
            case Symptom.MassDrop(Source source, double drop) ->
                source == Source.OWN ? List.of() : line(alarm, "drop: " + RecipeText.number(drop));
            case Symptom.Bend(double fall) -> line(alarm, "fall: " + RecipeText.number(fall));
            case Symptom.Length(double factor, double unfinished) ->
                line(alarm, "factor: " + RecipeText.number(factor) + ", unfinished: " + RecipeText.number(unfinished));
            case Symptom.Repetition(double rise) -> line(alarm, "rise: " + RecipeText.number(rise));
            case Symptom.Saturation(double left, double unchanged) ->
                line(alarm, "left: " + RecipeText.number(left) + ", unchanged: " + RecipeText.number(unchanged));
            case Symptom.Collapse(double share, double entropy) ->
                line(alarm, "share: " + RecipeText.number(share) + ", entropy: " + RecipeText.number(entropy));
            case Symptom.Threshold(String metric, Double below, Double above) ->
                line(
                        alarm,
                        "metric: " + RecipeText.text(metric) + ", below: " + bound(below) + ", above: " + bound(above));
        };
    }

    private static List<String> line(Alarm alarm, String thresholds) {
        String name = RecipeText.word(alarm.symptom().kind());
        return List.of(name + ": {" + thresholds + ", patience: " + alarm.patience() + "}");
    }

    private static String bound(@Nullable Double bound) {
        return bound == null ? "null" : RecipeText.number(bound);
    }

    private static String governor(@Nullable Governor governor) {
        if (governor == null) {
            return "{term: none}";
        }
        return "{term: " + governor.term() + ", gain: " + RecipeText.number(governor.gain()) + ", low: "
                + RecipeText.number(governor.low()) + ", high: " + RecipeText.number(governor.high()) + ", lag: "
                + governor.lag() + "}";
    }
}

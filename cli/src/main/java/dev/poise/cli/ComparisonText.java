package dev.poise.cli;

import dev.poise.evaluate.Comparison;
import dev.poise.evaluate.Estimate;
import dev.poise.evaluate.WinRate;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A comparison of two models in words.
///
/// @param model directory of model A
/// @param against directory of model B
record ComparisonText(Path model, Path against, Comparison comparison) {

    /// As a table for people.
    List<String> lines() {
        WinRate wins = comparison.winRate();
        Comparison.Summary a = comparison.a();
        Comparison.Summary b = comparison.b();
        return List.of(
                "model    " + model,
                "against  " + against,
                "",
                "win rate           " + cell(wins.toEstimate("win rate")) + ", ties half, " + wins.n() + " prompts",
                "                   " + wins.wins() + " wins, " + wins.losses() + " losses, " + wins.ties() + " ties",
                "reward difference  " + cell(comparison.rewardDifference()),
                "",
                row("mean, 95 % interval", "model", "against"),
                row("reward", cell(a.reward()), cell(b.reward())),
                row("length in tokens", cell(a.length()), cell(b.length())),
                row("finished answers", cell(a.finished()), cell(b.finished())));
    }

    private static String row(String name, String ofModel, String ofOther) {
        return "%-19s  %-32s  %s".formatted(name, ofModel, ofOther);
    }

    private static String cell(Estimate estimate) {
        boolean share = estimate.unit().equals("share");
        double scale = share ? 100 : 1;
        return String.format(
                Locale.ROOT,
                share ? "%.1f %% (%.1f to %.1f)" : "%.3f (%.3f to %.3f)",
                scale * estimate.value(),
                scale * estimate.interval().low(),
                scale * estimate.interval().high());
    }

    /// As one object for programs.
    ObjectNode toJson() {
        WinRate wins = comparison.winRate();
        ObjectNode object = JsonMapper.shared().createObjectNode().put("prompts", wins.n());
        put(object, "win_rate", wins.toEstimate("win rate"));
        object.put("wins", wins.wins()).put("losses", wins.losses()).put("ties", wins.ties());
        put(object, "reward_difference", comparison.rewardDifference());
        put(object.putObject("model"), model, comparison.a());
        put(object.putObject("against"), against, comparison.b());
        return object;
    }

    private static void put(ObjectNode object, Path directory, Comparison.Summary summary) {
        object.put("directory", directory.toString());
        put(object, "reward", summary.reward());
        put(object, "tokens", summary.length());
        put(object, "finished", summary.finished());
    }

    private static void put(ObjectNode object, String name, Estimate estimate) {
        object.putObject(name)
                .put("value", estimate.value())
                .put("low", estimate.interval().low())
                .put("high", estimate.interval().high());
    }
}

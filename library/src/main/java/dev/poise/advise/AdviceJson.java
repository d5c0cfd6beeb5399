package dev.poise.advise;

import dev.poise.advise.Standing.Open;
import dev.poise.advise.Standing.Placed;
import dev.poise.evaluate.Estimate;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Advice as JSON: numbers, indices and our own words, never text of the data.
public final class AdviceJson {

    private AdviceJson() {}

    /// Everything as one object.
    public static ObjectNode of(Survey survey, Advice.Whole whole) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        standing(node.putObject("standing"), whole.standing());
        setting(node.putObject("setting"), survey, whole.evidence());
        ArrayNode evidence = node.putArray("evidence");
        for (Evidence.Figure figure : whole.evidence().figures()) {
            ObjectNode one = evidence.addObject();
            one.put("topic", word(figure.topic())).put("key", figure.key());
            estimate(one, figure.estimate());
        }
        ArrayNode best = node.putArray("best_of");
        for (Evidence.Best size : whole.evidence().best()) {
            estimate(best.addObject().put("answers", size.n()), size.estimate());
        }
        advice(node.putObject("advice"), whole.advice());
        return node;
    }

    private static void standing(ObjectNode node, Standing standing) {
        node.put("decided", standing instanceof Placed);
        node.put("basis", word(standing.basis()));
        switch (standing) {
            case Placed placed -> {
                node.put("place", word(placed.place()))
                        .put("title", placed.place().title());
                node.put("agreement", placed.agreement());
            }
            case Open open -> {
                ArrayNode among = node.putArray("among");
                open.among().forEach(place -> among.add(word(place)));
                ArrayNode lacking = node.putArray("lacking");
                open.lacking().forEach(lacking::add);
            }
        }
        ObjectNode shares = node.putObject("shares");
        standing.shares().entrySet().stream()
                .sorted(Map.Entry.<Place, Double>comparingByValue().reversed())
                .forEach(entry -> shares.put(word(entry.getKey()), entry.getValue()));
    }

    private static void setting(ObjectNode node, Survey survey, Evidence evidence) {
        node.put("rows_read", survey.counts().read()).put("rows", survey.rows().size());
        node.put("pairs", survey.counts().pairs())
                .put("prompts_asked", evidence.tallies().size());
        node.put("rows_left_out", survey.counts().left())
                .put("pairs_the_same", survey.counts().same());
        node.put("prompts_too_long", survey.counts().unasked());
        node.put("samples", survey.setting().samples())
                .put("max_new_tokens", survey.setting().maxNewTokens());
        node.put("seed", survey.setting().seed());
        evidence.high().ifPresentOrElse(high -> node.put("high_reward", high), () -> node.putNull("high_reward"));
    }

    private static void advice(ObjectNode node, Advice advice) {
        node.put("course", word(advice.course()))
                .put("title", advice.course().title())
                .put("why", advice.why());
        ObjectNode settings = node.putObject("settings");
        settings.put("samples", advice.settings().samples())
                .put("data_answers", advice.settings().dataAnswers());
        settings.put("inner", advice.settings().inner())
                .put("learning_rate", advice.settings().learningRate());
        settings.put("label_smoothing", advice.settings().labelSmoothing());
        settings.put("likelihood", advice.settings().likelihood());
        ArrayNode evidence = node.putArray("because");
        advice.evidence().forEach(evidence::add);
        ArrayNode next = node.putArray("next");
        for (Advice.Next one : advice.next()) {
            ObjectNode item = next.addObject().put("what", one.what());
            one.gain().ifPresent(gain -> estimate(item.putObject("gain"), gain));
            ArrayNode rows = item.putArray("rows");
            one.rows().forEach(rows::add);
        }
        ArrayNode cautions = node.putArray("cautions");
        advice.cautions().forEach(cautions::add);
    }

    static void estimate(ObjectNode node, Estimate estimate) {
        node.put("name", estimate.name()).put("value", estimate.value());
        node.put("low", estimate.interval().low())
                .put("high", estimate.interval().high());
        node.put("n", estimate.n()).put("unit", estimate.unit());
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}

package dev.poise.gradient;

import dev.poise.gradient.Weights.Answer;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Forecasts as JSON: numbers and indices, never text of the data. What is not finite is null.
public final class GradientJson {

    /// c of the ExMATE whose remedy is told.
    private static final double EXMATE_COEFFICIENT = 1;

    private GradientJson() {}

    /// One pair.
    public static ObjectNode of(PairForecast pair) {
        ObjectNode node = object().put("kind", "pair")
                .put("index", pair.index())
                .put("line", pair.source().line());
        answer(node.putObject("chosen"), pair.answers().good());
        answer(node.putObject("rejected"), pair.answers().bad());
        ObjectNode weights = node.putObject("weights");
        put(weights, "good", pair.weights().good());
        put(weights, "bad", pair.weights().bad());
        put(weights, "ratio", pair.weights().threshold());
        ObjectNode similarity = node.putObject("similarity");
        similarity.put("common_prefix", pair.similarity().commonPrefix());
        put(similarity, "edit_distance", pair.similarity().editDistance());
        put(similarity, "shared_tokens", pair.similarity().sharedTokens());
        ObjectNode ches = node.putObject("ches");
        put(ches, "plain", pair.ches().plain());
        put(ches, "normalised", pair.ches().normalised());
        ObjectNode products = node.putObject("inner_products");
        products(products.putObject("all"), pair.all());
        products(products.putObject("unembedding"), pair.unembedding());
        products(products.putObject("adamw"), pair.scaled());
        ObjectNode forecast = node.putObject("forecast");
        change(forecast.putObject("sgd"), pair.sgd());
        change(forecast.putObject("sgd_unembedding"), pair.sgdUnembedding());
        change(forecast.putObject("adamw"), pair.adamW());
        change(forecast.putObject("adamw_unembedding"), pair.adamWUnembedding());
        change(forecast.putObject("batch"), pair.batch());
        Change alone = pair.actual();
        Change batch = pair.actualBatch();
        if (alone != null && batch != null) {
            ObjectNode actual = node.putObject("actual");
            change(actual.putObject("alone"), alone);
            change(actual.putObject("batch"), batch);
        }
        ObjectNode lambda = node.putObject("lambda");
        put(lambda, "likelihood_sum", pair.likelihoodRemedy());
        put(
                lambda,
                "likelihood_mean",
                pair.likelihoodRemedy() * pair.answers().good().tokens());
        put(lambda, "exmate_mean", pair.exMateRemedy(EXMATE_COEFFICIENT).orElse(Double.NaN));
        return node;
    }

    /// What all pairs come to.
    public static ObjectNode of(Summary summary, Step step) {
        ObjectNode node = object().put("kind", "summary").put("pairs", summary.pairs());
        node.put("optimiser", word(step.optimiser())).put("learning_rate", step.learningRate());
        ObjectNode alone = node.putObject("alone");
        summary.alone().forEach((verdict, count) -> alone.put(word(verdict), count));
        ObjectNode batch = node.putObject("batch");
        summary.batch().forEach((verdict, count) -> batch.put(word(verdict), count));
        ArrayNode spreads = node.putArray("spreads");
        for (Summary.Spread spread : summary.spreads()) {
            ObjectNode one = spreads.addObject().put("name", spread.name());
            put(one, "p5", spread.low());
            put(one, "median", spread.median());
            put(one, "p95", spread.high());
        }
        ArrayNode checks = node.putArray("checks");
        for (Summary.Check check : summary.checks()) {
            ObjectNode one = checks.addObject()
                    .put("name", check.name())
                    .put("n", check.agreement().n());
            put(one, "correlation", check.agreement().correlation());
            put(one, "slope", check.agreement().slope());
            put(one, "signs", check.agreement().signs());
            put(one, "relative_error", check.agreement().relativeError());
            put(one, "median_error", check.agreement().medianError());
        }
        return node;
    }

    /// One map.
    public static ObjectNode of(GradientMap map) {
        ObjectNode node = object().put("kind", "map").put("name", map.name());
        numbers(node.putArray("probabilities"), map.probabilities());
        ArrayNode good = node.putArray("good");
        ArrayNode bad = node.putArray("bad");
        for (int row = 0; row < map.probabilities().length; row++) {
            numbers(good.addArray(), map.good()[row]);
            numbers(bad.addArray(), map.bad()[row]);
        }
        return node;
    }

    /// A name as keys are written.
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }

    static void put(ObjectNode node, String key, double value) {
        if (Double.isFinite(value)) {
            node.put(key, value);
        } else {
            node.putNull(key);
        }
    }

    private static void numbers(ArrayNode array, double[] values) {
        for (double value : values) {
            if (Double.isFinite(value)) {
                // Seven digits: more than a map shows.
                array.add(Double.parseDouble(Float.toString((float) value)));
            } else {
                array.addNull();
            }
        }
    }

    private static void answer(ObjectNode node, Answer answer) {
        put(node, "sum", answer.logProb());
        put(node, "mean", answer.mean());
        Double reference = answer.reference();
        if (reference != null) {
            put(node, "reference", reference);
        }
        node.put("tokens", answer.tokens());
    }

    private static void products(ObjectNode node, InnerProducts products) {
        put(node, "good_good", products.goodGood());
        put(node, "good_bad", products.goodBad());
        put(node, "bad_bad", products.badBad());
        put(node, "overlap", products.overlap());
        put(node, "cosine", products.cosine());
    }

    private static void change(ObjectNode node, Change change) {
        put(node, "chosen", change.good());
        put(node, "rejected", change.bad());
        node.put("verdict", word(change.verdict()));
    }
}

package dev.poise.remote;

import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What answers mean.
enum Reply {
    /// A completion's reward: any finite number.
    SCORE("score", "scores", Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY),
    /// How likely the first completion beats the second.
    PROBABILITY("probability", "probabilities", 0, 1);

    /// NaN and infinities are no JSON, but what programs write: they are told apart from noise.
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private final String one;
    private final String many;
    private final double low;
    private final double high;

    Reply(String one, String many, double low, double high) {
        this.one = one;
        this.many = many;
        this.low = low;
        this.high = high;
    }

    /// Reads JSON.
    ///
    /// @throws NoAnswer where it is none; what it is stays out of the message, since it may hold texts
    static JsonNode read(String text) throws NoAnswer {
        try {
            JsonNode node = JSON.readTree(text);
            if (!node.isMissingNode()) {
                return node;
            }
        } catch (JacksonException e) {
            throw NoAnswer.now("must answer JSON, got " + text.length() + " characters that are none", e);
        }
        throw NoAnswer.now("must answer JSON, got nothing", null);
    }

    /// The answer to one question.
    double of(JsonNode node) throws NoAnswer {
        JsonNode number = node.isObject() ? node.path(one) : node;
        if (!number.isNumber()) {
            throw NoAnswer.now("must answer a number or {\"" + one + "\": number}, got " + kind(node), null);
        }
        double value = number.doubleValue();
        if (!Double.isFinite(value) || value < low || value > high) {
            throw NoAnswer.now(
                    "must answer a finite number" + (this == PROBABILITY ? " in [0, 1]" : "") + ", got " + value, null);
        }
        return value;
    }

    /// The answers to several, as they stand in an endpoint's answer.
    ///
    /// @param count how many there must be
    JsonNode all(JsonNode node, int count) throws NoAnswer {
        JsonNode array = node.isObject() ? node.path(many) : node;
        if (!array.isArray()) {
            throw NoAnswer.now("must answer an array or {\"" + many + "\": array}, got " + kind(node), null);
        }
        if (array.size() != count) {
            throw NoAnswer.now("must give one answer for each of " + count + " questions, got " + array.size(), null);
        }
        return array;
    }

    private static String kind(JsonNode node) {
        return "JSON of kind " + node.getNodeType();
    }
}

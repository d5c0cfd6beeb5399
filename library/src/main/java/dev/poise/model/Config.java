package dev.poise.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A model's `config.json`, or an object within it, with errors that name the file and the key.
///
/// @param file where it was read
/// @param path keys that lead to this object, such as `rope_scaling.`; empty at the top
/// @param json the object
record Config(Path file, String path, JsonNode json) {

    static Config read(Path file) {
        try {
            JsonNode json = JsonMapper.shared().readTree(Files.readAllBytes(file));
            if (!json.isObject()) {
                throw new ModelException(file + ": must hold a JSON object");
            }
            return new Config(file, "", json);
        } catch (IOException e) {
            throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
        } catch (JacksonException e) {
            throw new ModelException(file + ": must be JSON: " + e.getOriginalMessage(), e);
        }
    }

    boolean has(String key) {
        return json.hasNonNull(key);
    }

    /// The object under a key, if there is one.
    Optional<Config> object(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        if (!json.get(key).isObject()) {
            throw problem(key, "must be an object, got " + json.get(key));
        }
        return Optional.of(new Config(file, path + key + ".", json.get(key)));
    }

    String text(String key) {
        return text(key, Optional.empty());
    }

    String text(String key, String otherwise) {
        return text(key, Optional.of(otherwise));
    }

    private String text(String key, Optional<String> otherwise) {
        if (!has(key)) {
            return otherwise.orElseThrow(() -> problem(key, "is missing"));
        }
        if (!json.get(key).isString()) {
            throw problem(key, "must be text, got " + json.get(key));
        }
        return json.get(key).stringValue();
    }

    int integer(String key) {
        if (!has(key)) {
            throw problem(key, "is missing");
        }
        return integer(key, 0);
    }

    int integer(String key, int otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        JsonNode value = json.get(key);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw problem(key, "must be an integer below 2^31, got " + value);
        }
        return value.intValue();
    }

    double number(String key, double otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        if (!json.get(key).isNumber()) {
            throw problem(key, "must be a number, got " + json.get(key));
        }
        return json.get(key).doubleValue();
    }

    boolean truth(String key, boolean otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        if (!json.get(key).isBoolean()) {
            throw problem(key, "must be true or false, got " + json.get(key));
        }
        return json.get(key).booleanValue();
    }

    /// How many layers there are.
    int layers(String key) {
        int layers = integer(key);
        if (layers < 1 || layers > 1024) {
            throw problem(key, "must be from 1 to 1024, got " + layers);
        }
        return layers;
    }

    /// Whether the key is there with no value, which says "none" where its absence says "the default".
    boolean isNull(String key) {
        return json.has(key) && json.get(key).isNull();
    }

    /// Whole numbers under a key, if there are any.
    Optional<int[]> integers(String key) {
        return list(key, JsonNode::canConvertToInt, "integers")
                .map(list -> list.valueStream().mapToInt(JsonNode::intValue).toArray());
    }

    /// Numbers under a key.
    double[] numbers(String key) {
        return list(key, JsonNode::isNumber, "numbers")
                .orElseThrow(() -> problem(key, "is missing"))
                .valueStream()
                .mapToDouble(JsonNode::doubleValue)
                .toArray();
    }

    /// Words under a key, if there are any.
    Optional<List<String>> texts(String key) {
        return list(key, JsonNode::isString, "texts")
                .map(list -> list.valueStream().map(JsonNode::stringValue).toList());
    }

    private Optional<JsonNode> list(String key, Predicate<JsonNode> element, String what) {
        if (!has(key)) {
            return Optional.empty();
        }
        JsonNode list = json.get(key);
        if (!list.isArray() || !list.valueStream().allMatch(element)) {
            throw problem(key, "must be a list of " + what + ", got " + list);
        }
        return Optional.of(list);
    }

    /// Refuses a switch that would change the maths.
    void mustBe(String key, boolean only) {
        if (truth(key, only) != only) {
            throw problem(key, "must be " + only + ": " + !only + " is not supported");
        }
    }

    /// Refuses a setting that would change the maths.
    void mustBeAbsent(String key) {
        if (has(key)) {
            throw problem(key, "is not supported, got " + json.get(key));
        }
    }

    ModelException problem(String key, String what) {
        return new ModelException(file + ": " + path + key + " " + what);
    }
}

package dev.poise.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Variables, and where to look for the others.
final class Scope {

    private final @Nullable Scope outer;
    private final Map<String, Value> variables = new HashMap<>();

    /// The scope in which nothing stands around it.
    Scope(Map<String, Value> variables) {
        this.outer = null;
        this.variables.putAll(variables);
    }

    Scope(Scope outer) {
        this.outer = outer;
    }

    Value get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            Value value = scope.variables.get(name);
            if (value != null) {
                return value;
            }
        }
        return Value.Undefined.name(name);
    }

    void set(String name, Value value) {
        variables.put(name, value);
    }
}

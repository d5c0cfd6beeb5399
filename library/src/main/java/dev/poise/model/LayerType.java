package dev.poise.model;

import org.jspecify.annotations.Nullable;

/// What may differ from layer to layer: how far a token sees, and how positions enter its attention.
///
/// @param window tokens a query sees, the newest first and its own included; [#ALL] where it sees all before it
/// @param rotary how queries and keys turn; null where they do not
public record LayerType(int window, @Nullable Rotary rotary) {

    /// No window.
    public static final int ALL = Integer.MAX_VALUE;

    public LayerType {
        if (window < 1) {
            throw new IllegalArgumentException("a window must be at least 1 token, got " + window);
        }
    }
}

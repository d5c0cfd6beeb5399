package dev.poise.template;

import java.util.List;

/// A rendered text.
///
/// @param text the whole text
/// @param generations what `{% generation %}` marks, in order and apart from each other
/// @param misplaced whether such a block stands in a macro or captured text, so that its place in the whole
///     cannot be told; then `generations` lacks it
public record Rendering(String text, List<Span> generations, boolean misplaced) {

    public Rendering {
        generations = List.copyOf(generations);
    }

    /// A part of a text.
    ///
    /// @param start index of its first char
    /// @param end index behind its last char
    public record Span(int start, int end) {}
}

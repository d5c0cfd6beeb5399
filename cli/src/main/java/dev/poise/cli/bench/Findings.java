package dev.poise.cli.bench;

import java.util.List;
import java.util.SequencedMap;

/// What a benchmark found.
///
/// @param machine what it ran on and with: name and value
/// @param comparisons in the order of the work
/// @param figures in the order of the work
/// @param notes what a reader should know, a sentence each
public record Findings(
        SequencedMap<String, String> machine, List<Comparison> comparisons, List<Figure> figures, List<String> notes) {

    public Findings {
        comparisons = List.copyOf(comparisons);
        figures = List.copyOf(figures);
        notes = List.copyOf(notes);
    }
}

package dev.poise.model;

import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The rotary tables of a decoder: one for all layers that turn alike.
final class RotaryTables implements AutoCloseable {

    private final List<RotaryTable> tables;
    private final int[] ofLayer;

    RotaryTables(List<LayerType> layers, ScalarType type) {
        List<Rotary> distinct = layers.stream()
                .map(LayerType::rotary)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        this.tables =
                distinct.stream().map(rotary -> new RotaryTable(rotary, type)).toList();
        this.ofLayer = layers.stream()
                .mapToInt(layer -> distinct.indexOf(layer.rotary()))
                .toArray();
    }

    /// The rotations of some tokens.
    ///
    /// @param positions of each in its sequence
    /// @param lengths tokens of each one's sequence
    Rotations at(int[] positions, int[] lengths) {
        return new Rotations(
                tables.stream().map(table -> table.at(positions, lengths)).toList(), ofLayer);
    }

    @Override
    public void close() {
        tables.forEach(RotaryTable::close);
    }
}

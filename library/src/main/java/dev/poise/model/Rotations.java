package dev.poise.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rotations of one forward pass.
///
/// @param distinct each that some layer uses
/// @param ofLayer which of them a layer uses; -1 where none
record Rotations(List<Rotation> distinct, int[] ofLayer) {

    /// A layer's rotation; null where its queries and keys do not turn.
    @Nullable
    Rotation of(int layer) {
        return ofLayer[layer] < 0 ? null : distinct.get(ofLayer[layer]);
    }
}

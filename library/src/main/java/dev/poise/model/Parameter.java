package dev.poise.model;

import java.util.Arrays;
import java.util.List;

/// One parameter of a decoder: its place in the maths, and the stored tensors it is made of.
///
/// What the maths uses as one matrix (queries, keys and values; gate and up) is one parameter here, so that it is
/// one product; files keep the parts apart.
///
/// @param name `layers.3.attention.query_key_value.weight` and the like
/// @param shape rows and columns of a matrix (`[out, in]`), or the length of a vector
/// @param role how it is used
/// @param parts stored tensors, in order of rows
public record Parameter(String name, long[] shape, Role role, List<Part> parts) {

    /// How a parameter is used.
    public enum Role {
        /// Rows looked up by id: token or position embeddings.
        EMBEDDING,
        /// A matrix of a linear map.
        LINEAR,
        /// A bias, or the scale or shift of a norm.
        VECTOR
    }

    /// A stored tensor that fills some rows of a parameter.
    ///
    /// @param key its name in the file
    /// @param rows how many rows (entries of a vector) it fills
    /// @param transposed whether the file holds `[in, out]`
    public record Part(String key, long rows, boolean transposed) {}

    public Parameter {
        parts = List.copyOf(parts);
        long rows = parts.stream().mapToLong(Part::rows).sum();
        if (rows != shape[0]) {
            throw new IllegalArgumentException(name + ": parts must fill " + shape[0] + " rows, got " + rows);
        }
    }

    /// A matrix of the given parts, all with as many columns.
    static Parameter of(String name, Role role, long columns, Part... parts) {
        return new Parameter(name, new long[] {rows(parts), columns}, role, List.of(parts));
    }

    /// A vector of the given parts.
    static Parameter vector(String name, Part... parts) {
        return new Parameter(name, new long[] {rows(parts)}, Role.VECTOR, List.of(parts));
    }

    private static long rows(Part... parts) {
        return Arrays.stream(parts).mapToLong(Part::rows).sum();
    }

    /// Entries of one row: 1 for a vector.
    public long columns() {
        return shape.length == 1 ? 1 : shape[1];
    }

    /// All entries.
    public long size() {
        return shape[0] * columns();
    }

    /// The shape a part has in the file.
    public List<Long> storedShape(Part part) {
        if (shape.length == 1) {
            return List.of(part.rows());
        }
        return part.transposed() ? List.of(columns(), part.rows()) : List.of(part.rows(), columns());
    }
}

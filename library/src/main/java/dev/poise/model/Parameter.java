package dev.poise.model;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

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
    /// @param order how the file orders their entries
    public record Part(String key, long rows, Order order) {

        /// A part that the file holds as it is.
        Part(String key, long rows) {
            this(key, rows, Order.SAME);
        }

        /// The same part under a longer name.
        Part suffixed(String suffix) {
            return new Part(key + suffix, rows, order);
        }
    }

    /// How a file orders the entries of some rows.
    ///
    /// @param columnsFirst whether it holds `[in, out]`
    /// @param heads how many heads the rows belong to, where the file goes head by head and a head's rows of
    ///     each kind follow each other; 1 where it does not
    /// @param kinds how many kinds of rows each head has: queries, keys and values are three
    public record Order(boolean columnsFirst, int heads, int kinds) {

        /// Row by row, as here.
        public static final Order SAME = new Order(false, 1, 1);

        /// Column by column.
        public static final Order COLUMNS = new Order(true, 1, 1);

        /// Head by head, in each head kind by kind.
        static Order byHead(int heads, int kinds) {
            return new Order(false, heads, kinds);
        }

        /// Rows as the file holds them, contiguous.
        ///
        /// @param rows as the parameter holds them
        public Tensor stored(Tensor rows) {
            return columnsFirst ? rows.t().contiguous() : swapped(rows, kinds, heads);
        }

        /// Rows as the parameter holds them.
        ///
        /// @param stored as the file holds them
        Tensor ours(Tensor stored) {
            return columnsFirst ? stored.t() : swapped(stored, heads, kinds);
        }

        /// Rows seen as `[first, second, ..]` with the two exchanged.
        private static Tensor swapped(Tensor rows, int first, int second) {
            return first * second == 1
                    ? rows.contiguous()
                    : rows.reshape(first, second, -1)
                            .transpose(0, 1)
                            .contiguous()
                            .view(rows.shape());
        }
    }

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
        return part.order().columnsFirst() ? List.of(columns(), part.rows()) : List.of(part.rows(), columns());
    }
}

package dev.poise.model;

import dev.poise.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Attention within the segments of a flat batch: quadratic in a segment, never in the batch.
///
/// Segments of similar length run together, padded to the longest of their group inside attention only; a segment
/// joins a group where the padding costs less than a group of its own would. Queries, keys and values are gathered
/// once for all groups and then split: a gather a group would cost a gradient of the whole batch's size a group.
final class SegmentAttention implements Attention {

    /// Query-key products that cost as much as one more group of native calls: 50 µs at 50 GFLOP/s, measured on two
    /// cores.
    private static final double PRODUCTS_OF_A_CALL = 2.5e6;

    private final Architecture architecture;
    private final AttentionProducts products;
    private final List<Group> groups;
    private final Rows queries;
    private final Rows keys;
    private final Rows order;

    /// Plans attention for one batch. Tensors of the plan belong to the caller's scope.
    SegmentAttention(Architecture architecture, List<Segment> segments, int tokens) {
        this.architecture = architecture;
        this.products = AttentionProducts.of(architecture);
        this.groups = group(segments, PRODUCTS_OF_A_CALL / (4.0 * architecture.queryWidth()));
        groups.forEach(group -> group.mask(architecture.windows(), products.capped()));
        this.queries = Rows.of(groups.stream()
                .flatMapToInt(group -> Arrays.stream(group.queryIndices()))
                .toArray());
        this.keys = Rows.of(groups.stream()
                .flatMapToInt(group -> Arrays.stream(group.keyIndices()))
                .toArray());
        this.order = Rows.of(order(groups, tokens));
    }

    @Override
    public Tensor attend(int layer, Tensor query, Tensor key, Tensor value) {
        TensorVector q = split(queries.of(query), group -> group.length);
        TensorVector k = split(keys.of(key), group -> group.seen);
        TensorVector v = split(keys.of(value), group -> group.seen);
        TensorVector attended = new TensorVector();
        for (int i = 0; i < groups.size(); i++) {
            attended.push_back(attend(layer, groups.get(i), q.get(i), k.get(i), v.get(i)));
        }
        return order.of(groups.size() == 1 ? attended.get(0) : torch.cat(attended, 0));
    }

    /// What belongs to each group.
    private TensorVector split(Tensor gathered, ToLongFunction<Group> rows) {
        if (groups.size() == 1) {
            return new TensorVector(gathered);
        }
        return gathered.split_with_sizes(
                groups.stream()
                        .mapToLong(group -> group.segments.size() * rows.applyAsLong(group))
                        .toArray(),
                0);
    }

    private Tensor attend(int layer, Group group, Tensor query, Tensor key, Tensor value) {
        long rows = group.segments.size();
        Tensor q = query.view(rows, group.length, architecture.heads(), architecture.headWidth());
        Tensor k = key.view(rows, group.seen, key.size(1), architecture.headWidth());
        Tensor v = value.view(rows, group.seen, key.size(1), architecture.headWidth());
        TensorOptional mask = group.mask(architecture.layerTypes().get(layer).window());
        Tensor attended = products.of(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), mask, !mask.has_value());
        return attended.transpose(1, 2).reshape(rows * group.length, architecture.queryWidth());
    }

    /// Segments padded to a common shape.
    private static final class Group {
        private final List<Segment> segments;
        private final int length;
        private final int seen;
        private final Map<Integer, TensorOptional> masks = new HashMap<>();

        Group(List<Segment> segments) {
            this.segments = segments;
            this.length = longest(segments);
            this.seen = widest(segments);
        }

        /// Makes the masks of some windows: none where libtorch's own causal one says the same.
        ///
        /// @param always whether there must be one all the same
        void mask(int[] windows, boolean always) {
            boolean plain = segments.getFirst().prefixLength() == 0;
            for (int window : windows) {
                boolean causal = plain && !always && window >= seen;
                masks.put(window, causal ? new TensorOptional() : new TensorOptional(visible(window)));
            }
        }

        TensorOptional mask(int window) {
            return masks.getOrDefault(window, new TensorOptional());
        }

        private int[] queryIndices() {
            int[] indices = new int[segments.size() * length];
            for (int g = 0; g < segments.size(); g++) {
                Segment segment = segments.get(g);
                for (int t = 0; t < length; t++) {
                    indices[g * length + t] = segment.start() + Math.min(t, segment.length() - 1);
                }
            }
            return indices;
        }

        /// Prefix first, then the segment itself; what is padding repeats a token and is masked.
        private int[] keyIndices() {
            int[] indices = new int[segments.size() * seen];
            for (int g = 0; g < segments.size(); g++) {
                Segment segment = segments.get(g);
                for (int k = 0; k < seen; k++) {
                    int own = Math.min(k - segment.prefixLength(), segment.length() - 1);
                    indices[g * seen + k] = own < 0 ? segment.prefixStart() + k : segment.start() + own;
                }
            }
            return indices;
        }

        /// True where a query sees a key, `[G, 1, length, seen]`. A padded query sees what the last real one does.
        private Tensor visible(int window) {
            boolean[] visible = new boolean[segments.size() * length * seen];
            for (int g = 0; g < segments.size(); g++) {
                Segment segment = segments.get(g);
                for (int t = 0; t < length; t++) {
                    int from = (g * length + t) * seen;
                    int last = segment.prefixLength() + Math.min(t, segment.length() - 1);
                    Arrays.fill(visible, from + Math.max(0, last + 1 - window), from + last + 1, true);
                }
            }
            return Tensors.of(visible, segments.size(), 1, length, seen);
        }
    }

    /// Rows of a flat tensor: a stretch where they follow each other, else a gather.
    ///
    /// @param start first row
    /// @param count rows
    /// @param indices the rows to gather; nothing where they are a stretch
    private record Rows(int start, int count, TensorOptional indices) {

        static Rows of(int[] indices) {
            for (int i = 1; i < indices.length; i++) {
                if (indices[i] != indices[i - 1] + 1) {
                    return new Rows(0, indices.length, new TensorOptional(Tensors.indices(indices)));
                }
            }
            return new Rows(indices[0], indices.length, new TensorOptional());
        }

        Tensor of(Tensor flat) {
            return indices.has_value() ? flat.index_select(0, indices.get()) : flat.narrow(0, start, count);
        }
    }

    /// Groups segments so that padding costs no more than the calls it saves.
    ///
    /// @param productsOfACall query-key pairs a head that a group of its own would have to save
    private static List<Group> group(List<Segment> segments, double productsOfACall) {
        List<Segment> sorted = segments.stream()
                .sorted(Comparator.comparing((Segment segment) -> segment.prefixLength() > 0)
                        .thenComparing(Comparator.comparingInt(Segment::length).reversed())
                        .thenComparing(
                                Comparator.comparingInt(Segment::prefixLength).reversed())
                        .thenComparingInt(Segment::start))
                .toList();
        List<Group> groups = new ArrayList<>();
        List<Segment> current = new ArrayList<>();
        for (Segment segment : sorted) {
            if (!current.isEmpty() && !belongs(segment, current, productsOfACall)) {
                groups.add(new Group(List.copyOf(current)));
                current.clear();
            }
            current.add(segment);
        }
        groups.add(new Group(List.copyOf(current)));
        return groups;
    }

    private static boolean belongs(Segment segment, List<Segment> group, double productsOfACall) {
        if ((segment.prefixLength() > 0) != (group.getFirst().prefixLength() > 0)) {
            return false;
        }
        double before = (double) group.size() * longest(group) * widest(group);
        int seen = Math.max(widest(group), segment.prefixLength() + segment.length());
        double after = (group.size() + 1.0) * Math.max(longest(group), segment.length()) * seen;
        double own = (double) segment.length() * (segment.prefixLength() + segment.length());
        return after - before - own <= productsOfACall;
    }

    private static int longest(List<Segment> segments) {
        return segments.stream().mapToInt(Segment::length).max().orElseThrow();
    }

    private static int widest(List<Segment> segments) {
        return segments.stream()
                .mapToInt(segment -> segment.prefixLength() + segment.length())
                .max()
                .orElseThrow();
    }

    /// Where each token of the flat batch lies among the groups' padded rows.
    private static int[] order(List<Group> groups, int tokens) {
        int[] order = new int[tokens];
        int base = 0;
        for (Group group : groups) {
            for (Segment segment : group.segments) {
                for (int t = 0; t < segment.length(); t++) {
                    order[segment.start() + t] = base + t;
                }
                base += group.length;
            }
        }
        return order;
    }
}

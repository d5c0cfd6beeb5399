package dev.poise.model;

import java.util.List;

/// What a low-rank adapter is: every adapted linear map W becomes W + s B A, and only A and B are trained.
///
/// Source: Hu et al. 2021, section 4.1 (<https://arxiv.org/abs/2106.09685>): s = α/r. With `rankStabilised`, s = α/√r
/// (Kalajdzievski 2023, <https://arxiv.org/abs/2312.03732>).
///
/// @param rank r, rows of A and columns of B, at least 1
/// @param alpha α, positive
/// @param rankStabilised whether the product is scaled by α/√r
/// @param targets the linear maps that are adapted, by the name that `transformers` gives their module or the end of
///     it behind a dot, such as `q_proj`; [#ALL_LINEAR] alone for all but the head
public record Lora(int rank, double alpha, boolean rankStabilised, List<String> targets) {

    /// PEFT's word for every linear map but the head.
    public static final String ALL_LINEAR = "all-linear";

    public Lora {
        targets = List.copyOf(targets);
        if (rank < 1) {
            throw new IllegalArgumentException("an adapter's rank must be at least 1, got " + rank);
        }
        if (!(alpha > 0) || Double.isInfinite(alpha)) {
            throw new IllegalArgumentException("an adapter's alpha must be positive and finite, got " + alpha);
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("an adapter's targets must name at least one linear map, got none");
        }
    }

    /// Refuses what an architecture has no place for.
    ///
    /// @throws IllegalArgumentException when a target names no linear map, or the rank is above a map's width
    public void requireFits(Architecture architecture) {
        Adapter.chosen(this, architecture);
    }

    /// s, the factor on B A.
    public double scaling() {
        return alpha / (rankStabilised ? Math.sqrt(rank) : rank);
    }

    /// Whether a linear map is adapted, as PEFT decides it.
    ///
    /// @param module its whole name
    /// @param head whether it gives logits
    boolean targets(String module, boolean head) {
        return targets.equals(List.of(ALL_LINEAR)) ? !head : targets.stream().anyMatch(target -> named(target, module));
    }

    /// Whether a target names a module: by all of its name or by the end of it.
    static boolean named(String target, String module) {
        return module.equals(target) || module.endsWith("." + target);
    }
}

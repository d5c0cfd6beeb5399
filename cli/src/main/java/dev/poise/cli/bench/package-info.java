/// The work that `poise bench` times, on both sides of a comparison.
///
/// Here belong the work items, the two sides as processes of their own, the check that their answers agree, and the
/// arithmetic of medians, ratios and floating-point operations. No fast path does: Poise's side is the launcher with
/// `train` and `generate`, as anyone runs them. Timings of single pieces are JMH's and live in `benchmarks`.
@NullMarked
package dev.poise.cli.bench;

import org.jspecify.annotations.NullMarked;

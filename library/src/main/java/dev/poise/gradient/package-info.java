/// What one step of an objective does to a pair, a token, a logit: weights, inner products of gradients,
/// forecasts, displacement, maps. The maths is on plain numbers; [PairWalk], [UnembeddingKernel] and [Step]
/// measure what it needs.
///
/// Formulas marked "our derivation" stand in no paper that we could read; all are tested against numbers worked
/// out by hand or against a real step.
///
/// Not here: the objectives themselves, and training.
@NullMarked
package dev.poise.gradient;

import org.jspecify.annotations.NullMarked;

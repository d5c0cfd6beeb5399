/// Where a user stands before tuning, and what to do: readings of data and reference in, a place among the scenarios of
/// "Preference Fine-Tuning of LLMs Should Leverage Suboptimal, On-Policy Data" (arXiv 2404.14367) and a recipe out.
///
/// Pure: [Survey] holds what was measured, [Evidence] the estimates made of it, [Standing] the place they point to and
/// [Advice] what follows. Every threshold is a named constant here and a row of docs/advise.md, with its source or the
/// words "our rule".
///
/// Not here: measuring (the command line draws, scores and reads likelihoods), and training.
@NullMarked
package dev.poise.advise;

import org.jspecify.annotations.NullMarked;

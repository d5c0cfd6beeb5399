/// Rounds of completions, as plain data: what was drawn for a prompt and how good it is, what is remembered of
/// earlier rounds, and what a round says of the policy that wrote it.
///
/// Not here: drawing and measuring, which take a model (`train`), what completions are worth (`oracle`), and
/// what is minimised (`objective`).
@NullMarked
package dev.poise.online;

import org.jspecify.annotations.NullMarked;

/// Who wins: rewards by rule, the preference they imply, and how scored completions become pairs.
///
/// Not here: statistics over many comparisons (`evaluate`).
@NullMarked
package dev.poise.oracle;

import org.jspecify.annotations.NullMarked;

/// Numbers with intervals: paired win rates, means, proportions.
///
/// Not here: curves during training (`train`).
@NullMarked
package dev.poise.evaluate;

import org.jspecify.annotations.NullMarked;

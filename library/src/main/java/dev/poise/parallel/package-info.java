/// Independent runs side by side: where one run's work is too small to share, the runs share the cores.
///
/// Not here: threads inside one run's products (`torch`), rows of one batch (`sample`).
@NullMarked
package dev.poise.parallel;

import org.jspecify.annotations.NullMarked;

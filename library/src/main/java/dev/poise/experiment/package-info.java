/// Experiments that run from one command: each a class that builds its inputs, tunes, measures and reports.
///
/// Not here: anything another room could use. An experiment only puts the other rooms together.
@NullMarked
package dev.poise.experiment;

import org.jspecify.annotations.NullMarked;

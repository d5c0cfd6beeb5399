/// Runs on a local page while they are written: which runs there are, and a small server that tells the page.
///
/// Not here: reading a run's files (`report`), and anything that writes to a run.
@NullMarked
package dev.poise.watch;

import org.jspecify.annotations.NullMarked;

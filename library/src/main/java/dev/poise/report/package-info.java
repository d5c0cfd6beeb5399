/// A run as one self-contained HTML page.
///
/// Not here: computing what the page shows.
@NullMarked
package dev.poise.report;

import org.jspecify.annotations.NullMarked;

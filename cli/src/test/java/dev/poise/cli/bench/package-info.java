/// Tests of the command line: through the whole of it where that is quick, and the launcher with folders made up for
/// it.
@NullMarked
package dev.poise.cli.bench;

import org.jspecify.annotations.NullMarked;

/// The command line: one class a verb, the console they write to, and how failures read.
///
/// Standard output carries results and nothing else; progress, warnings and failures go to standard error. Only
/// [dev.poise.cli.Poise#main] ends the process.
@NullMarked
package dev.poise.cli;

import org.jspecify.annotations.NullMarked;

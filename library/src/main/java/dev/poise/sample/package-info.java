/// Decoding: greedy and random, with a key-value cache, batched.
///
/// Not here: who judges what was sampled (`oracle`).
@NullMarked
package dev.poise.sample;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.poise.bytepair;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.poise.tokenize;

import org.jspecify.annotations.NullMarked;

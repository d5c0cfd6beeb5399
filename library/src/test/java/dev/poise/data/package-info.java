@NullMarked
package dev.poise.data;

import org.jspecify.annotations.NullMarked;

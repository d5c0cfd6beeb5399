@NullMarked
package dev.poise.hub;

import org.jspecify.annotations.NullMarked;

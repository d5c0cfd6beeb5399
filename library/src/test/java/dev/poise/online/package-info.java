@NullMarked
package dev.poise.online;

import org.jspecify.annotations.NullMarked;

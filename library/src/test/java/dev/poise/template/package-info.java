@NullMarked
package dev.poise.template;

import org.jspecify.annotations.NullMarked;

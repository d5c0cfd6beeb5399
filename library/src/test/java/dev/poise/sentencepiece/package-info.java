@NullMarked
package dev.poise.sentencepiece;

import org.jspecify.annotations.NullMarked;

package dev.poise.sentencepiece;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/// Replacements of characters, such as those of NFKC, as the file has them compiled: a double-array trie of byte
/// strings (J. Aoe, An efficient digital search algorithm by using a double-array structure, 1989, in the layout of
/// darts-clone) whose values are places among strings that end in NUL.
final class CharacterMap {

    private final int[] units;
    private final byte[] replacements;

    /// Reads a compiled map.
    ///
    /// @param blob the trie's size in bytes (32 bits, little-endian), the trie, the strings
    CharacterMap(byte[] blob) {
        ByteBuffer buffer = ByteBuffer.wrap(blob).order(ByteOrder.LITTLE_ENDIAN);
        int size = blob.length < Integer.BYTES ? -1 : buffer.getInt();
        if (size <= 0 || size % Integer.BYTES != 0 || size > buffer.remaining()) {
            throw new IllegalArgumentException(
                    "precompiled_charsmap must hold a trie within its " + blob.length + " bytes, got one of " + size);
        }
        units = new int[size / Integer.BYTES];
        buffer.asIntBuffer().get(units);
        replacements = Arrays.copyOfRange(blob, Integer.BYTES + size, blob.length);
    }

    /// What replaces the longest of the strings that the text goes on with.
    ///
    /// @throws IllegalArgumentException when the map points beyond itself
    Optional<Stretch> longest(byte[] text, int from) {
        int end = from;
        int value = 0;
        int node = offset(unit(0));
        for (int at = from; at < text.length; at++) {
            int letter = text[at] & 0xFF;
            node ^= letter;
            int unit = unit(node);
            if (label(unit) != letter) {
                break;
            }
            node ^= offset(unit);
            if (hasLeaf(unit)) {
                end = at + 1;
                value = unit(node) & 0x7FFF_FFFF;
            }
        }
        return end == from
                ? Optional.empty()
                : Optional.of(new Stretch(replacements, value, endOfReplacement(value), end));
    }

    private int endOfReplacement(int from) {
        int end = from;
        while (end < replacements.length && replacements[end] != 0) {
            end++;
        }
        if (end >= replacements.length) {
            throw new IllegalArgumentException("precompiled_charsmap must hold its replacements, got one at " + from);
        }
        return end;
    }

    private int unit(int node) {
        if (node < 0 || node >= units.length) {
            throw new IllegalArgumentException("precompiled_charsmap must hold its nodes, got one at " + node);
        }
        return units[node];
    }

    // The layout of a unit: bit 31 and the lowest eight are the label, bit 8 says that a value hangs there, and the
    // rest is the distance to the children, in steps of 256 where bit 9 is set.

    private static int label(int unit) {
        return unit & 0x8000_00FF;
    }

    private static boolean hasLeaf(int unit) {
        return (unit & 0x100) != 0;
    }

    private static int offset(int unit) {
        return (unit >>> 10) << ((unit & 0x200) >>> 6);
    }
}

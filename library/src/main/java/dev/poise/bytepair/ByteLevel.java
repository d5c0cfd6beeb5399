package dev.poise.tokenize;

import java.util.Arrays;

/// The alphabet of byte-level vocabularies (GPT-2, 2019): every byte is written as one printable character, so
/// that a vocabulary can be a text file. Printable Latin-1 stands for itself, the other 68 bytes for U+0100
/// onwards.
final class ByteLevel {

    private static final int[] BYTE_OF = new int[0x100 + 68];

    static {
        Arrays.fill(BYTE_OF, -1);
        int next = 0x100;
        for (int value = 0; value < 0x100; value++) {
            boolean printable = (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xFF && value != 0xAD);
            BYTE_OF[printable ? value : next++] = value;
        }
    }

    private ByteLevel() {}

    /// The bytes that a vocabulary entry stands for, or an empty array when it is not spelled in this alphabet.
    static byte[] bytes(String entry) {
        byte[] bytes = new byte[entry.length()];
        for (int index = 0; index < bytes.length; index++) {
            char letter = entry.charAt(index);
            if (letter >= BYTE_OF.length || BYTE_OF[letter] < 0) {
                return new byte[0];
            }
            bytes[index] = (byte) BYTE_OF[letter];
        }
        return bytes;
    }
}

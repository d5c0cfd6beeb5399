package dev.poise.bytepair;

import java.util.Arrays;

/// The alphabet of byte-level vocabularies (GPT-2, 2019): every byte is written as one printable character, so
/// that a vocabulary can be a text file. Printable Latin-1 stands for itself, the other 68 bytes for U+0100
/// onwards.
public final class ByteLevel {

    /// How many letters there are.
    public static final int LETTERS = 0x100;

    private static final int[] BYTE_OF = new int[0x100 + 68];
    private static final char[] LETTER_OF = new char[LETTERS];

    /// Bytes in the order of their letters, and each byte's place there.
    private static final int[] IN_ORDER = new int[LETTERS];

    private static final int[] PLACE_OF = new int[LETTERS];

    static {
        Arrays.fill(BYTE_OF, -1);
        int next = 0x100;
        for (int value = 0; value < LETTERS; value++) {
            boolean printable = (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xFF && value != 0xAD);
            LETTER_OF[value] = (char) (printable ? value : next++);
            BYTE_OF[LETTER_OF[value]] = value;
        }
        int place = 0;
        for (int value : BYTE_OF) {
            if (value >= 0) {
                IN_ORDER[place] = value;
                PLACE_OF[value] = place++;
            }
        }
    }

    private ByteLevel() {}

    /// The bytes that a vocabulary entry stands for, or an empty array when it is not spelled in this alphabet.
    public static byte[] bytes(String entry) {
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

    /// The letter at a place of the alphabet, in the order of code points.
    static char letter(int place) {
        return LETTER_OF[IN_ORDER[place]];
    }

    /// The place of a byte's letter.
    static int place(byte value) {
        return PLACE_OF[value & 0xFF];
    }
}

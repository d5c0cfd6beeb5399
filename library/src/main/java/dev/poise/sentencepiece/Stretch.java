package dev.poise.sentencepiece;

/// The next few bytes of a text and what becomes of them.
///
/// @param bytes where that stands
/// @param from its first byte
/// @param to behind its last byte
/// @param end behind the last byte of the text that it stands for
record Stretch(byte[] bytes, int from, int to, int end) {

    boolean isSpace() {
        return to - from == 1 && bytes[from] == ' ';
    }
}

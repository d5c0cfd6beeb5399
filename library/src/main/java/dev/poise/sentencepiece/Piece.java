package dev.poise.sentencepiece;

import java.nio.charset.StandardCharsets;

/// One entry of a vocabulary; its id is its place.
///
/// @param text as the model spells it, with U+2581 for a space
/// @param score of a unigram its natural logarithm of probability; of a joined pair minus the order of joining
/// @param kind what it stands for
public record Piece(String text, float score, Kind kind) {

    /// What pieces stand for; numbers are those of `sentencepiece_model.proto`.
    public enum Kind {
        /// A stretch of text.
        NORMAL(1),
        /// Everything that has no piece.
        UNKNOWN(2),
        /// Not text: what begins or ends a sequence.
        CONTROL(3),
        /// A stretch of text that is always one piece.
        USER_DEFINED(4),
        /// One byte of a character that has no piece.
        BYTE(6);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        static Kind of(long number, int id) {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            throw new IllegalArgumentException(
                    "piece " + id + " must be of type 1 (normal), 2 (unknown), 3 (control), 4 (user-defined) or 6"
                            + " (byte), got " + number);
        }
    }

    byte[] bytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Whether text can come to be this piece.
    boolean isText() {
        return kind == Kind.NORMAL || kind == Kind.USER_DEFINED;
    }
}

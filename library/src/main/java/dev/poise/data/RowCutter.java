package dev.poise.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Cuts a byte stream into rows, lines or the elements of a JSON array, and never holds more than one of them, nor
/// more of that one than the limit.
///
/// An array's elements are found by brackets and quotes alone, so that a broken element spoils itself and not the
/// file. Bytes above 0x7F never look like brackets or quotes in UTF-8.
final class RowCutter {

    private static final int END = -1;

    private final InputStream input;
    private final int maxBytes;
    private final byte[] buffer = new byte[65_536];
    private int position;
    private int filled;

    private byte[] row = new byte[4096];
    private int kept;
    private long length;

    RowCutter(InputStream input, int maxBytes) throws IOException {
        this.input = input;
        this.maxBytes = maxBytes;
        skipByteOrderMark();
    }

    /// Bytes of the row last cut; of an over-long one the first [Excerpt#MAX_RAW].
    byte[] bytes() {
        return row;
    }

    /// How many of [#bytes] are the row's.
    int kept() {
        return kept;
    }

    /// How long the row is, kept or not.
    long length() {
        return length;
    }

    boolean tooLong() {
        return length > maxBytes;
    }

    /// Whether the stream starts with a JSON array; white space before it is consumed.
    boolean atArray() throws IOException {
        return skipWhiteSpace() == '[';
    }

    /// Cuts the next line, its line break dropped. Returns whether there is one.
    boolean nextLine() throws IOException {
        start();
        if (peek() == END) {
            return false;
        }
        while (peek() != END) {
            int end = position;
            while (end < filled && buffer[end] != '\n') {
                end++;
            }
            append(position, end);
            boolean broken = end < filled;
            position = broken ? end + 1 : end;
            if (broken) {
                break;
            }
        }
        if (kept == length && kept > 0 && row[kept - 1] == '\r') {
            kept--;
            length--;
        }
        return true;
    }

    /// Steps into the array that the stream starts with.
    void enterArray() {
        position++;
    }

    /// Cuts the next element of the array. Returns whether there is one.
    ///
    /// @throws UnclosedArray when the stream ends before the array does
    boolean nextElement() throws IOException, UnclosedArray {
        start();
        int first = skipWhiteSpace();
        if (first == ']') {
            position++;
            return false;
        }
        int depth = 0;
        boolean quoted = false;
        boolean escaped = false;
        for (int next = peek(); next != END; next = peek()) {
            if (!quoted && depth == 0 && (next == ',' || next == ']')) {
                position += next == ',' ? 1 : 0;
                return true;
            }
            quoted ^= next == '"' && !escaped;
            escaped = quoted && next == '\\' && !escaped;
            if (!quoted) {
                depth += next == '{' || next == '[' ? 1 : 0;
                // A bracket too many belongs to a broken element, which parsing will tell.
                depth = Math.max(0, depth - (next == '}' || next == ']' ? 1 : 0));
            }
            append(position, position + 1);
            position++;
        }
        throw new UnclosedArray();
    }

    /// Whether only white space is left.
    boolean atEnd() throws IOException {
        return skipWhiteSpace() == END;
    }

    /// The stream ended inside the array.
    static final class UnclosedArray extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private void start() {
        kept = 0;
        length = 0;
    }

    private int peek() throws IOException {
        if (position == filled) {
            position = 0;
            filled = input.readNBytes(buffer, 0, buffer.length);
        }
        return filled == 0 ? END : buffer[position] & 0xFF;
    }

    private int skipWhiteSpace() throws IOException {
        int next = peek();
        while (next == ' ' || next == '\t' || next == '\n' || next == '\r') {
            position++;
            next = peek();
        }
        return next;
    }

    private void append(int from, int to) {
        length += to - from;
        // Of a row over the limit only the start is kept, to show it; the rest is counted.
        int most = tooLong() ? Math.min(maxBytes, Excerpt.MAX_RAW) : maxBytes;
        kept = Math.min(kept, most);
        int size = Math.min(to - from, most - kept);
        if (kept + size > row.length) {
            row = Arrays.copyOf(row, (int) Math.min(maxBytes, Math.max(2L * row.length, kept + size)));
        }
        System.arraycopy(buffer, from, row, kept, size);
        kept += size;
    }

    private void skipByteOrderMark() throws IOException {
        if (peek() == 0xEF && filled >= 3 && (buffer[1] & 0xFF) == 0xBB && (buffer[2] & 0xFF) == 0xBF) {
            position = 3;
        }
    }
}

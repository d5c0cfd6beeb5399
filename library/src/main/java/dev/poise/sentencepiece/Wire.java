package dev.poise.sentencepiece;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Reads the fields of a message in the wire format of protocol buffers
/// (<https://protobuf.dev/programming-guides/encoding>), in the order of the file.
final class Wire {

    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int BYTES = 2;
    private static final int FOUR_BYTES = 5;

    private final ByteBuffer buffer;

    /// Where the message begins in the file, for messages.
    private final int origin;

    private int type;

    private Wire(ByteBuffer buffer, int origin) {
        this.buffer = buffer.order(ByteOrder.LITTLE_ENDIAN);
        this.origin = origin;
    }

    static Wire of(byte[] file) {
        return new Wire(ByteBuffer.wrap(file), 0);
    }

    /// The number of the next field, or 0 at the end. Its value must be taken, or skipped, before the next call.
    int next() {
        if (!buffer.hasRemaining()) {
            return 0;
        }
        long key = varint();
        type = (int) (key & 7);
        long number = key >>> 3;
        if (number < 1 || number > Integer.MAX_VALUE) {
            throw broken("a field's number must be positive, got " + number);
        }
        return (int) number;
    }

    long integer() {
        require(VARINT);
        return varint();
    }

    boolean truth() {
        return integer() != 0;
    }

    float number() {
        require(FOUR_BYTES);
        need(Float.BYTES);
        return buffer.getFloat();
    }

    byte[] bytes() {
        byte[] bytes = new byte[length()];
        buffer.get(bytes);
        return bytes;
    }

    String text() {
        ByteBuffer slice = slice();
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(slice).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(where() + "a text must be UTF-8", e);
        }
    }

    /// The message that the field holds.
    Wire message() {
        ByteBuffer slice = slice();
        return new Wire(slice, origin + buffer.position() - slice.remaining());
    }

    void skip() {
        switch (type) {
            case VARINT -> varint();
            case EIGHT_BYTES -> pass(Long.BYTES);
            case BYTES -> pass(length());
            case FOUR_BYTES -> pass(Integer.BYTES);
            // Three bits hold what the format has given up, or never gave.
            default -> throw broken("a field's type must be 0, 1, 2 or 5, got " + type);
        }
    }

    private ByteBuffer slice() {
        int length = length();
        ByteBuffer slice = buffer.slice(buffer.position(), length);
        buffer.position(buffer.position() + length);
        return slice;
    }

    private void pass(int count) {
        need(count);
        buffer.position(buffer.position() + count);
    }

    private int length() {
        require(BYTES);
        long length = varint();
        if (length < 0 || length > buffer.remaining()) {
            throw broken("a field must end within the file, got " + length + " bytes of " + buffer.remaining());
        }
        return (int) length;
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            need(1);
            byte part = buffer.get();
            value |= (long) (part & 0x7F) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw broken("a number must have at most ten bytes");
    }

    private void require(int expected) {
        if (type != expected) {
            throw broken("a field's type must be " + expected + ", got " + type);
        }
    }

    private void need(int count) {
        if (buffer.remaining() < count) {
            throw broken("the file ends early");
        }
    }

    private IllegalArgumentException broken(String problem) {
        return new IllegalArgumentException(where() + problem);
    }

    private String where() {
        return "byte " + (origin + buffer.position()) + ": ";
    }
}

package dev.poise.sink;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32C;

/// TensorBoard's events as bytes: the few messages of its protocol that a run needs, framed as records.
///
/// Sources: `event.proto`, `summary.proto`, `tensor.proto` in
/// <https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto>; the frame,
/// <https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details>.
final class EventRecord {

    private static final String VERSION = "brain.Event:2";

    // Wire types of protocol buffers.
    private static final int VARINT = 0;
    private static final int WIDE = 1;
    private static final int BYTES = 2;
    private static final int NARROW = 5;

    private EventRecord() {}

    /// What an event file begins with.
    ///
    /// @param wall seconds since 1970
    static byte[] version(double wall) {
        return framed(new Message().wide(1, wall).text(3, VERSION));
    }

    /// Tells readers to forget what they have read from this step on: the run was started again.
    static byte[] restart(double wall, long step) {
        Message started = new Message().varint(1, 1);
        return framed(new Message().wide(1, wall).varint(2, step).message(7, started));
    }

    /// Numbers by tag, all of one step. TensorBoard keeps them as float32.
    static byte[] scalars(double wall, long step, Map<String, Double> values) {
        Message summary = new Message();
        values.forEach(
                (tag, value) -> summary.message(1, new Message().text(1, tag).narrow(2, value.floatValue())));
        return framed(new Message().wide(1, wall).varint(2, step).message(5, summary));
    }

    /// A text in Markdown, as the text plugin shows it.
    static byte[] text(double wall, long step, String tag, String text) {
        Message plugin = new Message().text(1, "text");
        Message shape = new Message().message(2, new Message().varint(1, 1));
        Message tensor = new Message().varint(1, 7).message(2, shape).text(8, text); // 7 is DT_STRING
        Message value = new Message().text(1, tag).message(8, tensor).message(9, new Message().message(1, plugin));
        return framed(new Message().wide(1, wall).varint(2, step).message(5, new Message().message(1, value)));
    }

    /// A record: its length, the length's checksum, itself and its checksum.
    private static byte[] framed(Message event) {
        byte[] content = event.bytes.toByteArray();
        ByteBuffer record = ByteBuffer.allocate(content.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(content.length);
        record.putInt(masked(record.array(), Long.BYTES));
        record.put(content);
        record.putInt(masked(content, content.length));
        return record.array();
    }

    /// The checksum of a record's part: CRC-32C, turned and shifted so that a checksum of checksums is none.
    private static int masked(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return Integer.rotateRight((int) checksum.getValue(), 15) + 0xa282ead8;
    }

    /// A message of protocol buffers while it is written, field by field.
    private static final class Message {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        /// A whole number; 0 is what a reader takes where there is none, and is left out.
        Message varint(int field, long value) {
            if (value != 0) {
                key(field, VARINT);
                varint(value);
            }
            return this;
        }

        Message wide(int field, double value) {
            key(field, WIDE);
            bytes.writeBytes(ByteBuffer.allocate(Double.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putDouble(value)
                    .array());
            return this;
        }

        Message narrow(int field, float value) {
            key(field, NARROW);
            bytes.writeBytes(ByteBuffer.allocate(Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(value)
                    .array());
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.bytes.toByteArray());
        }

        private Message bytes(int field, byte[] value) {
            key(field, BYTES);
            varint(value.length);
            bytes.writeBytes(value);
            return this;
        }

        private void key(int field, int type) {
            varint(((long) field << 3) | type);
        }

        private void varint(long value) {
            long left = value;
            while ((left & ~0x7FL) != 0) {
                bytes.write((int) ((left & 0x7F) | 0x80));
                left >>>= 7;
            }
            bytes.write((int) left);
        }
    }
}

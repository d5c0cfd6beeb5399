package dev.poise.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// Reads what an event file says, checking every record's frame.
final class EventFile {

    /// A number of a step.
    ///
    /// @param wall seconds since 1970
    record Scalar(double wall, long step, String tag, float value) {}

    private final List<Scalar> scalars = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();

    static EventFile read(Path file) throws IOException {
        EventFile read = new EventFile();
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            byte[] length = new byte[8];
            bytes.get(bytes.position(), length);
            byte[] content = new byte[(int) bytes.getLong()];
            assertThat(bytes.getInt()).as("checksum of a length").isEqualTo(masked(length));
            bytes.get(content);
            assertThat(bytes.getInt()).as("checksum of a record").isEqualTo(masked(content));
            read.event(ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN));
        }
        return read;
    }

    List<Scalar> scalars() {
        return scalars;
    }

    /// Texts, tag and content.
    List<String> texts() {
        return texts;
    }

    private static int masked(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        long value = checksum.getValue();
        return (int) ((((value >>> 15) | (value << 17)) + 0xa282ead8L) & 0xffffffffL);
    }

    private void event(ByteBuffer event) {
        double wall = 0;
        long step = 0;
        while (event.hasRemaining()) {
            switch ((int) varint(event)) {
                case (1 << 3) | 1 -> wall = event.getDouble();
                case 2 << 3 -> step = varint(event);
                case (3 << 3) | 2 -> assertThat(text(event)).isEqualTo("brain.Event:2");
                case (5 << 3) | 2 -> summary(part(event), wall, step);
                case (7 << 3) | 2 -> part(event);
                default -> throw new AssertionError("a field that no event here has");
            }
        }
    }

    private void summary(ByteBuffer summary, double wall, long step) {
        while (summary.hasRemaining()) {
            assertThat(varint(summary)).isEqualTo((1 << 3) | 2);
            ByteBuffer value = part(summary);
            String tag = "";
            while (value.hasRemaining()) {
                switch ((int) varint(value)) {
                    case (1 << 3) | 2 -> tag = text(value);
                    case (2 << 3) | 5 -> scalars.add(new Scalar(wall, step, tag, value.getFloat()));
                    case (8 << 3) | 2 -> texts.add(tag + ": " + text(value));
                    case (9 << 3) | 2 -> part(value);
                    default -> throw new AssertionError("a field that no value here has");
                }
            }
        }
    }

    private static String text(ByteBuffer from) {
        return StandardCharsets.UTF_8.decode(part(from)).toString();
    }

    private static ByteBuffer part(ByteBuffer from) {
        int length = (int) varint(from);
        ByteBuffer part = from.slice(from.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        from.position(from.position() + length);
        return part;
    }

    private static long varint(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = from.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}

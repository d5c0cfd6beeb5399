package dev.poise.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Safetensors files put together byte by byte, as no correct writer would.
final class RawFile {

    private RawFile() {}

    static Path of(Path file, String header, byte... data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return withLength(file, text.length, text, data);
    }

    static Path withLength(Path file, long length, byte[] text, byte... data) {
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(length).put(text).put(data);
        try {
            return Files.write(file, bytes.array());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static String entry(String name, String dtype, String shape, String offsets) {
        return "\"%s\":{\"dtype\":%s,\"shape\":%s,\"data_offsets\":%s}".formatted(name, dtype, shape, offsets);
    }
}

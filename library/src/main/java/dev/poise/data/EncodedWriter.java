package dev.poise.data;

import dev.poise.tokenize.TokenSequence;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;

/// Writes an [EncodedFile], row by row. The file appears whole or not at all: rows go to a file beside it until
/// [#finish] seals it.
public final class EncodedWriter implements AutoCloseable {

    private final Path file;
    private final Path rowsFile;
    private final Path offsetsFile;
    private final MessageDigest content = EncodedFile.sha256();
    private final MessageDigest seal = EncodedFile.sha256();
    private final DigestOutputStream rowsOut;
    private final OutputStream offsetsOut;
    private final Map<Path, Integer> sources = new LinkedHashMap<>();
    private ByteBuffer buffer = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    private long position;
    private long rows;

    /// Starts a file; one that is there stays until this one is finished.
    ///
    /// @throws DataException when its folder cannot be written
    public EncodedWriter(Path file) {
        this.file = file;
        this.rowsFile = file.resolveSibling(file.getFileName() + ".part");
        // Offsets wait in a file of their own: in memory they would grow with the data set.
        this.offsetsFile = file.resolveSibling(file.getFileName() + ".offsets.part");
        try {
            rowsOut = new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(rowsFile), 1 << 20), seal);
            offsetsOut = new BufferedOutputStream(Files.newOutputStream(offsetsFile), 1 << 16);
            put(ByteBuffer.allocate(EncodedFile.HEAD)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(EncodedFile.MAGIC)
                    .putInt(EncodedFile.VERSION)
                    .array());
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /// Adds a row behind the last.
    public void write(Encoded row) {
        int source = sources.computeIfAbsent(row.source().file(), path -> sources.size());
        try {
            offsetsOut.write(longs(position));
            start(row).putInt(source).putLong(row.source().line());
            switch (row) {
                case Encoded.Pair pair -> {
                    Double margin = pair.margin();
                    kind(margin == null ? EncodedFile.Kind.PAIR : EncodedFile.Kind.PAIR_WITH_MARGIN);
                    sequence(pair.chosen());
                    sequence(pair.rejected());
                    if (margin != null) {
                        buffer.putDouble(margin);
                    }
                }
                case Encoded.Single single -> {
                    kind(kind(single));
                    sequence(single.sequence());
                }
            }
            content.update(buffer.array(), EncodedFile.SOURCE, buffer.position() - EncodedFile.SOURCE);
            rowsOut.write(buffer.array(), 0, buffer.position());
            position += buffer.position();
            rows++;
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /// Seals the file and puts it in its place.
    public void finish() {
        try {
            offsetsOut.close();
            long offsets = position;
            try (InputStream all = new BufferedInputStream(Files.newInputStream(offsetsFile))) {
                position += all.transferTo(rowsOut);
            }
            long names = position;
            writeSources();
            put(longs(offsets, names, rows));
            put(content.digest());
            put(seal.digest());
            rowsOut.close();
            Files.move(rowsFile, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /// Frees what is open, and drops what was not finished.
    @Override
    public void close() {
        try {
            rowsOut.close();
            offsetsOut.close();
            Files.deleteIfExists(rowsFile);
            Files.deleteIfExists(offsetsFile);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static EncodedFile.Kind kind(Encoded.Single single) {
        Boolean desirable = single.desirable();
        if (desirable == null) {
            return EncodedFile.Kind.SINGLE;
        }
        return desirable ? EncodedFile.Kind.DESIRABLE : EncodedFile.Kind.UNDESIRABLE;
    }

    /// An empty buffer that a row fits into.
    private ByteBuffer start(Encoded row) {
        long size = EncodedFile.SOURCE
                + 1
                + switch (row) {
                    case Encoded.Pair pair ->
                        EncodedFile.bytesOf(pair.chosen().length())
                                + EncodedFile.bytesOf(pair.rejected().length())
                                + Double.BYTES;
                    case Encoded.Single single ->
                        EncodedFile.bytesOf(single.sequence().length());
                };
        if (size > buffer.capacity()) {
            buffer = ByteBuffer.allocate(Math.toIntExact(2 * size)).order(ByteOrder.LITTLE_ENDIAN);
        }
        return buffer.clear();
    }

    private void kind(EncodedFile.Kind kind) {
        buffer.put(kind.code());
    }

    private void sequence(TokenSequence sequence) {
        buffer.putInt(sequence.length());
        for (int id : sequence.ids()) {
            buffer.putInt(id);
        }
        byte[] mask = new byte[(sequence.length() + 7) / 8];
        for (int index = 0; index < sequence.length(); index++) {
            if (sequence.trained()[index]) {
                mask[index >> 3] |= (byte) (1 << (index & 7));
            }
        }
        buffer.put(mask);
    }

    private void writeSources() throws IOException {
        put(ints(sources.size()));
        for (Path source : sources.keySet()) {
            byte[] name = source.toString().getBytes(StandardCharsets.UTF_8);
            put(ints(name.length));
            put(name);
        }
    }

    private void put(byte[] bytes) throws IOException {
        rowsOut.write(bytes);
        position += bytes.length;
    }

    private static byte[] ints(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    private DataException unwritable(IOException e) {
        return new DataException(file, "cannot be written (" + e.getMessage() + ")", e);
    }
}

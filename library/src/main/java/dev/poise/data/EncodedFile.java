package dev.poise.data;

import dev.poise.tokenize.TokenSequence;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// Encoded rows on disk, read by index without holding them in memory.
///
/// Written by [EncodedWriter]. Layout, little endian: 16 bytes head (magic, version); the rows; one 8-byte offset a
/// row; the source files' names; 88 bytes foot (where offsets and names start, how many rows, SHA-256 of the rows'
/// content, SHA-256 of all before it). A row is file number (4), line (8), kind (1), then one or two sequences:
/// length n (4), n ids (4 each), n mask bits in whole bytes; behind a pair with a margin, the margin (8). May be read
/// from several threads.
public final class EncodedFile implements AutoCloseable {

    static final byte[] MAGIC = "POISEROW".getBytes(StandardCharsets.US_ASCII);
    static final int VERSION = 1;
    static final int HEAD = 16;
    static final int FOOT = 88;
    static final int SOURCE = Integer.BYTES + Long.BYTES;

    /// What a row holds, by the number that says so on disk.
    enum Kind {
        PAIR(0),
        SINGLE(1),
        UNDESIRABLE(2),
        DESIRABLE(3),
        PAIR_WITH_MARGIN(4);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        byte code() {
            return (byte) code;
        }

        static Kind of(byte code) {
            return values()[code];
        }
    }

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int DIGEST = 32;
    private static final long CHUNK = 64L << 20;

    private final Path file;
    private final Arena arena;
    private final MemorySegment bytes;
    private final long offsets;
    private final long rows;
    private final String digest;
    private final List<Path> sources;

    /// Opens a file and checks all of it against its seal.
    ///
    /// @throws DataException when it cannot be read, is no such file, or was changed or cut since it was written
    public static EncodedFile open(Path file) {
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            EncodedFile encoded =
                    new EncodedFile(file, arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
            opened = true;
            return encoded;
        } catch (IOException e) {
            throw new DataException(file, "cannot be read (" + e.getMessage() + ")", e);
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    private EncodedFile(Path file, Arena arena, MemorySegment bytes) {
        this.file = file;
        this.arena = arena;
        this.bytes = bytes;
        long size = bytes.byteSize();
        require(size >= HEAD + FOOT && bytes.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) < 0);
        int version = bytes.get(INT, MAGIC.length);
        if (version != VERSION) {
            throw new DataException(file, "must be of version " + VERSION + ", got " + version);
        }
        require(Arrays.equals(seal(size - DIGEST), slice(size - DIGEST, DIGEST)));
        this.offsets = bytes.get(LONG, size - FOOT);
        this.rows = bytes.get(LONG, size - FOOT + 2 * Long.BYTES);
        this.sources = readSources(bytes.get(LONG, size - FOOT + Long.BYTES));
        this.digest = HexFormat.of().formatHex(slice(size - 2 * DIGEST, DIGEST));
    }

    private void require(boolean intact) {
        if (!intact) {
            throw new DataException(file, "must be an intact file of encoded rows, got one that is not: delete it");
        }
    }

    private byte[] seal(long end) {
        MessageDigest sha256 = sha256();
        for (long start = 0; start < end; start += CHUNK) {
            sha256.update(bytes.asSlice(start, Math.min(CHUNK, end - start)).asByteBuffer());
        }
        return sha256.digest();
    }

    private List<Path> readSources(long start) {
        List<Path> paths = new ArrayList<>();
        long position = start + Integer.BYTES;
        for (int left = bytes.get(INT, start); left > 0; left--) {
            int length = bytes.get(INT, position);
            paths.add(Path.of(new String(slice(position + Integer.BYTES, length), StandardCharsets.UTF_8)));
            position += Integer.BYTES + length;
        }
        return paths;
    }

    private byte[] slice(long start, int length) {
        return bytes.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE);
    }

    /// How many rows there are.
    public long size() {
        return rows;
    }

    /// SHA-256 over what the model sees, in hexadecimal: ids, masks and labels of all rows in order, and not where
    /// they were read.
    public String digest() {
        return digest;
    }

    /// The row at an index from 0.
    public Encoded get(long index) {
        if (index < 0 || index >= rows) {
            throw new IndexOutOfBoundsException("index must be in [0, " + rows + "), got " + index);
        }
        long start = bytes.get(LONG, offsets + index * Long.BYTES);
        Source source = new Source(sources.get(bytes.get(INT, start)), bytes.get(LONG, start + Integer.BYTES));
        Kind kind = Kind.of(bytes.get(ValueLayout.JAVA_BYTE, start + SOURCE));
        long first = start + SOURCE + 1;
        TokenSequence sequence = sequence(first);
        return switch (kind) {
            case PAIR -> new Encoded.Pair(source, sequence, sequence(first + bytesOf(sequence.length())));
            case PAIR_WITH_MARGIN -> {
                long second = first + bytesOf(sequence.length());
                TokenSequence rejected = sequence(second);
                double margin = bytes.get(DOUBLE, second + bytesOf(rejected.length()));
                yield new Encoded.Pair(source, sequence, rejected, margin);
            }
            case SINGLE -> new Encoded.Single(source, sequence, null);
            case UNDESIRABLE -> new Encoded.Single(source, sequence, false);
            case DESIRABLE -> new Encoded.Single(source, sequence, true);
        };
    }

    private TokenSequence sequence(long start) {
        int length = bytes.get(INT, start);
        long position = start + Integer.BYTES;
        int[] ids = bytes.asSlice(position, (long) length * Integer.BYTES).toArray(INT);
        long mask = position + (long) length * Integer.BYTES;
        boolean[] trained = new boolean[length];
        for (int index = 0; index < length; index++) {
            trained[index] = (bytes.get(ValueLayout.JAVA_BYTE, mask + (index >> 3)) >> (index & 7) & 1) != 0;
        }
        return new TokenSequence(ids, trained);
    }

    /// Bytes of a sequence of `length` tokens on disk.
    static long bytesOf(int length) {
        return Integer.BYTES + (long) length * Integer.BYTES + (length + 7) / 8;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}

package dev.poise.weights;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/// What weights are, whatever files they lie in: the key under which something computed from them is kept.
public final class WeightDigest {

    /// Bytes hashed at a time; a buffer cannot hold more than 2 GiB.
    private static final long CHUNK = 1 << 26;

    /// Bytes of a tensor that a fingerprint reads.
    static final long SAMPLE = 4096;

    private WeightDigest() {}

    /// SHA-256 as 64 hexadecimal digits over the tensors sorted by name: of each its name, its element type,
    /// its rank and dimensions, and its bytes. Texts and bytes are preceded by their length, and every count
    /// is a long, big endian.
    public static String sha256(Collection<StoredTensor> tensors) {
        return sha256(tensors, Long.MAX_VALUE);
    }

    /// As [#sha256], but of each tensor's bytes the first [#SAMPLE] only: tells one model from another in a moment,
    /// and not one bit changed far inside.
    public static String fingerprint(Collection<StoredTensor> tensors) {
        return sha256(tensors, SAMPLE);
    }

    private static String sha256(Collection<StoredTensor> tensors, long most) {
        MessageDigest digest = sha256();
        List<StoredTensor> sorted = tensors.stream()
                .sorted(Comparator.comparing(StoredTensor::name))
                .toList();
        for (StoredTensor tensor : sorted) {
            add(digest, tensor.name());
            add(digest, tensor.dtype().name());
            add(digest, tensor.shape().size());
            tensor.shape().forEach(dimension -> add(digest, dimension));
            add(digest, tensor.bytes().asSlice(0, Math.min(most, tensor.bytes().byteSize())));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, long number) {
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
    }

    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        add(digest, bytes.length);
        digest.update(bytes);
    }

    private static void add(MessageDigest digest, MemorySegment bytes) {
        add(digest, bytes.byteSize());
        for (long first = 0; first < bytes.byteSize(); first += CHUNK) {
            long size = Math.min(CHUNK, bytes.byteSize() - first);
            digest.update(bytes.asSlice(first, size).asByteBuffer());
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform must have SHA-256", impossible);
        }
    }
}

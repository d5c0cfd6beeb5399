package dev.poise.data;

import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/// The compressions of Parquet pages, in Java alone: the library's own ones come with native code.
final class ParquetCodecs implements CompressionCodecFactory {

    /// What can be read.
    static final Set<CompressionCodecName> KNOWN = EnumSet.of(
            CompressionCodecName.UNCOMPRESSED,
            CompressionCodecName.SNAPPY,
            CompressionCodecName.GZIP,
            CompressionCodecName.ZSTD,
            CompressionCodecName.LZ4_RAW);

    static String names() {
        return KNOWN.stream()
                .map(codec -> codec.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return new Pages(codec);
    }

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        throw new UnsupportedOperationException("Parquet is only read, got a page to compress as " + codec);
    }

    @Override
    public void release() {
        // Nothing is held.
    }

    private record Pages(CompressionCodecName codec) implements CompressionCodecFactory.BytesInputDecompressor {

        @Override
        public BytesInput decompress(BytesInput page, int size) throws IOException {
            return BytesInput.from(decompressed(page.toInputStream().readAllBytes(), size));
        }

        @Override
        public void decompress(ByteBuffer input, int compressed, ByteBuffer output, int size) throws IOException {
            byte[] page = new byte[compressed];
            input.get(page);
            output.put(decompressed(page, size));
        }

        private byte[] decompressed(byte[] page, int size) throws IOException {
            byte[] plain =
                    switch (codec) {
                        case UNCOMPRESSED -> page;
                        case SNAPPY -> decompressed(new SnappyDecompressor(), page, size);
                        case ZSTD -> decompressed(new ZstdDecompressor(), page, size);
                        case LZ4_RAW -> decompressed(new Lz4Decompressor(), page, size);
                        case GZIP -> {
                            try (GZIPInputStream input = new GZIPInputStream(new ByteArrayInputStream(page))) {
                                yield input.readNBytes(size);
                            }
                        }
                        case LZO, BROTLI, LZ4 -> throw new IOException("unknown compression " + codec);
                    };
            if (plain.length != size) {
                throw new IOException("a page must hold " + size + " bytes, got " + plain.length);
            }
            return plain;
        }

        private static byte[] decompressed(Decompressor decompressor, byte[] page, int size) throws IOException {
            byte[] plain = new byte[size];
            int length = decompressor.decompress(page, 0, page.length, plain, 0, size);
            if (length != size) {
                throw new IOException("a page must hold " + size + " bytes, got " + length);
            }
            return plain;
        }

        @Override
        public void release() {
            // Nothing is held.
        }
    }
}

package dev.poise.weights;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The header of a safetensors file, read and found to describe every byte of the data after it exactly once.
///
/// The format: 8 bytes of header length N (unsigned, little endian), N bytes of JSON, then the data. The JSON
/// maps each tensor's name to `dtype`, `shape` and `data_offsets` (first byte and the byte after the last,
/// counted from the start of the data); `__metadata__` maps strings to strings.
///
/// @param metadata the strings of `__metadata__`
/// @param entries the tensors, in the order of their data
record SafetensorsHeader(Map<String, String> metadata, List<Entry> entries) {

    /// The key that is no tensor, fixed by the format.
    static final String METADATA = "__metadata__";

    /// Dimensions of a tensor; libtorch's own limit.
    private static final int MAXIMUM_RANK = 64;

    /// Tensors, and strings, of one file. The largest models on the Hub have some 200,000 tensors over a
    /// hundred files.
    private static final int MAXIMUM_ENTRIES = 250_000;

    /// What a header says of one tensor.
    ///
    /// @param name the tensor's name
    /// @param dtype element type
    /// @param shape dimensions, outermost first
    /// @param begin first byte, from the start of the data
    /// @param end the byte after the last, from the start of the data
    /// @param place the byte of the file at which the header describes it
    record Entry(String name, Dtype dtype, List<Long> shape, long begin, long end, long place) {}

    /// Reads the JSON `text` that starts at the byte `start` of `file` and is followed by `dataBytes` bytes of data.
    ///
    /// @throws WeightsException when the header is malformed or does not fit the data
    static SafetensorsHeader read(Path file, long start, MemorySegment text, long dataBytes) {
        SafetensorsHeader header = JsonCursor.read(file, start, text, cursor -> new Reader(cursor, dataBytes).header());
        header.requireCover(file, dataBytes);
        return header;
    }

    /// No overlap, no hole, nothing left over: a byte that belongs to nobody can hide anything.
    private void requireCover(Path file, long dataBytes) {
        long covered = 0;
        for (Entry entry : entries) {
            if (entry.begin() != covered) {
                String fault = entry.begin() < covered ? "overlaps the tensor before" : "leaves a hole before it";
                throw WeightsException.at(
                        file,
                        entry.place(),
                        "data of tensor " + WeightsException.shown(entry.name()) + " must begin at " + covered
                                + ", got " + entry.begin() + ", which " + fault);
            }
            covered = entry.end();
        }
        if (covered != dataBytes) {
            throw WeightsException.in(
                    file, "tensors must cover all " + dataBytes + " bytes of data, got an end at " + covered);
        }
    }

    /// Reads one header.
    private record Reader(JsonCursor cursor, long dataBytes) {

        SafetensorsHeader header() {
            Map<String, String> metadata = new LinkedHashMap<>();
            List<Entry> entries = new ArrayList<>();
            cursor.enterObject("header");
            while (cursor.nextMember()) {
                if (entries.size() + metadata.size() >= MAXIMUM_ENTRIES) {
                    throw cursor.refusal("header must have at most " + MAXIMUM_ENTRIES + " entries, got more");
                }
                if (cursor.key().equals(METADATA)) {
                    readMetadata(metadata);
                } else {
                    entries.add(entry(cursor.key()));
                }
            }
            // Empty tensors stand where their neighbour begins, so they come first.
            entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
            return new SafetensorsHeader(metadata, entries);
        }

        private void readMetadata(Map<String, String> metadata) {
            cursor.enterObject(METADATA);
            while (cursor.nextMember()) {
                if (metadata.size() == MAXIMUM_ENTRIES) {
                    throw cursor.refusal(METADATA + " must have at most " + MAXIMUM_ENTRIES + " entries, got more");
                }
                metadata.put(cursor.key(), cursor.string("an entry of " + METADATA));
            }
        }

        private Entry entry(String name) {
            String tensor = " of tensor " + WeightsException.shown(name);
            long place = cursor.offset();
            @Nullable Dtype dtype = null;
            @Nullable List<Long> shape = null;
            @Nullable List<Long> offsets = null;
            cursor.enterObject("entry" + tensor);
            while (cursor.nextMember()) {
                switch (cursor.key()) {
                    case "dtype" -> dtype = dtype(tensor);
                    case "shape" -> shape = cursor.naturals("shape" + tensor, MAXIMUM_RANK);
                    case "data_offsets" -> offsets = cursor.naturals("data_offsets" + tensor, 2);
                    default ->
                        throw cursor.refusal("entry" + tensor + " must have dtype, shape and data_offsets, got "
                                + WeightsException.shown(cursor.key()));
                }
            }
            if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
                throw cursor.refusal("entry" + tensor + " must have dtype, shape and two data_offsets, got less");
            }
            Entry entry = new Entry(name, dtype, List.copyOf(shape), offsets.get(0), offsets.get(1), place);
            requireSize(entry, tensor);
            return entry;
        }

        private Dtype dtype(String tensor) {
            String name = cursor.string("dtype" + tensor);
            return Dtype.named(name)
                    .orElseThrow(() -> cursor.refusal("dtype" + tensor + " must be one of "
                            + Arrays.toString(Dtype.values()) + ", got " + WeightsException.shown(name)));
        }

        private void requireSize(Entry entry, String tensor) {
            if (entry.begin() > entry.end() || entry.end() > dataBytes) {
                throw cursor.refusal("data_offsets" + tensor + " must be ordered and within the " + dataBytes
                        + " bytes of data, got [" + entry.begin() + ", " + entry.end() + "]");
            }
            long size = entry.dtype()
                    .bytes(entry.shape())
                    .orElseThrow(() -> cursor.refusal(
                            "shape" + tensor + " must fit the file, got " + entry.shape() + ", beyond 2^63 bytes"));
            if (entry.end() - entry.begin() != size) {
                throw cursor.refusal("data_offsets" + tensor + " must span the " + size + " bytes of " + entry.dtype()
                        + entry.shape() + ", got " + (entry.end() - entry.begin()));
            }
        }
    }
}

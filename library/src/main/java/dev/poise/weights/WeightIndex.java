package dev.poise.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The index of sharded weights: which file holds which tensors.
///
/// An index comes with the weights, from whoever made them, so the names in it are only let to mean files beside it.
///
/// @param shards the tensors of every file
record WeightIndex(SortedMap<String, SortedSet<String>> shards) {

    static final String FILE_NAME = "model.safetensors.index.json";

    private static final long MAXIMUM_BYTES = 100_000_000;

    /// Tensors of one index; see the header's limit.
    private static final int MAXIMUM_ENTRIES = 1_000_000;

    /// A plain file name on every system: no separator, no drive, no control character, not hidden, no `..`.
    private static final Pattern SHARD_NAME =
            Pattern.compile("[^./\\\\:\\p{Cntrl}][^/\\\\:\\p{Cntrl}]{0,200}\\.safetensors");

    /// Reads the index of `directory`.
    ///
    /// @throws WeightsException when it is malformed, or names what is no file of the directory
    static WeightIndex read(Path directory) {
        Path file = directory.resolve(FILE_NAME);
        try {
            if (Files.size(file) > MAXIMUM_BYTES) {
                throw WeightsException.in(file, "must be at most " + MAXIMUM_BYTES + " bytes, got " + Files.size(file));
            }
            MemorySegment text = MemorySegment.ofArray(Files.readAllBytes(file));
            WeightIndex index = JsonCursor.read(file, 0, text, WeightIndex::read);
            for (String shard : index.shards.keySet()) {
                requireInside(directory, shard, file);
            }
            return index;
        } catch (IOException failure) {
            throw WeightsException.failed(file, "read", failure);
        }
    }

    private static WeightIndex read(JsonCursor cursor) {
        SortedMap<String, SortedSet<String>> shards = new TreeMap<>();
        boolean found = false;
        cursor.enterObject("index");
        while (cursor.nextMember()) {
            // The rest, such as total_size, is for people: the shards' own headers say what is there.
            if (cursor.key().equals("weight_map")) {
                found = true;
                readWeightMap(cursor, shards);
            } else {
                cursor.skip();
            }
        }
        if (!found) {
            throw cursor.refusal("index must have a weight_map, got none");
        }
        return new WeightIndex(shards);
    }

    private static void readWeightMap(JsonCursor cursor, SortedMap<String, SortedSet<String>> shards) {
        int entries = 0;
        cursor.enterObject("weight_map");
        while (cursor.nextMember()) {
            entries++;
            if (entries > MAXIMUM_ENTRIES) {
                throw cursor.refusal("weight_map must have at most " + MAXIMUM_ENTRIES + " entries, got more");
            }
            String tensor = cursor.key();
            String shard = cursor.string("file of tensor " + WeightsException.shown(tensor));
            if (!SHARD_NAME.matcher(shard).matches()) {
                throw cursor.refusal("file of tensor " + WeightsException.shown(tensor)
                        + " must be the plain name of a .safetensors file, got " + WeightsException.shown(shard));
            }
            shards.computeIfAbsent(shard, absent -> new TreeSet<>()).add(tensor);
        }
    }

    /// The download cache of the Hub keeps a model's files as links from `snapshots/REVISION` into `blobs`
    /// beside it, and those are the model's own; any other link out of the directory is refused.
    private static void requireInside(Path directory, String shard, Path index) throws IOException {
        Path file = directory.resolve(shard);
        if (!Files.exists(file)) {
            throw WeightsException.in(index, "every file named must be there, got no " + shard);
        }
        Path real = file.toRealPath();
        Path home = directory.toRealPath();
        Path parent = home.getParent();
        boolean cached =
                parent != null && parent.endsWith("snapshots") && real.startsWith(parent.resolveSibling("blobs"));
        if (!real.startsWith(home) && !cached) {
            throw WeightsException.in(index, "files must lie in the directory, got a link out of it: " + shard);
        }
    }
}

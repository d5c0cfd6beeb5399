package dev.poise.weights;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/// The weights of a directory in Hugging Face's layout, open for reading: `model.safetensors`, or the shards
/// that `model.safetensors.index.json` names. Where both are there the single file counts, as in
/// `transformers`.
///
/// The shards must hold exactly the tensors that the index says. Readable from any thread; closing ends access
/// to every tensor.
public final class WeightDirectory implements AutoCloseable {

    static final String SINGLE_FILE = "model.safetensors";

    private static final String PICKLED = "only pytorch_model.bin, a pickle, which can run any code when it is read;"
            + " convert it once, where you trust it, with transformers:"
            + " AutoModelForCausalLM.from_pretrained(DIRECTORY).save_pretrained(OUTPUT, safe_serialization=True)";

    private final Path directory;
    private final Arena arena;
    private final SortedMap<String, StoredTensor> tensors;

    private WeightDirectory(Path directory, Arena arena, SortedMap<String, StoredTensor> tensors) {
        this.directory = directory;
        this.arena = arena;
        this.tensors = Collections.unmodifiableSortedMap(tensors);
    }

    /// Maps the weights of `directory` and reads their headers.
    ///
    /// @throws WeightsException when there are none, when a file is malformed, or when index and shards differ
    public static WeightDirectory open(Path directory) {
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try {
            WeightDirectory result = new WeightDirectory(directory, arena, map(directory, arena));
            opened = true;
            return result;
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    /// Where the weights lie.
    public Path directory() {
        return directory;
    }

    /// Names of all tensors, sorted.
    public Set<String> names() {
        return tensors.keySet();
    }

    /// All tensors, sorted by name.
    public Collection<StoredTensor> tensors() {
        return tensors.values();
    }

    /// The tensor called `name`, or empty where there is none.
    public Optional<StoredTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /// SHA-256 of all tensors, the same however they are spread over files; reads every byte.
    ///
    /// @see WeightDigest#sha256
    public String digest() {
        return WeightDigest.sha256(tensors.values());
    }

    /// Unmaps all files. Their tensors cannot be read any more.
    @Override
    public void close() {
        arena.close();
    }

    private static SortedMap<String, StoredTensor> map(Path directory, Arena arena) {
        Path single = directory.resolve(SINGLE_FILE);
        if (Files.exists(single)) {
            return new TreeMap<>(SafetensorsFile.map(single, arena).tensors());
        }
        if (!Files.exists(directory.resolve(WeightIndex.FILE_NAME))) {
            throw noWeights(directory);
        }
        SortedMap<String, StoredTensor> tensors = new TreeMap<>();
        WeightIndex.read(directory).shards().forEach((shard, names) -> {
            Path file = directory.resolve(shard);
            Map<String, StoredTensor> stored = SafetensorsFile.map(file, arena).tensors();
            requireSame(file, names, stored.keySet());
            tensors.putAll(stored);
        });
        return tensors;
    }

    /// A tensor in two shards is unexpected in the one that the index does not name for it.
    private static void requireSame(Path shard, SortedSet<String> indexed, Set<String> stored) {
        if (!indexed.equals(stored)) {
            List<String> missing =
                    indexed.stream().filter(name -> !stored.contains(name)).toList();
            List<String> unexpected =
                    stored.stream().filter(name -> !indexed.contains(name)).toList();
            throw WeightsException.mismatch(shard, missing, unexpected, List.of());
        }
    }

    private static WeightsException noWeights(Path directory) {
        String wanted = "must hold " + SINGLE_FILE + " or " + WeightIndex.FILE_NAME + ", got ";
        if (!Files.isDirectory(directory)) {
            return WeightsException.in(directory, wanted + "no directory");
        }
        boolean pickled = Files.exists(directory.resolve("pytorch_model.bin"))
                || Files.exists(directory.resolve("pytorch_model.bin.index.json"));
        return WeightsException.in(directory, wanted + (pickled ? PICKLED : "neither"));
    }
}

package dev.poise.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes the weights of a directory in Hugging Face's layout: `model.safetensors`, or, where that would be
/// larger than wanted, `model-00001-of-0000N.safetensors` and an index.
public final class ShardedWriter {

    /// Bytes of tensors in a file, unless said otherwise: 5 GB, long `transformers`' own default.
    public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

    private static final Pattern SHARD = Pattern.compile("model-\\d{5}-of-\\d{5}\\.safetensors");

    private ShardedWriter() {}

    /// Writes `tensors` to `directory` in place of the weights that are there, over as many files as it takes.
    ///
    /// Stopped at any moment, the directory holds the old weights, the new ones, or none that a reader would
    /// accept; never a mixture.
    ///
    /// @param directory an existing directory
    /// @param tensors written in this order, each whole in one file
    /// @param maximumShardBytes bytes of tensors in a file; a single tensor that is larger gets a file of its own
    /// @throws WeightsException when a file cannot be written
    public static void write(Path directory, List<OutgoingTensor> tensors, long maximumShardBytes) {
        SafetensorsWriter.requireDistinct(tensors);
        List<List<OutgoingTensor>> shards = shards(tensors, maximumShardBytes);
        Path single = directory.resolve(WeightDirectory.SINGLE_FILE);
        Path index = directory.resolve(WeightIndex.FILE_NAME);
        if (shards.size() == 1) {
            // The single file counts before any index, so what else is there can go afterwards.
            SafetensorsWriter.write(single, shards.getFirst());
            delete(index);
            deleteShards(directory, Map.of());
            return;
        }
        // An old index must not outlive the first shard that is replaced under it.
        delete(index);
        SortedMap<String, List<OutgoingTensor>> named = named(shards);
        named.forEach((name, shard) -> SafetensorsWriter.write(directory.resolve(name), shard));
        byte[] text = index(named);
        AtomicFile.write(index, channel -> AtomicFile.writeFully(channel, ByteBuffer.wrap(text)));
        delete(single);
        deleteShards(directory, named);
    }

    private static List<List<OutgoingTensor>> shards(List<OutgoingTensor> tensors, long maximumShardBytes) {
        List<List<OutgoingTensor>> shards = new ArrayList<>();
        List<OutgoingTensor> shard = new ArrayList<>();
        shards.add(shard);
        long filled = 0;
        for (OutgoingTensor tensor : tensors) {
            if (!shard.isEmpty() && tensor.bytes() > maximumShardBytes - filled) {
                shard = new ArrayList<>();
                shards.add(shard);
                filled = 0;
            }
            shard.add(tensor);
            filled += tensor.bytes();
        }
        return shards;
    }

    private static SortedMap<String, List<OutgoingTensor>> named(List<List<OutgoingTensor>> shards) {
        SortedMap<String, List<OutgoingTensor>> named = new TreeMap<>();
        for (int i = 0; i < shards.size(); i++) {
            String name = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
            named.put(name, shards.get(i));
        }
        return named;
    }

    private static byte[] index(SortedMap<String, List<OutgoingTensor>> named) {
        SortedMap<String, String> files = new TreeMap<>();
        named.forEach((file, shard) -> shard.forEach(tensor -> files.put(tensor.name(), file)));
        long total = named.values().stream()
                .flatMap(List::stream)
                .mapToLong(OutgoingTensor::bytes)
                .sum();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeObjectPropertyStart("metadata");
            json.writeNumberProperty("total_size", total);
            json.writeEndObject();
            json.writeObjectPropertyStart("weight_map");
            files.forEach(json::writeStringProperty);
            json.writeEndObject();
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /// Deletes the shards of former weights, all but those in `kept`.
    private static void deleteShards(Path directory, Map<String, List<OutgoingTensor>> kept) {
        try (Stream<Path> files = Files.list(directory)) {
            files.filter(file -> SHARD.matcher(file.getFileName().toString()).matches())
                    .filter(file -> !kept.containsKey(file.getFileName().toString()))
                    .forEach(ShardedWriter::delete);
        } catch (IOException failure) {
            throw WeightsException.failed(directory, "read", failure);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            throw WeightsException.failed(file, "deleted", failure);
        }
    }
}

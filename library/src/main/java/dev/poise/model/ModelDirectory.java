package dev.poise.model;

import dev.poise.model.Parameter.Part;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.weights.Dtype;
import dev.poise.weights.OutgoingTensor;
import dev.poise.weights.ShardedWriter;
import dev.poise.weights.StoredTensor;
import dev.poise.weights.WeightDirectory;
import dev.poise.weights.WeightsException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A decoder as a directory in Hugging Face's layout: `config.json`, safetensors, and the files that travel with
/// them.
public final class ModelDirectory {

    /// What travels with a model: everything that turns text into its tokens and back, and its licence.
    private static final List<String> COMPANIONS = List.of(
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "tokenizer.model",
            "chat_template.jinja",
            "chat_template.json",
            "LICENSE");

    private ModelDirectory() {}

    /// The architecture that a directory's `config.json` describes.
    ///
    /// @throws ModelException when it asks for what is not supported, naming the key
    public static Architecture architecture(Path directory) {
        Path file = directory.resolve("config.json");
        try {
            return Family.architecture(Config.read(file));
        } catch (IllegalArgumentException e) {
            throw new ModelException(file + ": " + e.getMessage(), e);
        }
    }

    /// Reads a language model.
    ///
    /// @param trainable whether gradients are kept
    /// @throws ModelException when the configuration asks for what is not supported, or is that of a reward model
    /// @throws WeightsException when files are malformed, or weights are missing, unexpected or of another shape
    public static Decoder read(Path directory, Precision precision, boolean trainable) {
        Architecture architecture = architecture(directory);
        requireLanguageModel(directory, architecture);
        return read(directory, architecture, precision, trainable, OptionalLong.empty());
    }

    /// Refuses a reward model where tokens need probabilities.
    ///
    /// @throws ModelException when it is one
    public static void requireLanguageModel(Path directory, Architecture architecture) {
        if (architecture.scores()) {
            throw new ModelException(directory + ": must be a language model, got a reward model (architectures of its"
                    + " config.json: " + architecture.family().scoring() + "), which gives no probabilities; it is read"
                    + " where answers are scored (--reward model:DIR) and by method: reward");
        }
    }

    /// Reads a reward model, for scoring only.
    ///
    /// @throws ModelException when the configuration asks for what is not supported, or is that of a language model
    /// @throws WeightsException when files are malformed, or weights are missing, unexpected or of another shape
    public static Decoder readReward(Path directory, Precision precision) {
        Architecture architecture = architecture(directory);
        if (!architecture.scores()) {
            throw new ModelException(directory + ": must be a reward model ("
                    + architecture.family().scoring()
                    + " among architectures of its config.json), got a language model; method: reward makes one of it");
        }
        return read(directory, architecture, precision, false, OptionalLong.empty());
    }

    /// Reads a reward model to train it, or a language model to make one of it: its trunk is kept, its head left, and
    /// the vector that scores are read by drawn as `transformers` draws it: normal, with the deviation that the
    /// configuration names (`initializer_range`, 0.02 where it does not). Drawn and not zero, so that the trunk's
    /// gradient, c w, is not zero at the first step. Where the files hold `score.weight`, that is read.
    ///
    /// @param seed of the draws
    /// @throws ModelException when the configuration asks for what is not supported
    /// @throws WeightsException when files are malformed, or weights are missing, unexpected or of another shape
    public static Decoder startReward(Path directory, Precision precision, long seed) {
        Architecture architecture = architecture(directory);
        return read(
                directory,
                architecture.reading(Architecture.Output.SCORE),
                precision,
                true,
                architecture.scores() ? OptionalLong.empty() : OptionalLong.of(seed));
    }

    /// @param seed of a score vector that the files need not hold; empty where they must
    private static Decoder read(
            Path directory, Architecture architecture, Precision precision, boolean trainable, OptionalLong seed) {
        try (WeightDirectory weights = WeightDirectory.open(directory)) {
            Stored stored = Stored.match(architecture, weights, seed.isPresent() ? Set.of(Family.SCORE) : Set.of());
            Decoder decoder = new Decoder(architecture, precision, trainable);
            boolean filled = false;
            try {
                seed.ifPresent(drawn -> decoder.initialiseScore(deviation(directory), drawn));
                for (Parameter parameter : decoder.parameters().layout()) {
                    fill(decoder.parameters().master(parameter.name()), parameter, stored);
                }
                decoder.parameters().refresh();
                filled = true;
                return decoder;
            } finally {
                if (!filled) {
                    decoder.close();
                }
            }
        }
    }

    /// The standard deviation of fresh weights in `transformers`.
    private static double deviation(Path directory) {
        return Config.read(directory.resolve("config.json")).number("initializer_range", 0.02);
    }

    /// A decoder of a directory's architecture with fresh weights: nothing but `config.json` is read.
    ///
    /// @param deviation standard deviation of the matrices' entries
    /// @param seed of the draws
    public static Decoder fresh(Path directory, Precision precision, double deviation, long seed) {
        Decoder decoder = new Decoder(architecture(directory), precision, true);
        decoder.initialise(deviation, seed);
        return decoder;
    }

    /// A decoder of a directory's architecture, with weights drawn as `transformers` draws them: normal, with the
    /// deviation that the configuration names (`initializer_range`, 0.02 where it does not), biases zero, norms the
    /// identity. GPT-2's maps back to the residual stream are drawn smaller by the square root of their number (Radford
    /// et al., Language Models are Unsupervised Multitask Learners, 2019, section 2.3). The row of a padding token is
    /// drawn as any other.
    ///
    /// @param seed of the draws
    /// @throws ModelException when the configuration asks for what is not supported
    public static Decoder fresh(Path directory, Precision precision, long seed) {
        Decoder decoder = fresh(directory, precision, deviation(directory), seed);
        if (decoder.architecture().family() == Family.GPT2) {
            decoder.scaleResidual(1 / Math.sqrt(2.0 * decoder.architecture().layers()));
        }
        return decoder;
    }

    /// Digest of a directory's weights: what a value computed from them can be kept under.
    public static String digest(Path directory) {
        try (WeightDirectory weights = WeightDirectory.open(directory)) {
            return weights.digest();
        }
    }

    /// Copies what travels with a model: everything that turns text into its tokens and back, and its licence.
    ///
    /// @param target an existing directory; nothing happens where it is the source
    public static void copyCompanions(Path source, Path target) throws IOException {
        for (String companion : COMPANIONS) {
            if (Files.isRegularFile(source.resolve(companion)) && !Files.isSameFile(source, target)) {
                // The bytes and not the permissions: a source may be read-only, a target is to be written.
                Files.write(target.resolve(companion), Files.readAllBytes(source.resolve(companion)));
            }
        }
    }

    /// Writes a decoder so that `transformers` loads it, in the type of its master weights.
    ///
    /// @param source the directory it came from: configuration and companions are taken from there
    /// @param target an existing directory
    /// @throws WeightsException when the weights cannot be written
    public static void write(Decoder decoder, Path source, Path target) {
        boolean wide = decoder.precision() == Precision.FLOAT64;
        Dtype dtype = wide ? Dtype.F64 : Dtype.F32;
        List<OutgoingTensor> tensors = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            for (Parameter parameter : decoder.parameters().layout()) {
                addParts(tensors, decoder.parameters().master(parameter.name()), parameter, dtype);
            }
            ShardedWriter.write(target, tensors, ShardedWriter.DEFAULT_SHARD_BYTES);
        }
        try {
            ObjectNode config = config(source, wide ? "float64" : "float32");
            if (decoder.architecture().scores()) {
                describeScore(config, decoder.architecture().family());
            }
            Files.writeString(
                    target.resolve("config.json"),
                    JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
            copyCompanions(source, target);
        } catch (IOException e) {
            throw new ModelException(target + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /// The source's configuration, saying the type that the weights are now stored in.
    private static ObjectNode config(Path source, String dtype) {
        ObjectNode json =
                (ObjectNode) Config.read(source.resolve("config.json")).json();
        json.put(json.has("torch_dtype") ? "torch_dtype" : "dtype", dtype);
        return json;
    }

    /// Makes a configuration that of a reward model: a sequence classifier of one class.
    ///
    /// `transformers` reads scores at the last token that is not padding. Where the end of sequence is padding as
    /// well, it would read them a token early, so padding is then left out: it scores single sequences as they are
    /// scored here, and refuses batches rather than score them differently.
    private static void describeScore(ObjectNode config, Family family) {
        config.putArray("architectures").add(family.scoring());
        config.putObject("id2label").put("0", "LABEL_0");
        config.putObject("label2id").put("LABEL_0", 0);
        JsonNode padding = config.path("pad_token_id");
        JsonNode end = config.path("eos_token_id");
        if (end.isArray() ? end.valueStream().anyMatch(padding::equals) : end.equals(padding)) {
            config.putNull("pad_token_id");
        }
    }

    private static void addParts(List<OutgoingTensor> tensors, Tensor master, Parameter parameter, Dtype dtype) {
        long row = 0;
        for (Part part : parameter.parts()) {
            long from = row;
            tensors.add(new OutgoingTensor(part.key(), dtype, parameter.storedShape(part), dtype, () -> {
                Tensor rows = master.narrow(0, from, part.rows());
                return Tensors.memory(part.order().stored(rows));
            }));
            row += part.rows();
        }
    }

    private static void fill(Tensor master, Parameter parameter, Stored stored) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            long row = 0;
            for (Part part : parameter.parts()) {
                Tensor rows = master.narrow(0, row, part.rows());
                Optional<StoredTensor> found = stored.find(part);
                if (found.isEmpty()) {
                    continue; // drawn
                }
                StoredTensor tensor = found.get();
                if (part.order().equals(Parameter.Order.SAME)) {
                    copy(tensor, rows);
                } else {
                    long[] shape = parameter.storedShape(part).stream()
                            .mapToLong(Long::longValue)
                            .toArray();
                    Tensor ordered = Tensors.empty(master.scalar_type(), shape);
                    copy(tensor, ordered);
                    rows.copy_(part.order().ours(ordered));
                }
                row += part.rows();
            }
        }
    }

    private static void copy(StoredTensor from, Tensor to) {
        MemorySegment memory = Tensors.memory(to);
        from.copyTo(memory, memory.byteSize() == from.elements() * Double.BYTES ? Dtype.F64 : Dtype.F32);
    }

    /// The stored tensors of an architecture, found to be complete.
    ///
    /// @param family whose names they have
    /// @param weights where they lie
    /// @param prefix what every key of the family starts with but these files leave out; empty where they do not
    private record Stored(Family family, WeightDirectory weights, String prefix) {

        /// @param optional parts that may be missing
        /// @throws WeightsException naming all that is missing, unexpected or of another shape
        static Stored match(Architecture architecture, WeightDirectory weights, Set<Part> optional) {
            Family family = architecture.family();
            String prefix = family.optionalPrefix();
            boolean left = weights.names().stream().noneMatch(name -> name.startsWith(prefix));
            Stored stored = new Stored(family, weights, left ? prefix : "");
            List<String> missing = new ArrayList<>();
            List<String> misshaped = new ArrayList<>();
            Set<String> unexpected = new TreeSet<>(weights.names());
            for (Parameter parameter : family.layout(architecture)) {
                for (Part part : parameter.parts()) {
                    Optional<StoredTensor> tensor = stored.find(part);
                    tensor.ifPresent(found -> unexpected.remove(found.name()));
                    if (tensor.isEmpty()) {
                        if (!optional.contains(part)) {
                            missing.add(stored.key(part));
                        }
                    } else if (!tensor.get().shape().equals(parameter.storedShape(part))) {
                        misshaped.add(stored.key(part) + " must be " + parameter.storedShape(part) + ", got "
                                + tensor.get().shape());
                    }
                }
            }
            unexpected.removeIf(name -> family.ignores(name, architecture));
            if (!missing.isEmpty() || !unexpected.isEmpty() || !misshaped.isEmpty()) {
                throw WeightsException.mismatch(weights.directory(), missing, List.copyOf(unexpected), misshaped);
            }
            return stored;
        }

        private String key(Part part) {
            return part.key().startsWith(prefix) ? part.key().substring(prefix.length()) : part.key();
        }

        Optional<StoredTensor> find(Part part) {
            return weights.find(key(part)).or(() -> family.otherName(part.key()).flatMap(weights::find));
        }
    }
}

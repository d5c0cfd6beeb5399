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
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
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

    /// A folder with the chat templates that a model has besides its default.
    private static final String TEMPLATES = "additional_chat_templates";

    private ModelDirectory() {}

    /// The architecture that a directory's `config.json` describes; an adapter's is that of its base.
    ///
    /// @throws ModelException when it asks for what is not supported, naming the key
    public static Architecture architecture(Path directory) {
        return architecture(ModelFiles.of(directory));
    }

    /// The architecture of a model, which an adapter may make a reward model of.
    ///
    /// @throws ModelException when it asks for what is not supported, naming the key
    public static Architecture architecture(ModelFiles files) {
        Path file = files.base().resolve("config.json");
        Path adapter = files.adapter();
        try {
            Architecture architecture = Family.architecture(Config.read(file));
            return adapter != null && AdapterDirectory.scores(adapter)
                    ? architecture.reading(Architecture.Output.SCORE)
                    : architecture;
        } catch (IllegalArgumentException e) {
            throw new ModelException(file + ": " + e.getMessage(), e);
        }
    }

    /// Reads a language model: a whole one, or an adapter with the base that it names.
    ///
    /// @param trainable whether gradients are kept: of the adapter alone where there is one
    /// @throws ModelException when the configuration asks for what is not supported, or is that of a reward model
    /// @throws WeightsException when files are malformed, or weights are missing, unexpected or of another shape
    public static Decoder read(Path directory, Precision precision, boolean trainable) {
        return read(ModelFiles.of(directory), precision, trainable);
    }

    /// Reads a language model.
    ///
    /// @param trainable whether gradients are kept: of the adapter alone where there is one
    /// @throws ModelException when the configuration asks for what is not supported, or is that of a reward model
    /// @throws WeightsException when files are malformed, or weights are missing, unexpected or of another shape
    public static Decoder read(ModelFiles files, Precision precision, boolean trainable) {
        Architecture architecture = architecture(files);
        requireLanguageModel(files.newest(), architecture);
        return read(files, architecture, precision, trainable, OptionalLong.empty());
    }

    /// Reads a model of either kind, for asking only.
    ///
    /// @throws ModelException when the configuration asks for what is not supported
    /// @throws WeightsException when files are malformed, or weights are missing, unexpected or of another shape
    public static Decoder readAny(ModelFiles files, Precision precision) {
        return read(files, architecture(files), precision, false, OptionalLong.empty());
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
        ModelFiles files = ModelFiles.of(directory);
        Architecture architecture = architecture(files);
        if (!architecture.scores()) {
            throw new ModelException(directory + ": must be a reward model ("
                    + architecture.family().scoring()
                    + " among architectures of its config.json), got a language model; method: reward makes one of it");
        }
        return read(files, architecture, precision, false, OptionalLong.empty());
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
        return startReward(ModelFiles.of(directory), precision, true, seed);
    }

    /// As [#startReward(Path, Precision, long)].
    ///
    /// @param trainable whether gradients are kept; false for a model that is going to be adapted
    /// @param seed of the draws
    /// @throws ModelException when the configuration asks for what is not supported
    /// @throws WeightsException when files are malformed, or weights are missing, unexpected or of another shape
    public static Decoder startReward(ModelFiles files, Precision precision, boolean trainable, long seed) {
        Architecture architecture = architecture(files);
        return read(
                files,
                architecture.reading(Architecture.Output.SCORE),
                precision,
                trainable,
                architecture.scores() ? OptionalLong.empty() : OptionalLong.of(seed));
    }

    private static Decoder read(
            ModelFiles files, Architecture architecture, Precision precision, boolean trainable, OptionalLong seed) {
        if (files.adapter() == null) {
            return readWhole(files.base(), architecture, precision, trainable, seed);
        }
        if (seed.isPresent()) {
            throw new ModelException(files.newest() + ": must be a reward model's adapter (task_type SEQ_CLS) to go on"
                    + " with as one; to make a reward model of a language model's adapter, merge it first");
        }
        // The vector that scores are read by is the adapter's, whatever the base has.
        OptionalLong drawn = architecture.scores() ? OptionalLong.of(0) : OptionalLong.empty();
        Decoder base = readWhole(files.base(), architecture, precision, false, drawn);
        boolean read = false;
        try {
            Decoder adapted = new Decoder(base, AdapterDirectory.read(files, base, trainable));
            read = true;
            return adapted;
        } finally {
            if (!read) {
                base.close();
            }
        }
    }

    /// @param seed of a score vector that the files need not hold; empty where they must
    private static Decoder readWhole(
            Path directory, Architecture architecture, Precision precision, boolean trainable, OptionalLong seed) {
        try (WeightDirectory weights = WeightDirectory.open(directory)) {
            Stored stored = Stored.match(architecture, weights, seed.isPresent() ? Set.of(Family.SCORE) : Set.of());
            Decoder decoder = new Decoder(architecture, precision, trainable);
            boolean filled = false;
            try {
                seed.ifPresent(drawn -> decoder.initialiseScore(deviation(directory), drawn));
                for (Parameter parameter : decoder.weights().layout()) {
                    fill(decoder.weights().master(parameter.name()), parameter, stored::find);
                }
                decoder.weights().refresh();
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
    /// identity. GPT-2's maps back to the residual stream are drawn smaller by the square root of their number
    /// (Radford et al., Language Models are Unsupervised Multitask Learners, 2019, section 2.3). The row of a
    /// padding token is drawn as any other.
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

    /// Digest of a model's weights: what a value computed from them can be kept under.
    public static String digest(ModelFiles files) {
        try (WeightDirectory weights = WeightDirectory.open(files.base())) {
            Path adapter = files.adapter();
            return adapter == null ? weights.digest() : weights.digest() + "+" + AdapterDirectory.digest(adapter);
        }
    }

    /// The text of the files that say how a model computes: part of what a value is kept under.
    public static String configuration(ModelFiles files) throws IOException {
        String base = Files.readString(files.base().resolve("config.json"));
        Path adapter = files.adapter();
        return adapter == null ? base : base + Files.readString(adapter.resolve(AdapterDirectory.CONFIG));
    }

    /// Writes a decoder so that `transformers` loads it, in the type of its master weights; of one with an adapter the
    /// adapter alone, so that PEFT loads it. To write a whole model then, [merge][Decoder#merged] first.
    ///
    /// @param source the directory it came from, of an adapter its base's: configuration and companions are taken
    ///     from there
    /// @param target an existing directory
    /// @throws WeightsException when the weights cannot be written
    public static void write(Decoder decoder, Path source, Path target) {
        boolean wide = decoder.precision() == Precision.FLOAT64;
        Dtype dtype = wide ? Dtype.F64 : Dtype.F32;
        Optional<Adapter> adapter = decoder.adapter();
        adapter.ifPresentOrElse(
                own -> AdapterDirectory.write(own, decoder.architecture(), dtype, source, target),
                () -> writeWeights(decoder, dtype, target));
        try {
            if (adapter.isEmpty()) {
                ObjectNode config = config(decoder, source, wide ? "float64" : "float32");
                Files.writeString(
                        target.resolve("config.json"),
                        JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
            }
            copyCompanions(source, target);
        } catch (IOException e) {
            throw new ModelException(target + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /// Copies what travels with a model: tokenizer, chat templates, licence.
    public static void copyCompanions(Path source, Path target) throws IOException {
        if (Files.isSameFile(source, target)) {
            return;
        }
        for (String companion : COMPANIONS) {
            copy(source.resolve(companion), target.resolve(companion));
        }
        Path templates = source.resolve(TEMPLATES);
        if (!Files.isDirectory(templates)) {
            return;
        }
        Path copies = Files.createDirectories(target.resolve(TEMPLATES));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(templates, "*.jinja")) {
            for (Path file : files) {
                copy(file, copies.resolve(file.getFileName()));
            }
        }
    }

    private static void copy(Path source, Path target) throws IOException {
        if (Files.isRegularFile(source)) {
            // The bytes and not the permissions: a source may be read-only, a target is to be written.
            Files.write(target, Files.readAllBytes(source));
        }
    }

    private static void writeWeights(Decoder decoder, Dtype dtype, Path target) {
        List<OutgoingTensor> tensors = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            for (Parameter parameter : decoder.weights().layout()) {
                addParts(tensors, decoder.weights().master(parameter.name()), parameter, dtype);
            }
            ShardedWriter.write(target, tensors, ShardedWriter.DEFAULT_SHARD_BYTES);
        }
    }

    /// The source's configuration, saying what the weights now are.
    private static ObjectNode config(Decoder decoder, Path source, String dtype) {
        ObjectNode json =
                (ObjectNode) Config.read(source.resolve("config.json")).json();
        json.put(json.has("torch_dtype") ? "torch_dtype" : "dtype", dtype);
        switch (decoder.architecture().output()) {
            case OWN -> {
                if (architecture(source).output() == Architecture.Output.EMBEDDING) {
                    json.put("tie_word_embeddings", false);
                }
            }
            case EMBEDDING -> {}
            case SCORE -> describeScore(json, decoder.architecture().family());
        }
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

    static void addParts(List<OutgoingTensor> tensors, Tensor master, Parameter parameter, Dtype dtype) {
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

    /// Fills a parameter from stored tensors; a part that is not there stays as it is.
    static void fill(Tensor master, Parameter parameter, Function<Part, Optional<StoredTensor>> stored) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            long row = 0;
            for (Part part : parameter.parts()) {
                Tensor rows = master.narrow(0, row, part.rows());
                Optional<StoredTensor> found = stored.apply(part);
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

    static void copy(StoredTensor from, Tensor to) {
        MemorySegment memory = Tensors.memory(to);
        from.copyTo(memory, memory.byteSize() == from.elements() * Double.BYTES ? Dtype.F64 : Dtype.F32);
    }

    /// The stored tensors of an architecture, found to be complete.
    ///
    /// @param family whose names they have
    /// @param weights where they lie
    /// @param prefix what every key of the family starts with but these files leave out; empty where they do not
    record Stored(Family family, WeightDirectory weights, String prefix) {

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

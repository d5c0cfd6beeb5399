package dev.poise.model;

import dev.poise.model.Architecture.Activation;
import dev.poise.model.Architecture.Biases;
import dev.poise.model.Architecture.Form;
import dev.poise.model.Architecture.Output;
import dev.poise.model.ModelDirectory.Stored;
import dev.poise.model.Parameter.Order;
import dev.poise.model.Parameter.Part;
import dev.poise.tokenize.GgufVocabulary;
import dev.poise.weights.Dtype;
import dev.poise.weights.GgufTensor;
import dev.poise.weights.GgufWriter;
import dev.poise.weights.GgufWriter.Outgoing;
import dev.poise.weights.StoredTensor;
import dev.poise.weights.WeightDirectory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A model directory as a GGUF file that llama.cpp runs: the other way round from [GgufModel].
///
/// Names and metadata are those of llama.cpp's converter. Its files hold every matrix `[out, in]`, packed ones with all
/// queries first, then keys, then values; Llama's queries and keys with the rotated pairs side by side; and Gemma's
/// norms as 1 + weight. What llama.cpp's graph of a family has no switch for is refused by name.
public final class GgufExport {

    /// Names of tensors, by those of parameters; of a parameter with several parts, one each.
    private static final Map<String, List<String>> NAMES = Map.ofEntries(
            Map.entry("embedding", List.of("token_embd")),
            Map.entry("position_embedding", List.of("position_embd")),
            Map.entry("final_norm", List.of("output_norm")),
            Map.entry("head", List.of("output")),
            Map.entry("attention_norm", List.of("attn_norm")),
            Map.entry("attention_output_norm", List.of("post_attention_norm")),
            Map.entry("feed_forward_norm", List.of("ffn_norm")),
            Map.entry("feed_forward_output_norm", List.of("post_ffw_norm")),
            Map.entry("attention.query_norm", List.of("attn_q_norm")),
            Map.entry("attention.key_norm", List.of("attn_k_norm")),
            Map.entry("attention.query_key_value", List.of("attn_q", "attn_k", "attn_v")),
            Map.entry("attention.output", List.of("attn_output")),
            Map.entry("feed_forward.up", List.of("ffn_gate", "ffn_up")),
            Map.entry("feed_forward.down", List.of("ffn_down")));

    /// What packed matrices are called: queries, keys and values in one, gate and up in one.
    private static final Map<String, String> PACKED =
            Map.of("attention.query_key_value", "attn_qkv", "feed_forward.up", "ffn_up");

    /// Layers by which llama.cpp knows the 27 B models, whose attention is scaled by another width.
    private static final int LAYERS_OF_GEMMA2_27B = 46;

    private static final int LAYERS_OF_GEMMA3_27B = 62;

    private static final int QUANTISATION_VERSION = 2;

    private final Path directory;
    private final Config config;
    private final Architecture architecture;
    private final String kind;
    private final GgufTensor.Type type;
    private final Consumer<String> note;

    private GgufExport(Path directory, Architecture architecture, GgufTensor.Type type, Consumer<String> note) {
        this.directory = directory;
        this.config = Config.read(directory.resolve("config.json"));
        this.architecture = architecture;
        this.kind = kind(architecture.family());
        this.type = type;
        this.note = note;
    }

    /// Writes a directory's language model, its tokenizer and its chat template as one file, whole or not at all.
    ///
    /// @param type of the matrices; norms, biases and learned positions stay F32, and a matrix whose rows are
    ///     not of whole blocks becomes F16 beside Q8_0
    /// @param note told what the file says less exactly than the directory
    /// @throws ModelException when llama.cpp's graph of the family cannot say what the configuration asks for
    /// @throws dev.poise.tokenize.TokenizerException when the format has no words for the tokenizer
    /// @throws dev.poise.weights.WeightsException when weights are malformed, or numbers do not fit the type
    public static void write(Path directory, Path file, GgufTensor.Type type, Consumer<String> note) {
        Architecture architecture = ModelDirectory.architecture(directory);
        ModelDirectory.requireLanguageModel(directory, architecture);
        GgufExport export = new GgufExport(directory, architecture, type, note);
        export.refuseWhatCannotBeSaid();
        ObjectNode metadata = export.metadata();
        metadata.setAll(GgufVocabulary.metadata(directory, architecture.vocabulary(), note));
        try (WeightDirectory weights = WeightDirectory.open(directory)) {
            Stored stored = Stored.match(architecture, weights, Set.of());
            GgufWriter.write(file, metadata, export.tensors(stored));
        }
    }

    private static String kind(Family family) {
        return switch (family) {
            case LLAMA, MISTRAL -> "llama";
            case QWEN2 -> "qwen2";
            case QWEN3 -> "qwen3";
            case SMOLLM3 -> "smollm3";
            case OLMO2 -> "olmo2";
            case PHI3 -> "phi3";
            case GEMMA2 -> "gemma2";
            case GEMMA3 -> "gemma3";
            case GPT_NEOX -> "gptneox";
            case GPT2 -> "gpt2";
        };
    }

    private boolean gemma() {
        return kind.startsWith("gemma");
    }

    private void refuseWhatCannotBeSaid() {
        Biases biases = architecture.biases();
        boolean legal =
                switch (architecture.family()) {
                    case LLAMA -> true;
                    case QWEN2 -> biases.equals(new Biases(true, false, false));
                    case GPT_NEOX, GPT2 -> biases.equals(new Biases(true, true, true));
                    case MISTRAL, QWEN3, SMOLLM3, OLMO2, PHI3, GEMMA2, GEMMA3 -> biases.equals(Biases.NONE);
                };
        if (!legal) {
            throw refused("biases other than the family's own (attention_bias, mlp_bias)");
        }
        requireActivation();
        requireScale();
        requireLayers();
        if (gemma() && architecture.output() == Output.OWN) {
            throw refused("a head of its own (tie_word_embeddings: false)");
        }
        if (architecture.family() == Family.GEMMA3
                && Architecture.Caps.bounds(architecture.caps().logits())) {
            throw refused("a cap on logits (final_logit_softcapping)");
        }
    }

    private void requireActivation() {
        Activation activation = architecture.activation();
        boolean legal =
                switch (architecture.family()) {
                    case LLAMA, MISTRAL, QWEN2, QWEN3, SMOLLM3, OLMO2, PHI3 -> activation == Activation.SILU;
                    case GEMMA2, GEMMA3 -> activation == Activation.GELU_TANH;
                    case GPT_NEOX, GPT2 -> activation == Activation.GELU || activation == Activation.GELU_TANH;
                };
        if (!legal) {
            throw refused("the activation " + activation);
        }
        if (activation == Activation.GELU) {
            note.accept(
                    "llama.cpp computes this family's GELU by the tanh formula, so that its numbers differ a little");
        }
    }

    private void requireScale() {
        int layers = architecture.layers();
        boolean byWidth = (architecture.family() == Family.GEMMA2 && layers == LAYERS_OF_GEMMA2_27B)
                || (architecture.family() == Family.GEMMA3 && layers == LAYERS_OF_GEMMA3_27B);
        int width = byWidth ? architecture.width() / architecture.heads() : architecture.headWidth();
        double scale = 1 / Math.sqrt(width);
        if (Math.abs(architecture.attentionScale() - scale) > 1e-9 * scale) {
            throw refused("an attention scale other than 1/√" + width + " (query_pre_attn_scalar)");
        }
    }

    /// Which layers have a window, and which turn, is the family's own in llama.cpp.
    private void requireLayers() {
        List<LayerType> layers = architecture.layerTypes();
        for (int layer = 0; layer < layers.size(); layer++) {
            boolean windowed = layers.get(layer).window() != LayerType.ALL;
            boolean windowExpected =
                    switch (architecture.family()) {
                        case GEMMA2 -> layer % 2 == 0;
                        case GEMMA3 -> layer % 6 != 5;
                        case LLAMA, MISTRAL, QWEN2, QWEN3, SMOLLM3, OLMO2, PHI3, GPT_NEOX, GPT2 -> windowed;
                    };
            if (windowed != windowExpected) {
                throw refused("a window at other layers than the family's own (layer_types), here layer " + layer);
            }
            boolean turns = layers.get(layer).rotary() != null;
            boolean turnExpected =
                    switch (architecture.family()) {
                        case SMOLLM3 -> layer % 4 != 3;
                        case GPT2 -> false;
                        case LLAMA, MISTRAL, QWEN2, QWEN3, OLMO2, PHI3, GEMMA2, GEMMA3, GPT_NEOX -> true;
                    };
            if (turns != turnExpected) {
                throw refused(
                        "rotation at other layers than every four but the last (no_rope_layers), here layer " + layer);
            }
        }
    }

    private ObjectNode metadata() {
        ObjectNode metadata = JsonMapper.shared().createObjectNode();
        metadata.put("general.architecture", kind);
        metadata.put(
                "general.name",
                String.valueOf(directory.toAbsolutePath().normalize().getFileName()));
        metadata.put(
                "general.file_type",
                switch (type) { // as llama.h counts them
                    case F32 -> 0;
                    case F16 -> 1;
                    case Q8_0 -> 7;
                    case BF16 -> 32;
                });
        metadata.put("general.quantization_version", QUANTISATION_VERSION);
        put(metadata, "context_length", context());
        put(metadata, "embedding_length", architecture.width());
        put(metadata, "block_count", architecture.layers());
        put(metadata, "feed_forward_length", architecture.feedForward());
        put(metadata, "attention.head_count", architecture.heads());
        put(metadata, "attention.head_count_kv", architecture.keyValueHeads());
        put(metadata, "attention.key_length", architecture.headWidth());
        put(metadata, "attention.value_length", architecture.headWidth());
        put(metadata, "vocab_size", architecture.vocabulary());
        String norm =
                switch (architecture.norm().kind()) {
                    case RMS -> "attention.layer_norm_rms_epsilon";
                    case LAYER -> "attention.layer_norm_epsilon";
                };
        metadata.put(kind + "." + norm, (float) architecture.norm().epsilon());
        if (architecture.family() == Family.GPT_NEOX) {
            metadata.put(kind + ".use_parallel_residual", architecture.form() == Form.PARALLEL);
        }
        if (gemma()) {
            put(
                    metadata,
                    "attention.sliding_window",
                    architecture.layerTypes().getFirst().window());
        }
        if (architecture.family() == Family.GEMMA2) {
            metadata.put(kind + ".attn_logit_softcapping", (float)
                    cap(architecture.caps().scores()));
            metadata.put(kind + ".final_logit_softcapping", (float)
                    cap(architecture.caps().logits()));
        }
        if (!architecture.learnedPositions()) {
            describeRotation(metadata);
        }
        return metadata;
    }

    private double cap(double cap) {
        if (!Architecture.Caps.bounds(cap)) {
            throw refused("no caps on scores or logits (attn_logit_softcapping, final_logit_softcapping: null)");
        }
        return cap;
    }

    private void put(ObjectNode metadata, String key, int value) {
        metadata.put(kind + "." + key, value);
    }

    /// The longest sequence on which the file says what the directory does: llama.cpp has windows in Gemma only.
    private int context() {
        int window = IntStream.of(architecture.windows()).min().orElse(LayerType.ALL);
        if (gemma() || window >= architecture.context()) {
            return architecture.context();
        }
        note.accept("llama.cpp has no window in this family: context_length is " + window
                + ", that of the window, and not " + architecture.context());
        return window;
    }

    /// The rotation that the metadata tell: that of all layers that turn, or, of Gemma 3, of those that see all.
    private Rotary rotary() {
        boolean third = architecture.family() == Family.GEMMA3;
        return architecture.layerTypes().stream()
                .filter(layer -> !third || layer.window() == LayerType.ALL)
                .flatMap(layer -> Stream.ofNullable(layer.rotary()))
                .findFirst()
                .orElseGet(() -> new Rotary.Fixed(Rotary.geometric(base(), architecture.headWidth()), 1));
    }

    private void describeRotation(ObjectNode metadata) {
        Rotary rotary = rotary();
        Config scaling = scaling();
        double base = base();
        put(metadata, "rope.dimension_count", rotary.width());
        metadata.put(kind + ".rope.freq_base", (float) base);
        String rope = scaling.text("rope_type", scaling.text("type", "default"));
        String prefix = kind + ".rope.scaling.";
        switch (rotary) {
            case Rotary.LongRope longRope
            when architecture.family() == Family.PHI3 -> {
                put(metadata, "rope.scaling.original_context_length", longRope.steady());
                metadata.put(prefix + "attn_factor", (float) longRope.magnitude());
                note.accept("llama.cpp chooses the long or short factors of this model by the context that it is given"
                        + " and not by the length of the text");
            }
            case Rotary.Fixed _
            when rope.equals("yarn") -> {
                for (String key :
                        List.of("beta_fast", "beta_slow", "mscale", "mscale_all_dim", "truncate", "attention_factor")) {
                    if (scaling.has(key) && !isDefault(scaling, key)) {
                        throw refused("YaRN with " + key + " of its own");
                    }
                }
                int original =
                        scaling.integer("original_max_position_embeddings", config.integer("max_position_embeddings"));
                double factor = scaling.number("factor", config.integer("max_position_embeddings") / (double) original);
                metadata.put(prefix + "type", "yarn").put(prefix + "factor", (float) factor);
                put(metadata, "rope.scaling.original_context_length", original);
            }
            case Rotary.Fixed fixed
            when fixed.magnitude() == 1 -> {
                double[] divisors = divisors(fixed, base);
                if (eachByItself(divisors)) {
                    requireFactors();
                } else if (!same(divisors[0], 1)) {
                    metadata.put(prefix + "type", "linear").put(prefix + "factor", (float) divisors[0]);
                }
            }
            case Rotary _ -> throw refused("rotary positions of type " + rope);
        }
        requireWindowedRotation();
    }

    private static boolean isDefault(Config scaling, String key) {
        return (key.equals("beta_fast") && scaling.number(key, 32) == 32)
                || (key.equals("beta_slow") && scaling.number(key, 1) == 1)
                || (key.equals("truncate") && scaling.truth(key, true));
    }

    /// In llama.cpp layers of Gemma 3 with a window turn by the base 10 000, unscaled.
    private void requireWindowedRotation() {
        boolean legal = architecture.family() != Family.GEMMA3
                || architecture.layerTypes().stream()
                        .filter(layer -> layer.window() != LayerType.ALL)
                        .allMatch(layer -> layer.rotary() instanceof Rotary.Fixed fixed
                                && fixed.magnitude() == 1
                                && DoubleStream.of(divisors(fixed, 10_000)).allMatch(divisor -> same(divisor, 1)));
        if (!legal) {
            throw refused("layers with a window that turn by another base than 10000 (rope_local_base_freq)");
        }
    }

    /// What the frequencies of a base are divided by.
    private static double[] divisors(Rotary.Fixed rotary, double base) {
        double[] plain = Rotary.geometric(base, rotary.width());
        return IntStream.range(0, plain.length)
                .mapToDouble(i -> plain[i] / rotary.frequencies()[i])
                .toArray();
    }

    private static boolean eachByItself(double[] divisors) {
        return DoubleStream.of(divisors).anyMatch(divisor -> !same(divisor, divisors[0]));
    }

    private static boolean same(double one, double other) {
        return Math.abs(one - other) <= 1e-9 * Math.abs(other);
    }

    /// Frequencies divided one by one are a tensor of Llama's.
    private void requireFactors() {
        if (!kind.equals("llama")) {
            throw refused("rotary frequencies scaled one by one (rope_type: llama3)");
        }
    }

    /// Where the rotary parameters of layers that see all stand: [RotaryConfig] knows the layouts.
    private Config scaling() {
        Config place = config.object("rope_parameters")
                .or(() -> config.object("rope_scaling"))
                .orElse(config);
        return place.object("full_attention").orElse(place);
    }

    /// The base of the rotation, where the configuration says it or as `transformers` takes it where it does not.
    private double base() {
        String beside = architecture.family() == Family.GPT_NEOX ? "rotary_emb_base" : "rope_theta";
        double otherwise =
                switch (architecture.family()) {
                    case SMOLLM3 -> 2_000_000;
                    case GEMMA3 -> 1_000_000;
                    case LLAMA, MISTRAL, QWEN2, QWEN3, OLMO2, PHI3, GEMMA2, GPT_NEOX, GPT2 -> 10_000;
                };
        return scaling().number("rope_theta", config.number(beside, otherwise));
    }

    private List<Outgoing> tensors(Stored stored) {
        List<Outgoing> tensors = new ArrayList<>();
        int narrow = 0;
        for (Parameter parameter : architecture.family().layout(architecture)) {
            for (int part = 0; part < parameter.parts().size(); part++) {
                Outgoing tensor = tensor(parameter, part, stored);
                narrow += type == GgufTensor.Type.Q8_0 && tensor.type() == GgufTensor.Type.F16 ? 1 : 0;
                tensors.add(tensor);
            }
        }
        if (architecture.output() == Output.EMBEDDING && wantsOwnHead()) {
            Outgoing embedding = tensors.getFirst();
            tensors.add(new Outgoing("output.weight", embedding.type(), embedding.shape(), embedding.numbers()));
        }
        addFactors(tensors);
        if (narrow > 0) {
            note.accept(narrow + " matrices have rows that are not of whole blocks of 32, and are F16 beside Q8_0");
        }
        return tensors;
    }

    /// Families whose head llama.cpp wants even where it is the embedding.
    private boolean wantsOwnHead() {
        return switch (architecture.family()) {
            case OLMO2, PHI3, GPT_NEOX, GPT2 -> true;
            case LLAMA, MISTRAL, QWEN2, QWEN3, SMOLLM3, GEMMA2, GEMMA3 -> false;
        };
    }

    private void addFactors(List<Outgoing> tensors) {
        if (architecture.learnedPositions()) {
            return;
        }
        switch (rotary()) {
            case Rotary.LongRope rope -> {
                double[] plain = Rotary.geometric(base(), rope.width());
                tensors.add(factors("rope_factors_short.weight", plain, rope.brief()));
                tensors.add(factors("rope_factors_long.weight", plain, rope.extended()));
            }
            case Rotary.Fixed rope -> {
                if (rope.magnitude() == 1 && eachByItself(divisors(rope, base()))) {
                    double[] plain = Rotary.geometric(base(), rope.width());
                    tensors.add(factors("rope_freqs.weight", plain, rope.frequencies()));
                }
            }
            case Rotary.DynamicNtk _ -> {} // refused before
        }
    }

    private static Outgoing factors(String name, double[] plain, double[] scaled) {
        float[] factors = new float[plain.length];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = (float) (plain[i] / scaled[i]);
        }
        return new Outgoing(
                name, GgufTensor.Type.F32, List.of((long) factors.length), arena -> MemorySegment.ofArray(factors));
    }

    private Outgoing tensor(Parameter parameter, int index, Stored stored) {
        Part part = parameter.parts().get(index);
        String name = name(parameter, index);
        boolean matrix = parameter.shape().length == 2;
        List<Long> shape = matrix ? List.of(part.rows(), parameter.columns()) : List.of(part.rows());
        GgufTensor.Type held = matrix && !name.startsWith("position_embd") ? type : GgufTensor.Type.F32;
        StoredTensor found = stored.find(part).orElseThrow();
        return new Outgoing(
                name,
                held.fits(shape) ? held : GgufTensor.Type.F16,
                shape,
                arena -> numbers(found, parameter, part, name, arena));
    }

    private String name(Parameter parameter, int index) {
        String own = parameter.name();
        String suffix = own.substring(own.lastIndexOf('.'));
        String stem = own.substring(0, own.length() - suffix.length());
        String block = "";
        if (stem.startsWith("layers.")) {
            int end = stem.indexOf('.', "layers.".length());
            block = "blk" + stem.substring("layers".length(), end) + ".";
            stem = stem.substring(end + 1);
        }
        boolean packed = PACKED.containsKey(stem) && parameter.parts().size() == 1;
        List<String> names = packed ? List.of(PACKED.get(stem)) : NAMES.getOrDefault(stem, List.of());
        if (index >= names.size()) {
            throw new IllegalStateException("parameter " + own + " has no name in GGUF");
        }
        return block + names.get(index) + suffix;
    }

    /// A part's numbers as llama.cpp orders them.
    private MemorySegment numbers(StoredTensor stored, Parameter parameter, Part part, String name, Arena arena) {
        MemorySegment numbers = arena.allocate(stored.elements() * Float.BYTES, Float.BYTES);
        stored.copyTo(numbers, Dtype.F32);
        MemorySegment rows = ordered(numbers, part, parameter.columns(), arena);
        boolean turned = name.contains(".attn_q.") || name.contains(".attn_k.");
        if (turned && pairsSideBySide()) {
            rows = gathered(rows, part.rows(), parameter.columns(), paired(part.rows(), name), arena);
        }
        boolean norm = name.contains("_norm.weight");
        if (norm && architecture.norm().aboveOne()) {
            for (long i = 0; i < part.rows(); i++) {
                rows.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1 + rows.getAtIndex(ValueLayout.JAVA_FLOAT, i));
            }
        }
        return rows;
    }

    private boolean pairsSideBySide() {
        return kind.equals("llama") || kind.equals("smollm3");
    }

    /// Rows as the parameter has them.
    private static MemorySegment ordered(MemorySegment stored, Part part, long columns, Arena arena) {
        Order order = part.order();
        long rows = part.rows();
        if (order.columnsFirst()) {
            MemorySegment turned = arena.allocate(stored.byteSize(), Float.BYTES);
            for (long row = 0; row < rows; row++) {
                for (long column = 0; column < columns; column++) {
                    turned.setAtIndex(
                            ValueLayout.JAVA_FLOAT,
                            row * columns + column,
                            stored.getAtIndex(ValueLayout.JAVA_FLOAT, column * rows + row));
                }
            }
            return turned;
        }
        long width = rows / ((long) order.heads() * order.kinds());
        return order.equals(Order.SAME)
                ? stored
                : gathered(
                        stored,
                        rows,
                        columns,
                        row -> {
                            long ofKind = row / (order.heads() * width);
                            long head = row / width % order.heads();
                            return (head * order.kinds() + ofKind) * width + row % width;
                        },
                        arena);
    }

    /// Which row comes where, with the coordinates of a rotated pair side by side rather than half a head apart.
    private LongUnaryOperator paired(long rows, String name) {
        int heads = name.contains(".attn_q.") ? architecture.heads() : architecture.keyValueHeads();
        long width = rows / heads;
        return row -> {
            long within = row % width;
            return row - within + within % 2 * (width / 2) + within / 2;
        };
    }

    private static MemorySegment gathered(
            MemorySegment from, long rows, long columns, LongUnaryOperator source, Arena arena) {
        long bytes = columns * Float.BYTES;
        MemorySegment to = arena.allocate(rows * bytes, Float.BYTES);
        for (long row = 0; row < rows; row++) {
            MemorySegment.copy(from, source.applyAsLong(row) * bytes, to, row * bytes, bytes);
        }
        return to;
    }

    private ModelException refused(String what) {
        return new ModelException(directory.resolve("config.json") + ": asks for " + what + ", which llama.cpp's "
                + kind + " has no switch for: this model cannot be written as GGUF");
    }
}

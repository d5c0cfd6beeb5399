package dev.poise.model;

import dev.poise.torch.Tensors;
import dev.poise.weights.Dtype;
import dev.poise.weights.OutgoingTensor;
import dev.poise.weights.SafetensorsFile;
import dev.poise.weights.SafetensorsWriter;
import dev.poise.weights.StoredTensor;
import dev.poise.weights.WeightDigest;
import dev.poise.weights.WeightDirectory;
import dev.poise.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An adapter as a directory in PEFT's layout: `adapter_config.json` and `adapter_model.safetensors`.
///
/// What is adapted is read from the tensors, which say it without doubt; targets, patterns and layers in the
/// configuration are how they came to be. What would change the maths and is not supported is refused by name.
final class AdapterDirectory {

    static final String CONFIG = "adapter_config.json";

    private static final String WEIGHTS = "adapter_model.safetensors";

    /// The entry of the file's metadata that tells one base from another whose shapes are the same. PEFT reads none.
    private static final String FINGERPRINT = "poise.base";

    private static final String HEAD_OF_BASE = Adapter.PREFIX + "lm_head.base_layer.weight";

    /// How far two copies of a matrix may be apart, relative to its norm, where one was rounded to bfloat16.
    private static final double ROUNDING = 0.01;

    /// Keys that say how an adapter was made, or what is the same for every adapter that is read here.
    private static final Set<String> HARMLESS = Set.of(
            "auto_mapping",
            "base_model_name_or_path",
            "exclude_modules",
            "fan_in_fan_out", // how PEFT turns the base's matrix; A and B are stored alike
            "inference_mode",
            "layers_pattern",
            "layers_to_transform",
            "lora_alpha",
            "lora_dropout", // off where log-probabilities are compared
            "megatron_core",
            "modules_to_save", // checked by the tensors
            "peft_type",
            "peft_version",
            "qalora_group_size",
            "r",
            "revision",
            "runtime_config",
            "target_modules",
            "task_type",
            "use_rslora");

    /// Starting points of A and B that leave the base as it is; others move a part of it into the adapter.
    private static final Set<String> STARTS = Set.of("true", "false", "gaussian", "orthogonal", "eva");

    private AdapterDirectory() {}

    /// The base that an adapter names.
    ///
    /// @throws ModelException when it is no directory here
    static Path base(Path directory) {
        Config config = Config.read(directory.resolve(CONFIG));
        Path base = Path.of(config.text("base_model_name_or_path", ""));
        if (!base.toString().isEmpty() && Files.isDirectory(base)) {
            return base;
        }
        throw config.problem(
                "base_model_name_or_path",
                "must be a directory, got \"" + base + "\": name the adapter's base yourself, --model BASE --adapter "
                        + directory);
    }

    /// Whether an adapter makes a reward model of its base.
    static boolean scores(Path directory) {
        return Config.read(directory.resolve(CONFIG)).text("task_type", "").equals("SEQ_CLS");
    }

    /// Reads an adapter.
    ///
    /// @param base what it adapts, read from the files' base
    /// @param trainable whether gradients are kept
    /// @throws ModelException when its configuration asks for what is not supported
    /// @throws WeightsException when its tensors are malformed, or are not those of an adapter for this base
    static Adapter read(ModelFiles files, Decoder base, boolean trainable) {
        Architecture architecture = base.architecture();
        Path directory = files.newest();
        Config config = Config.read(directory.resolve(CONFIG));
        refuseWhatIsNotSupported(config);
        try (SafetensorsFile stored = SafetensorsFile.open(directory.resolve(WEIGHTS))) {
            Map<String, StoredTensor> tensors = stored.tensors();
            List<Adapter.Site> sites = sites(files, architecture, tensors);
            Adapter adapter = new Adapter(lora(config, sites), architecture, sites, base.precision(), trainable);
            boolean filled = false;
            try {
                requireShapes(files, adapter, tensors);
                requireBase(files, stored.metadata().get(FINGERPRINT));
                requireHead(files, base, tensors.get(HEAD_OF_BASE));
                for (Parameter parameter : adapter.parameters().layout()) {
                    ModelDirectory.fill(
                            adapter.parameters().master(parameter.name()),
                            parameter,
                            part -> Optional.ofNullable(tensors.get(key(part.key(), tensors))));
                }
                adapter.parameters().refresh();
                filled = true;
                return adapter;
            } finally {
                if (!filled) {
                    adapter.close();
                }
            }
        }
    }

    private static void refuseWhatIsNotSupported(Config config) {
        String type = config.text("peft_type", "LORA");
        if (!type.equals("LORA")) {
            throw config.problem("peft_type", "must be LORA, got \"" + type + "\"");
        }
        String bias = config.text("bias", "none");
        if (!bias.equals("none")) {
            throw config.problem(
                    "bias", "must be none, got \"" + bias + "\": trained biases are not supported; merge it with peft");
        }
        String start = config.json().path("init_lora_weights").asString("true");
        if (!STARTS.contains(start)) {
            throw config.problem(
                    "init_lora_weights",
                    "must leave the base as it is, got \"" + start
                            + "\", which moves a part of it into the adapter; merge it with peft");
        }
        for (Map.Entry<String, JsonNode> entry : config.json().properties()) {
            boolean known = HARMLESS.contains(entry.getKey())
                    || Set.of("bias", "init_lora_weights").contains(entry.getKey());
            if (!known && !isOff(entry.getValue())) {
                throw config.problem(
                        entry.getKey(),
                        "is not supported, got " + entry.getValue() + "; merge the adapter into its base with peft");
            }
        }
    }

    private static Lora lora(Config config, List<Adapter.Site> sites) {
        try {
            return new Lora(
                    config.integer("r", 8),
                    config.number("lora_alpha", 8),
                    config.truth("use_rslora", false),
                    sites.stream().map(Adapter.Site::module).toList());
        } catch (IllegalArgumentException e) {
            throw new ModelException(config.file() + ": " + e.getMessage(), e);
        }
    }

    private static boolean isOff(JsonNode value) {
        return value.isNull()
                || (value.isBoolean() && !value.booleanValue())
                || (value.isContainer() && value.isEmpty());
    }

    /// What the tensors adapt, in the order of the architecture's maps.
    private static List<Adapter.Site> sites(
            ModelFiles files, Architecture architecture, Map<String, StoredTensor> tensors) {
        Set<String> unknown = new TreeSet<>(tensors.keySet());
        Set<Adapter.Site> found = new LinkedHashSet<>();
        for (Adapter.Site site : Adapter.sites(architecture)) {
            for (String half : List.of(".lora_A.weight", ".lora_B.weight")) {
                if (unknown.remove(key(Adapter.PREFIX + site.module() + half, tensors))) {
                    found.add(site);
                }
            }
        }
        unknown.remove(HEAD_OF_BASE);
        if (architecture.scores()) {
            unknown.remove(Adapter.PREFIX + Family.SCORE.key());
        }
        if (!unknown.isEmpty() || found.isEmpty()) {
            String some = unknown.stream().limit(3).collect(Collectors.joining(", "));
            throw mismatch(
                    files,
                    unknown.isEmpty()
                            ? "no tensors of any linear map"
                            : unknown.size() + " tensors of what it does not have or cannot adapt: " + some
                                    + (unknown.size() > 3 ? " and others" : ""));
        }
        return List.copyOf(found);
    }

    /// The key under which a file keeps a tensor: GPT-NeoX's head has two names.
    private static String key(String key, Map<String, StoredTensor> tensors) {
        String other = key.replace(".lm_head.", ".embed_out.");
        return !tensors.containsKey(key) && tensors.containsKey(other) ? other : key;
    }

    private static void requireShapes(ModelFiles files, Adapter adapter, Map<String, StoredTensor> tensors) {
        for (Parameter parameter : adapter.parameters().layout()) {
            for (Parameter.Part part : parameter.parts()) {
                StoredTensor tensor = tensors.get(key(part.key(), tensors));
                List<Long> shape = parameter.storedShape(part);
                if (tensor == null || !tensor.shape().equals(shape)) {
                    throw mismatch(
                            files,
                            part.key()
                                    + (tensor == null ? " missing" : " " + tensor.shape() + " in place of " + shape));
                }
            }
        }
    }

    private static WeightsException mismatch(ModelFiles files, String got) {
        String named = Config.read(files.newest().resolve(CONFIG)).text("base_model_name_or_path", "");
        return WeightsException.in(
                files.newest().resolve(WEIGHTS),
                "must be an adapter for " + files.base() + ", got " + got + "; " + CONFIG
                        + (named.isEmpty() ? " names no base" : " names " + named + " as its base"));
    }

    private static void requireBase(ModelFiles files, @Nullable String made) {
        if (made != null && !made.equals(fingerprint(files.base()))) {
            throw mismatch(files, "one that was tuned on other weights of the same shapes");
        }
    }

    /// PEFT keeps the base's head beside an adapter of it, and puts it in the base's place when it loads one.
    private static void requireHead(ModelFiles files, Decoder base, @Nullable StoredTensor stored) {
        if (stored == null) {
            return;
        }
        Tensor head = base.weights().master(base.architecture().output().parameter());
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            if (!stored.shape().equals(List.of(head.size(0), head.size(1)))) {
                throw mismatch(files, HEAD_OF_BASE + " " + stored.shape());
            }
            Tensor same = torch.empty_like(head);
            ModelDirectory.copy(stored, same);
            double apart = Tensors.toDoubles(same.sub(head).norm())[0];
            if (!(apart <= ROUNDING * Tensors.toDoubles(head.norm())[0])) {
                throw mismatch(files, "a head of its own under " + HEAD_OF_BASE);
            }
        }
    }

    private static String fingerprint(Path base) {
        try (WeightDirectory weights = WeightDirectory.open(base)) {
            return WeightDigest.fingerprint(weights.tensors());
        }
    }

    /// Digest of an adapter's tensors.
    static String digest(Path directory) {
        try (SafetensorsFile stored = SafetensorsFile.open(directory.resolve(WEIGHTS))) {
            return WeightDigest.sha256(stored.tensors().values());
        }
    }

    /// Writes an adapter so that PEFT loads it, in the type of its master weights.
    ///
    /// @param base the directory of what it adapts
    /// @param target an existing directory
    static void write(Adapter adapter, Architecture architecture, Dtype dtype, Path base, Path target) {
        List<OutgoingTensor> tensors = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            Parameters parameters = adapter.parameters();
            for (Parameter parameter : parameters.layout()) {
                ModelDirectory.addParts(tensors, parameters.master(parameter.name()), parameter, dtype);
            }
            SafetensorsWriter.write(target.resolve(WEIGHTS), tensors, Map.of(FINGERPRINT, fingerprint(base)));
        }
        Path file = target.resolve(CONFIG);
        try {
            Files.writeString(
                    file,
                    JsonMapper.shared()
                                    .writerWithDefaultPrettyPrinter()
                                    .writeValueAsString(config(adapter, architecture, base))
                            + "\n");
        } catch (IOException e) {
            throw new ModelException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static ObjectNode config(Adapter adapter, Architecture architecture, Path base) {
        Lora lora = adapter.lora();
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("peft_type", "LORA");
        json.put("task_type", architecture.scores() ? "SEQ_CLS" : "CAUSAL_LM");
        json.put("base_model_name_or_path", base.toAbsolutePath().normalize().toString());
        json.put("r", lora.rank());
        if (lora.alpha() == Math.rint(lora.alpha()) && lora.alpha() < Integer.MAX_VALUE) {
            json.put("lora_alpha", (int) lora.alpha());
        } else {
            json.put("lora_alpha", lora.alpha());
        }
        json.put("use_rslora", lora.rankStabilised());
        json.put("lora_dropout", 0.0);
        json.put("bias", "none");
        json.put("fan_in_fan_out", architecture.family() == Family.GPT2);
        json.put("init_lora_weights", true);
        json.put("inference_mode", true);
        ArrayNode targets = json.putArray("target_modules");
        targets(adapter.sites(), architecture).forEach(targets::add);
        if (architecture.scores()) {
            json.putArray("modules_to_save").add("score");
        } else {
            json.putNull("modules_to_save");
        }
        return json;
    }

    /// What is adapted, by the ends of the names where these name nothing else, else by whole names.
    private static Set<String> targets(List<Adapter.Site> sites, Architecture architecture) {
        Set<String> modules = new TreeSet<>();
        Set<String> ends = new TreeSet<>();
        for (Adapter.Site site : sites) {
            modules.add(site.module());
            ends.add(site.module().substring(site.module().lastIndexOf('.') + 1));
        }
        boolean exact = Adapter.sites(architecture).stream()
                .allMatch(site -> modules.contains(site.module())
                        || ends.stream().noneMatch(end -> Lora.named(end, site.module())));
        return exact ? ends : modules;
    }
}

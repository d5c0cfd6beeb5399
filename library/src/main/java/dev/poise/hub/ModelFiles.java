package dev.poise.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Which files of a repository make a model: settings, tokenizer, and weights as safetensors; nothing pickled, no
/// other framework's weights, no pictures.
final class ModelFiles {

    static final String CONFIG = "config.json";
    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private static final List<String> SETTINGS = List.of(
            CONFIG,
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
            "adapter_config.json",
            "adapter_model.safetensors");

    /// Chat templates besides the default.
    private static final String TEMPLATES = "additional_chat_templates/[^/]+\\.jinja";

    private ModelFiles() {}

    /// The files that are fetched first: all but the parts of sharded weights.
    ///
    /// @throws HubException when it holds no weights that are read
    static List<HubFile> first(HubId id, HubRevision revision) {
        List<HubFile> files = new ArrayList<>();
        SETTINGS.forEach(name -> revision.file(name).ifPresent(files::add));
        revision.files().stream().filter(file -> file.path().matches(TEMPLATES)).forEach(files::add);
        boolean sharded = revision.file(INDEX).isPresent();
        revision.file(sharded ? INDEX : SINGLE).ifPresent(files::add);
        boolean weights = sharded || revision.file(SINGLE).isPresent();
        if (revision.file(CONFIG).isEmpty() || !weights) {
            boolean pickled = revision.files().stream()
                    .anyMatch(
                            file -> file.path().endsWith(".bin") || file.path().endsWith(".pth"));
            throw new HubException(
                    "model " + id + ": must hold " + CONFIG + " and " + SINGLE + " or " + INDEX + ", got "
                            + (revision.file(CONFIG).isEmpty()
                                    ? "no " + CONFIG
                                    : pickled ? "only pickled weights" : "no weights")
                            + (pickled ? "; pickles can run any code when they are read and are not fetched" : ""));
        }
        return files;
    }

    /// The parts of sharded weights.
    ///
    /// @param index text of the index
    static Set<String> shards(HubId id, byte[] index) {
        Set<String> shards = new TreeSet<>();
        try {
            JsonNode map = JsonMapper.shared().readTree(index).path("weight_map");
            map.values().forEach(file -> shards.add(file.stringValue("")));
        } catch (JacksonException e) {
            throw new HubException("model " + id + ": " + INDEX + " must be JSON, got something else", e);
        }
        if (shards.isEmpty() || !shards.stream().allMatch(name -> name.matches("[\\w.-]+\\.safetensors"))) {
            throw new HubException("model " + id + ": " + INDEX + " must map every weight to a file beside it");
        }
        return shards;
    }
}

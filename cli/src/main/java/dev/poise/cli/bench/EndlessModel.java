package dev.poise.cli.bench;

import dev.poise.model.ModelDirectory;
import dev.poise.tokenize.SequenceTokenizer;
import dev.poise.tokenize.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A model that never stops by itself, so that both sides write the same number of tokens without either forbidding
/// any.
///
/// @param directory a copy whose files name no token that ends a sequence
/// @param prompts all of the same number of tokens, so that neither side pads
/// @param context the longest sequence
record EndlessModel(Path directory, List<SampleWork.Prompt> prompts, int context) {

    /// Copies a model.
    ///
    /// @param target where to; created
    /// @param candidates prompts; of those the ones whose number of tokens is the most common are kept
    static EndlessModel of(Path model, Path target, List<String> candidates) throws IOException {
        Files.createDirectories(target);
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                copy(file, target.resolve(file.getFileName().toString()));
            }
        }
        try (Tokenizer tokenizer = Tokenizer.read(target)) {
            SequenceTokenizer sequences = new SequenceTokenizer(tokenizer);
            List<SampleWork.Prompt> all = candidates.stream()
                    .map(text -> new SampleWork.Prompt(text, sequences.encode(text)))
                    .toList();
            return new EndlessModel(
                    target,
                    ofOneLength(all),
                    ModelDirectory.architecture(target).context());
        }
    }

    private static List<SampleWork.Prompt> ofOneLength(List<SampleWork.Prompt> prompts) {
        Map<Integer, List<SampleWork.Prompt>> byLength =
                prompts.stream().collect(Collectors.groupingBy(prompt -> prompt.ids().length));
        return byLength.values().stream()
                .max(Comparator.comparingInt(List::size))
                .orElseThrow();
    }

    private static void copy(Path file, Path target) throws IOException {
        switch (target.getFileName().toString()) {
            case "generation_config.json" -> {}
            // Where the key is missing, transformers would assume one.
            case "config.json" -> rewrite(file, target, config -> config.putNull("eos_token_id"));
            case "tokenizer_config.json", "special_tokens_map.json" ->
                rewrite(file, target, settings -> settings.remove("eos_token"));
            default -> Files.write(target, Files.readAllBytes(file));
        }
    }

    private static void rewrite(Path file, Path target, Consumer<ObjectNode> change) throws IOException {
        ObjectNode content = (ObjectNode) JsonMapper.shared().readTree(Files.readString(file));
        change.accept(content);
        Files.writeString(target, content.toString());
    }
}

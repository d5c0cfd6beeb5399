package dev.poise.model;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where a model's files lie: those of a whole model, or of a base and an adapter for it.
///
/// @param base a directory in Hugging Face's layout
/// @param adapter a directory in PEFT's layout; null for the base as it is
public record ModelFiles(Path base, @Nullable Path adapter) {

    /// What a directory holds: a whole model or, where there is an `adapter_config.json` and no `config.json`, an
    /// adapter, whose base it names.
    ///
    /// @throws ModelException when it is an adapter and the base that it names is no directory here
    public static ModelFiles of(Path directory) {
        return isAdapter(directory)
                ? new ModelFiles(AdapterDirectory.base(directory), directory)
                : new ModelFiles(directory, null);
    }

    /// Whether a directory holds an adapter and no whole model.
    public static boolean isAdapter(Path directory) {
        return Files.exists(directory.resolve(AdapterDirectory.CONFIG))
                && !Files.exists(directory.resolve("config.json"));
    }

    /// The directory whose tokenizer and chat template go with the model: the adapter's where it has a tokenizer.
    public Path tokens() {
        return adapter != null && Files.exists(adapter.resolve("tokenizer.json")) ? adapter : base;
    }

    /// The directory that was tuned last, for messages.
    public Path newest() {
        return adapter == null ? base : adapter;
    }
}

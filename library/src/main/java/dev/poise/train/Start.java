package dev.poise.train;

import dev.poise.model.Decoder;
import dev.poise.model.Lora;
import dev.poise.model.ModelDirectory;
import dev.poise.model.ModelException;
import dev.poise.model.ModelFiles;
import dev.poise.run.Recipe;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a recipe's run starts from: the model, and the adapter that is trained in its place.
public final class Start {

    /// Keeps the draws of a fresh score vector apart from other streams of the same seed: "score" in ASCII.
    private static final long SCORE = 0x73636f7265L;

    /// The same for a fresh adapter: "lora" in ASCII.
    private static final long ADAPTER = 0x6c6f7261L;

    private Start() {}

    /// The files of the model as it is before the first step; a fresh adapter has none and changes nothing.
    ///
    /// @throws ModelException when the model is an adapter and the recipe has another
    public static ModelFiles files(Recipe recipe) {
        ModelFiles model = ModelFiles.of(recipe.model());
        return switch (recipe.adapter()) {
            case Recipe.Adapter.None none -> model;
            case Recipe.Adapter.Lora lora -> {
                requireWhole(model);
                yield model;
            }
            case Recipe.Adapter.Directory(Path directory) -> {
                requireWhole(model);
                yield new ModelFiles(model.base(), directory);
            }
        };
    }

    private static void requireWhole(ModelFiles model) {
        if (model.adapter() != null) {
            throw new ModelException(
                    model.adapter() + ": the model must be a whole one where the recipe has an adapter,"
                            + " got an adapter: leave the recipe's out to train this one on, or merge it first (poise merge)");
        }
    }

    /// The files of the reference; empty where there is none.
    static Optional<ModelFiles> reference(Recipe recipe) {
        return switch (recipe.reference()) {
            case Recipe.Reference.None none -> Optional.empty();
            case Recipe.Reference.Initial initial -> Optional.of(files(recipe));
            case Recipe.Reference.Directory(Path other) -> Optional.of(ModelFiles.of(other));
        };
    }

    /// The adapter that the recipe asks for; null where it asks for no fresh one.
    static @Nullable Lora lora(Recipe recipe) {
        return recipe.adapter() instanceof Recipe.Adapter.Lora lora
                ? new Lora(lora.rank(), lora.alpha(), lora.rslora(), lora.targets())
                : null;
    }

    /// The decoder that is trained, before its first step: a language model or, by method reward, what gives answers
    /// scores.
    public static Decoder policy(Recipe recipe) {
        return policy(recipe, Optional.empty());
    }

    /// The decoder that is trained.
    ///
    /// @param checkpoint where it stood when it was last kept; empty before the first step
    static Decoder policy(Recipe recipe, Optional<Path> checkpoint) {
        ModelFiles start = files(recipe);
        Lora lora = lora(recipe);
        if (checkpoint.isPresent()) {
            boolean adapted = lora != null || start.adapter() != null;
            Path kept = checkpoint.get();
            return read(recipe, adapted ? new ModelFiles(start.base(), kept) : new ModelFiles(kept, null), true);
        }
        return lora == null
                ? read(recipe, start, true)
                : read(recipe, start, false).adapted(lora, recipe.seed() ^ ADAPTER);
    }

    private static Decoder read(Recipe recipe, ModelFiles files, boolean trainable) {
        return switch (recipe.method()) {
            case SUPERVISED, PREFERENCE, UNPAIRED, ONLINE ->
                ModelDirectory.read(files, recipe.train().precision(), trainable);
            case REWARD ->
                ModelDirectory.startReward(files, recipe.train().precision(), trainable, recipe.seed() ^ SCORE);
        };
    }
}

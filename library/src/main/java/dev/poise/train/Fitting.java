package dev.poise.train;

import dev.poise.model.Architecture;
import dev.poise.model.Lora;
import dev.poise.model.ModelDirectory;
import dev.poise.run.Recipe;
import dev.poise.tokenize.Tokenizer;
import java.nio.file.Path;

/// Whether a model can run what a recipe and a tokenizer make of the data.
public final class Fitting {

    private Fitting() {}

    /// Refuses what does not fit.
    ///
    /// @param model where the architecture was read from, for the message
    /// @throws dev.poise.model.ModelException when it is a reward model and the method is another
    /// @throws IllegalArgumentException when rows may be longer than the model's context, the tokenizer
    ///     knows tokens that the model does not, or monitors ask for more of the likeliest tokens than there are
    public static void require(Recipe recipe, Path model, Architecture architecture, Tokenizer tokenizer) {
        if (recipe.method() != Recipe.Method.REWARD) {
            ModelDirectory.requireLanguageModel(model, architecture);
        }
        if (recipe.train().maxTokens() > architecture.context()) {
            throw new IllegalArgumentException(model + ": train.max_tokens must be at most the model's context of "
                    + architecture.context() + " tokens, got " + recipe.train().maxTokens());
        }
        if (tokenizer.vocabularySize() > architecture.vocabulary()) {
            throw new IllegalArgumentException(model + ": the tokenizer knows " + tokenizer.vocabularySize()
                    + " tokens, but the model only " + architecture.vocabulary()
                    + " (vocab_size of its config.json): take the tokenizer that it was trained with, or widen the"
                    + " embedding in transformers (resize_token_embeddings)");
        }
        Monitors.require(recipe, architecture);
    }

    /// Refuses a fresh adapter that the model it is trained in place of has no place for.
    ///
    /// @param model where the architecture was read from, for the message
    /// @throws IllegalArgumentException when a target names no linear map, or the rank is above a map's width
    public static void requireAdapter(Recipe recipe, Path model, Architecture architecture) {
        Lora lora = Start.lora(recipe);
        if (lora != null) {
            try {
                lora.requireFits(architecture);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(model + ": " + e.getMessage(), e);
            }
        }
    }
}

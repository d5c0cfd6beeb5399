package dev.poise.cli;

import dev.poise.run.Recipe;
import dev.poise.run.RecipeOverride;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A recipe, and the keys that are set from the command line.
record RecipeArguments(Path recipe, List<RecipeOverride> overrides) {

    /// The recipe they make, with every model and data set where it lies on this machine.
    Recipe bind(HubInputs inputs) throws IOException {
        return inputs.located(Recipe.read(recipe, overrides));
    }

    /// @param words one recipe, and `--key value` or `--key=value` any number of times
    static RecipeArguments of(List<String> words) {
        List<Path> recipes = new ArrayList<>();
        List<RecipeOverride> overrides = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("--")) {
                recipes.add(Path.of(word));
            } else if (word.contains("=")) {
                int equals = word.indexOf('=');
                overrides.add(new RecipeOverride(word.substring(2, equals), word.substring(equals + 1)));
            } else if (i + 1 < words.size()) {
                i++;
                overrides.add(new RecipeOverride(word.substring(2), words.get(i)));
            } else {
                throw new UsageException(word + " must be followed by a value");
            }
        }
        if (recipes.size() != 1) {
            throw new UsageException(
                    "must be given one recipe, got " + (recipes.isEmpty() ? "none" : recipes.toString()));
        }
        return new RecipeArguments(recipes.getFirst(), overrides);
    }
}

package dev.poise.cli;

import dev.poise.data.DataFiles;
import dev.poise.hub.Hub;
import dev.poise.hub.HubException;
import dev.poise.hub.HubId;
import dev.poise.hub.HubProgress;
import dev.poise.hub.HubSettings;
import dev.poise.run.Recipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Where models and data sets that a command names lie on this machine: as they are named, or fetched from the
/// hub.
///
/// @param console told how downloads go
/// @param settings of the hub; asked for only where something is on it
record HubInputs(Console console, Function<Path, HubSettings> settings) {

    private static final long MEGABYTE = 1_000_000;

    /// With the settings of this process's environment.
    static HubInputs of(Console console) {
        return new HubInputs(console, home -> HubSettings.of(System.getenv(), home));
    }

    /// A model's folder: the one that is named, or that a GGUF file of this name is unpacked into, where it is there;
    /// else that of the hub's model of this name.
    Path model(Path named) {
        if (Files.exists(named)) {
            return ModelPath.directory(named);
        }
        Optional<HubId> id = HubId.model(named.toString());
        if (id.isEmpty()) {
            return named;
        }
        try {
            return fetched(hub -> hub.model(id.get()));
        } catch (HubException e) {
            // The name may as well have been a folder's, mistyped.
            throw named.toString().startsWith("hf:")
                    ? e
                    : new HubException(named + " is no folder here; " + e.getMessage(), e);
        }
    }

    /// A data set's files: those that are named, or those of the hub's data set behind `hf:`.
    List<Path> rows(Path named) {
        Optional<HubId> id = HubId.dataset(named.toString());
        return id.isEmpty()
                ? List.of(named)
                : fetched(hub -> hub.dataset(id.get(), name -> DataFiles.isKnown(Path.of(name))));
    }

    /// A recipe with everything on this machine.
    Recipe located(Recipe recipe) {
        return recipe.located(this::model, this::rows);
    }

    private <T> T fetched(Function<Hub, T> work) {
        try (ProgressLine line = new ProgressLine(console.err(), "fetch", "kB", 0)) {
            HubProgress progress = new HubProgress() {
                @Override
                public void note(String text) {
                    line.note(text);
                }

                @Override
                public void received(String file, long done, long total) {
                    line.update(done / 1000, "of " + total / MEGABYTE + " MB, " + file);
                }
            };
            return work.apply(new Hub(settings.apply(Path.of(System.getProperty("user.home"))), progress));
        }
    }
}

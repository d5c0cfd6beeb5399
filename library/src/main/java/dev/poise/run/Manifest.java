package dev.poise.run;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a run was made of, so that it can be repeated and told apart from another: `manifest.json`.
///
/// @param poise version of Poise
/// @param codeRevision revision of the code it was built from; null where nobody said
/// @param method `supervised` or `preference`
/// @param seed root of every stream of random numbers
/// @param data what was trained and evaluated on
/// @param model where training started
/// @param reference what objectives measured against; null where the run has none
/// @param chatTemplates how conversations became text, empty for none; two where a model has one for tools; null in
///     manifests of versions that did not say
/// @param libraries versions by name
/// @param machine where it ran
/// @param started first start, of the first process
/// @param ended when training ended; null while it runs
/// @param reason why it stopped, or what ended it before its last step; null where nothing did
/// @param resumed how often it was resumed
/// @param monitoring what looking at the policy cost; null where it was not looked at, or the run goes on
public record Manifest(
        String poise,
        @Nullable String codeRevision,
        String method,
        long seed,
        List<DataFile> data,
        Weights model,
        @Nullable Weights reference,
        @Nullable List<Template> chatTemplates,
        SortedMap<String, String> libraries,
        Machine machine,
        Instant started,
        @Nullable Instant ended,
        Status status,
        @Nullable String reason,
        int resumed,
        @Nullable Monitoring monitoring) {

    /// What monitors cost in the last process of a run, beside what training took.
    ///
    /// @param trainingSeconds of optimiser steps
    /// @param heldOutSeconds of readings of held-out rows
    /// @param heldOutShare of the same, as a share of training time; NaN without a step
    /// @param ownSeconds of readings of the policy's own answers
    /// @param ownShare of the same, as a share of training time; NaN without a step
    public record Monitoring(
            double trainingSeconds, double heldOutSeconds, double heldOutShare, double ownSeconds, double ownShare) {

        /// Seconds and their shares.
        public Monitoring(double trainingSeconds, double heldOutSeconds, double ownSeconds) {
            this(
                    trainingSeconds,
                    heldOutSeconds,
                    heldOutSeconds / trainingSeconds,
                    ownSeconds,
                    ownSeconds / trainingSeconds);
        }
    }

    /// A file of examples.
    ///
    /// @param file its path as given
    /// @param sha256 of its bytes, in hexadecimal
    /// @param rows rows read from it
    public record DataFile(String file, String sha256, long rows) {}

    /// A model's weights.
    ///
    /// @param directory its path as given
    /// @param sha256 of its weight files, in hexadecimal: [Digest#ofFiles]
    public record Weights(String directory, String sha256) {}

    /// A chat template.
    ///
    /// @param choice what a recipe says to get this very one
    /// @param file where it stood; null for a format that Poise knows by name
    /// @param sha256 of its text in UTF-8, in hexadecimal
    public record Template(String choice, @Nullable String file, String sha256) {}

    /// How a run stands.
    public enum Status {
        /// Under way, or killed.
        RUNNING,
        /// Ended as its recipe says.
        DONE,
        /// Ended early, for the reason given.
        STOPPED
    }

    public Manifest {
        data = List.copyOf(data);
        chatTemplates = chatTemplates == null ? null : List.copyOf(chatTemplates);
        libraries = Collections.unmodifiableSortedMap(new TreeMap<>(libraries));
    }

    /// The manifest of the run as it ends.
    ///
    /// @param why what ended it before its last step; null where nothing did
    /// @param monitors what they cost; null without any
    public Manifest done(Instant now, @Nullable String why, @Nullable Monitoring monitors) {
        return with(now, Status.DONE, why, resumed, monitors);
    }

    /// The manifest of the run as it breaks off.
    public Manifest stopped(Instant now, String why) {
        return with(now, Status.STOPPED, why, resumed, monitoring);
    }

    /// The manifest of the run as another process goes on with it.
    public Manifest resumedOnce() {
        return with(null, Status.RUNNING, null, resumed + 1, null);
    }

    /// Writes it, in place of an earlier one, whole or not at all.
    public void writeTo(Path file) throws IOException {
        JsonFile.write(file, this);
    }

    /// Reads the manifest in `file`.
    ///
    /// @throws IOException when it cannot be read or is none
    public static Manifest read(Path file) throws IOException {
        return JsonFile.read(file, Manifest.class);
    }

    private Manifest with(
            @Nullable Instant end, Status now, @Nullable String why, int times, @Nullable Monitoring monitors) {
        return new Manifest(
                poise,
                codeRevision,
                method,
                seed,
                data,
                model,
                reference,
                chatTemplates,
                libraries,
                machine,
                started,
                end,
                now,
                why,
                times,
                monitors);
    }
}

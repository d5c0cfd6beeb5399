package dev.poise.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where everything of one run lies, and what is where.
///
/// Reading one needs nothing but its path. Writing one needs the lock of [#create] or [#resume].
///
/// @param root the directory
public record RunDirectory(Path root) {

    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-(\\d{1,18})");

    /// The file that a checkpoint gets last: a copy that was cut off lacks it.
    private static final String COMPLETE = "complete";

    private static final String LOCK = ".lock";

    /// The file of a run's state, in a checkpoint and in the run.
    public static final String TRAINER_STATE = "trainer_state.json";

    /// A resumable state of the run.
    ///
    /// @param step optimiser steps done
    /// @param directory where it lies
    public record Checkpoint(long step, Path directory) {}

    /// The recipe as bound.
    public Path recipe() {
        return root.resolve("recipe.yaml");
    }

    /// What the run was made of: [Manifest].
    public Path manifest() {
        return root.resolve("manifest.json");
    }

    /// One line an interval: [Metrics].
    public Path metrics() {
        return root.resolve("metrics.jsonl");
    }

    /// The run's state as `transformers` keeps it, where the recipe asks for it.
    public Path trainerState() {
        return root.resolve(TRAINER_STATE);
    }

    /// What the policy said on the way: [Samples].
    public Path samples() {
        return root.resolve("samples.jsonl");
    }

    /// How far monitored pairs have moved: [PairMoves].
    public Path pairs() {
        return root.resolve("pairs.json");
    }

    /// What commands and endpoints have answered: a resumed run asks none of it again.
    public Path answers() {
        return root.resolve("answers.jsonl");
    }

    /// Rows that could not be read, with the reason.
    public Path quarantine() {
        return root.resolve("quarantine.jsonl");
    }

    /// What came out: [Results].
    public Path results() {
        return root.resolve("results.json");
    }

    /// The tuned model in the Hugging Face layout.
    public Path model() {
        return root.resolve("model");
    }

    /// The run as one page.
    public Path report() {
        return root.resolve("report.html");
    }

    /// The checkpoint after `step` optimiser steps, whether or not it exists.
    public Path checkpoint(long step) {
        return root.resolve("checkpoint-" + step);
    }

    /// Makes the directory and locks it for a new run.
    ///
    /// @throws FileAlreadyExistsException when there is anything in it
    /// @throws IOException when another process is at it, or it cannot be written
    public RunLock create() throws IOException {
        return locked(false);
    }

    /// Locks the directory to go on with the run in it, and clears away what an interrupted write left. A run that
    /// was stopped before it wrote anything goes on from nothing, so an empty or missing directory is legal.
    ///
    /// @throws FileAlreadyExistsException when there is something in it that is no run
    /// @throws IOException when another process is at it, or it cannot be written
    public RunLock resume() throws IOException {
        return locked(true);
    }

    private RunLock locked(boolean resume) throws IOException {
        // Before the lock leaves a file in a directory that is not ours.
        refuseForeign(resume);
        Files.createDirectories(root);
        RunLock lock = RunLock.acquire(root, LOCK);
        try {
            refuseForeign(resume);
            AtomicWrite.deleteTemporaries(root);
            return lock;
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    private void refuseForeign(boolean resume) throws IOException {
        if (Files.exists(root) && !Files.isDirectory(root)) {
            throw new FileAlreadyExistsException(root + " must be a directory, got a file");
        }
        if (!Files.exists(root) || isUntouched()) {
            return;
        }
        boolean isRun = Files.exists(recipe());
        if (!isRun) {
            throw new FileAlreadyExistsException(
                    root + " must be empty or a run, got a directory with other files; choose another output");
        }
        if (!resume) {
            throw new FileAlreadyExistsException(
                    root + " must be empty, got a run; go on with it (--resume) or choose another output");
        }
    }

    private boolean isUntouched() throws IOException {
        return AtomicWrite.list(root).stream()
                .allMatch(entry -> entry.equals(root.resolve(LOCK)) || AtomicWrite.isTemporary(entry));
    }

    /// Every checkpoint that is whole, by step.
    public List<Checkpoint> checkpoints() throws IOException {
        List<Checkpoint> checkpoints = new ArrayList<>();
        for (Path entry : AtomicWrite.list(root)) {
            Matcher name = CHECKPOINT.matcher(entry.getFileName().toString());
            if (name.matches() && Files.exists(entry.resolve(COMPLETE))) {
                checkpoints.add(new Checkpoint(Long.parseLong(name.group(1)), entry));
            }
        }
        checkpoints.sort(Comparator.comparingLong(Checkpoint::step));
        return checkpoints;
    }

    /// Writes the checkpoint of `step` so that it is there whole or not at all.
    public Checkpoint publishCheckpoint(long step, AtomicWrite.Filling filling) throws IOException {
        Path target = checkpoint(step);
        AtomicWrite.directory(target, directory -> {
            filling.into(directory);
            Files.writeString(directory.resolve(COMPLETE), step + "\n", StandardCharsets.UTF_8);
        });
        return new Checkpoint(step, target);
    }

    /// Deletes all whole checkpoints but the newest ones and some others.
    ///
    /// @param keep how many of the newest stay, at least 1
    /// @param others the steps of those that stay besides
    public void prune(int keep, Set<Long> others) throws IOException {
        if (keep < 1) {
            throw new IllegalArgumentException("keep must be at least 1, got " + keep);
        }
        List<Checkpoint> checkpoints = checkpoints();
        for (Checkpoint checkpoint : checkpoints.subList(0, Math.max(checkpoints.size() - keep, 0))) {
            if (!others.contains(checkpoint.step())) {
                AtomicWrite.delete(checkpoint.directory());
            }
        }
    }
}

package dev.poise.train;

import dev.poise.data.Encoded;
import dev.poise.data.Encoder;
import dev.poise.model.Architecture;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.model.ModelFiles;
import dev.poise.oracle.Reward;
import dev.poise.run.AtomicWrite;
import dev.poise.run.Digest;
import dev.poise.run.Machine;
import dev.poise.run.Manifest;
import dev.poise.run.Metrics;
import dev.poise.run.Recipe;
import dev.poise.run.RunDirectory;
import dev.poise.run.RunLock;
import dev.poise.run.Samples;
import dev.poise.sink.TensorBoard;
import dev.poise.sink.TrainerState;
import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Torch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Carries out a recipe: from rows to a tuned model directory.
public final class Training {

    private final Recipe recipe;
    private final RunDirectory directory;
    private final Optional<Reward> judge;
    private final Progress progress;
    private final @Nullable Reward reward;

    private Training(
            Recipe recipe, RunDirectory directory, Optional<Reward> judge, Progress progress, @Nullable Reward reward) {
        this.judge = judge;
        this.reward = reward;
        this.recipe = recipe;
        this.directory = directory;
        this.progress = progress;
    }

    /// What a run came to.
    ///
    /// @param steps optimiser steps made
    /// @param model the tuned model's directory
    /// @param evaluation the last evaluation's metrics, `eval_` names; empty without evaluation data
    /// @param stopped why it ended before its last step; null where it did not
    /// @param referenceSeconds what scoring all rows by the reference took, reading it included; next to nothing
    ///     where the scores were at hand, 0 where no objective asks for them
    public record Outcome(
            long steps,
            Path model,
            SequencedMap<String, Double> evaluation,
            @Nullable String stopped,
            double referenceSeconds) {}

    /// An outcome and what monitors cost on the way to it.
    private record Tuned(Outcome outcome, Manifest.@Nullable Monitoring monitoring) {}

    /// Carries out a recipe in its output directory.
    ///
    /// @param resume whether to go on from the newest checkpoint of an earlier start; without one the run starts
    ///     anew
    /// @param progress told how it goes
    /// @throws IOException when the directory holds something else, or cannot be written
    /// @throws IllegalStateException when `resume` finds other data or another recipe
    public static Outcome run(Recipe recipe, boolean resume, Progress progress) throws IOException {
        return run(recipe, resume, progress, null);
    }

    /// The same with completions scored by a reward of the caller's own.
    ///
    /// @param reward in place of what the recipe's `online.reward` names, which is then but a note; null for that
    public static Outcome run(Recipe recipe, boolean resume, Progress progress, @Nullable Reward reward)
            throws IOException {
        Optional<Reward> judge = judge(recipe);
        int threads = Torch.start(recipe.train().threads());
        RunDirectory directory = new RunDirectory(recipe.output());
        try (RunLock lock = resume ? directory.resume() : directory.create();
                Tokenizer tokenizer = Tokenizer.read(Start.files(recipe).tokens())) {
            return new Training(recipe, directory, judge, progress, reward).run(tokenizer, threads);
        }
    }

    private Outcome run(Tokenizer tokenizer, int threads) throws IOException {
        ModelFiles files = Start.files(recipe);
        Architecture architecture = ModelDirectory.architecture(files);
        Fitting.require(recipe, files.newest(), architecture, tokenizer);
        Fitting.requireAdapter(recipe, files.newest(), architecture);
        if (recipe.reference() instanceof Recipe.Reference.Directory(Path other)) {
            Fitting.require(recipe, other, ModelDirectory.architecture(other), tokenizer);
        }
        boolean fresh = !Files.exists(directory.recipe());
        requireSameRecipe();
        tokenizer.specialTokens().warnings().forEach(progress::note);
        recipe.objective().remarks().forEach(remark -> progress.note("warning: " + remark));
        Optional<ChatTemplate> template = chatTemplate(tokenizer);
        List<Manifest.Template> templates = template.map(Training::described).orElse(List.of());
        Encoder encoder = new Encoder(
                tokenizer,
                template,
                recipe.train().maxTokens(),
                recipe.data().tooLong(),
                recipe.method() == Recipe.Method.ONLINE);
        try (PreparedRows rows = prepare(encoder, fresh)) {
            Manifest manifest = manifest(rows, templates, threads);
            if (Files.exists(directory.manifest())) {
                Manifest earlier = Manifest.read(directory.manifest());
                requireSameInputs(earlier, manifest);
                if (earlier.status() == Manifest.Status.DONE && Files.exists(directory.model())) {
                    progress.note("the run is done: nothing is left to do");
                    TrainingState last = TrainingState.readFrom(
                            directory.checkpoints().getLast().directory());
                    return new Outcome(
                            last.step(),
                            directory.model(),
                            last.evaluation(),
                            earlier.reason(),
                            rows.referenceSeconds());
                }
                manifest = earlier.resumedOnce();
            }
            manifest.writeTo(directory.manifest());
            return tune(rows, tokenizer, architecture, manifest);
        }
    }

    /// What judges the policy's own answers.
    ///
    /// @throws IllegalArgumentException when the recipe asks for a reward that there is not
    private static Optional<Reward> judge(Recipe recipe) {
        List<String> rewards = recipe.monitor().generate().reward();
        return rewards.isEmpty() ? Optional.empty() : Optional.of(Reward.parse(rewards));
    }

    /// The recipe's chat template. One that asks for the date is told that of the run's first start, so that a
    /// resumed run reads the same rows.
    private Optional<ChatTemplate> chatTemplate(Tokenizer tokenizer) throws IOException {
        Instant started = Files.exists(directory.manifest())
                ? Manifest.read(directory.manifest()).started()
                : Instant.now();
        LocalDateTime now = LocalDateTime.ofInstant(started, ZoneId.systemDefault());
        Optional<ChatTemplate> template = ChatTemplate.chosen(
                recipe.data().chatTemplate(), Start.files(recipe).tokens(), tokenizer, now);
        template.ifPresent(chosen -> chosen.warnings(tokenizer).forEach(progress::note));
        return template;
    }

    private PreparedRows prepare(Encoder encoder, boolean fresh) throws IOException {
        try {
            return PreparedRows.of(recipe, directory, encoder, progress);
        } catch (RuntimeException e) {
            if (fresh) {
                // Nothing was trained: the same output may be tried again with another recipe.
                for (String left : List.of("train.rows", "evaluate.rows")) {
                    Files.deleteIfExists(directory.root().resolve(left));
                }
                Files.deleteIfExists(directory.quarantine());
                Files.deleteIfExists(directory.recipe());
            }
            throw e;
        }
    }

    private Outcome tune(PreparedRows rows, Tokenizer tokenizer, Architecture architecture, Manifest manifest)
            throws IOException {
        try {
            Tuned tuned = tune(rows, tokenizer, architecture);
            manifest.done(Instant.now(), tuned.outcome().stopped(), tuned.monitoring())
                    .writeTo(directory.manifest());
            return tuned.outcome();
        } catch (RuntimeException | IOException | Error e) {
            manifest.stopped(Instant.now(), String.valueOf(e.getMessage())).writeTo(directory.manifest());
            throw e;
        }
    }

    /// Refuses to go on over other data or from other weights than the run began with.
    private void requireSameInputs(Manifest earlier, Manifest now) {
        requireSame("data files", sums(earlier), sums(now));
        requireSame("model weights", earlier.model().sha256(), now.model().sha256());
        Manifest.Weights before = earlier.reference();
        Manifest.Weights after = now.reference();
        if (before != null && after != null) {
            requireSame("reference weights", before.sha256(), after.sha256());
        }
        if (earlier.chatTemplates() != null) {
            requireSame("chat template's words", digests(earlier), digests(now));
        }
    }

    private static List<String> digests(Manifest manifest) {
        List<Manifest.Template> templates = manifest.chatTemplates();
        return templates == null
                ? List.of()
                : templates.stream().map(Manifest.Template::sha256).toList();
    }

    private static List<String> sums(Manifest manifest) {
        return manifest.data().stream().map(Manifest.DataFile::sha256).toList();
    }

    private void requireSame(String what, Object before, Object now) {
        if (!before.equals(now)) {
            throw new IllegalStateException(directory.root() + ": the " + what
                    + " are not those that the run was started with; go on with the same, or choose another output");
        }
    }

    /// Writes the recipe of a new run, or checks that a run goes on with the one it began with.
    private void requireSameRecipe() throws IOException {
        if (Files.exists(directory.recipe())) {
            if (!Files.readString(directory.recipe()).equals(recipe.toYaml())) {
                throw new IllegalStateException(directory.recipe()
                        + ": the recipe is not the one that the run was started with; go on with the same settings, or "
                        + "choose another output");
            }
            return;
        }
        AtomicWrite.file(directory.recipe(), recipe.toYaml().getBytes(StandardCharsets.UTF_8));
    }

    private Tuned tune(PreparedRows rows, Tokenizer tokenizer, Architecture architecture) throws IOException {
        List<RunDirectory.Checkpoint> checkpoints = directory.checkpoints();
        Optional<Path> checkpoint = checkpoints.isEmpty()
                ? Optional.empty()
                : Optional.of(checkpoints.getLast().directory());
        TrainingState state = checkpoint
                .map(TrainingState::readFrom)
                .orElse(TrainingState.start(rows.data().file().digest()));
        if (!state.data().equals(rows.data().file().digest())) {
            throw new IllegalStateException(directory.root()
                    + ": the encoded rows are not those that the run was started with; go on with the same tokenizer, "
                    + "or choose another output");
        }
        boolean fresh = checkpoint.isEmpty();
        progress.note(
                checkpoint.map(from -> "going on from " + from.getFileName()).orElse("starting at step 0"));
        try (Decoder policy = Start.policy(recipe, checkpoint);
                Tuner tuner = new Tuner(policy, recipe.objective(), settings());
                Metrics metrics = fresh
                        ? Metrics.create(directory.metrics())
                        : Metrics.resume(directory.metrics(), state.step());
                Samples samples = fresh
                        ? Samples.create(directory.samples())
                        : Samples.resume(directory.samples(), state.step());
                Supply supply = supply(rows, tokenizer, policy, tuner, metrics, checkpoint)) {
            checkpoint.ifPresent(tuner.optimiser()::readFrom);
            if (recipe.log().to().contains(Recipe.Sink.TENSORBOARD)) {
                metrics.copyTo(TensorBoard.follow(directory));
            }
            SampleSheet sheet = new SampleSheet(
                    recipe.sample(), prompts(rows, architecture.context()), tokenizer, samples, recipe.seed());
            Monitors monitors = Monitors.of(
                    recipe,
                    rows.evaluation(),
                    tokenizer,
                    policy,
                    tuner,
                    metrics,
                    directory.pairs(),
                    judge,
                    progress,
                    checkpoint);
            Loop loop = new Loop(recipe, directory, metrics, progress, supply, policy, tuner, sheet, monitors, state);
            SequencedMap<String, Double> evaluation = loop.run();
            if (supply.results().isPresent()) {
                supply.results().get().writeTo(directory.results());
            }
            AtomicWrite.directory(directory.model(), target -> {
                ModelDirectory.write(policy, Start.files(recipe).base(), target);
                Files.writeString(
                        target.resolve("README.md"),
                        card(rows, policy.base() != policy, loop.steps(), evaluation, monitors));
            });
            if (recipe.log().to().contains(Recipe.Sink.TRAINER_STATE)) {
                TrainerState.read(directory).writeTo(directory.trainerState());
            }
            Outcome outcome = new Outcome(
                    loop.steps(),
                    directory.model(),
                    evaluation,
                    monitors.stopped().orElse(null),
                    rows.referenceSeconds());
            return new Tuned(outcome, monitors.cost());
        }
    }

    private String card(
            PreparedRows rows, boolean adapted, long steps, SequencedMap<String, Double> evaluation, Monitors monitors)
            throws IOException {
        return new ModelCard(
                        recipe,
                        Manifest.read(directory.manifest()),
                        adapted,
                        Metrics.read(directory.metrics()),
                        steps,
                        monitors.stopped().orElse(null),
                        evaluation,
                        rows.evaluationRows())
                .text();
    }

    private Supply supply(
            PreparedRows rows,
            Tokenizer tokenizer,
            Decoder policy,
            Tuner tuner,
            Metrics metrics,
            Optional<Path> checkpoint) {
        return recipe.method() == Recipe.Method.ONLINE
                ? OnPolicyRows.of(recipe, reward, rows, tokenizer, policy, metrics, progress, checkpoint)
                : new FixedRows(recipe, rows, tuner);
    }

    /// What samples are drawn for: prompts of held-out rows, else of the first training rows.
    private List<int[]> prompts(PreparedRows rows, int context) {
        List<Encoded> held = rows.evaluationPrompts();
        List<Encoded> asked = held.isEmpty() ? rows.trainPrompts() : held;
        return SampleSheet.prompts(asked, recipe.sample().prompts(), context);
    }

    private static List<Manifest.Template> described(ChatTemplate template) {
        return template.wordings().stream()
                .map(one -> new Manifest.Template(
                        one.choice(), one.file().map(Path::toString).orElse(null), Digest.ofText(one.text())))
                .toList();
    }

    private Manifest manifest(PreparedRows rows, List<Manifest.Template> templates, int threads) throws IOException {
        List<Manifest.DataFile> files = new ArrayList<>();
        for (Map.Entry<Path, Long> file : rows.rowsByFile().entrySet()) {
            files.add(new Manifest.DataFile(file.getKey().toString(), Digest.ofFile(file.getKey()), file.getValue()));
        }
        ModelFiles model = Start.files(recipe);
        ModelFiles reference = Start.reference(recipe).orElse(model);
        String version = Training.class.getPackage().getImplementationVersion();
        return new Manifest(
                version == null ? "not packaged" : version,
                System.getProperty("poise.revision"),
                recipe.method().name().toLowerCase(Locale.ROOT),
                recipe.seed(),
                files,
                weights(model),
                recipe.objective().needsReference() ? weights(reference) : null,
                templates,
                new TreeMap<>(Map.of("libtorch", Torch.version())),
                Machine.here(threads, "cpu"),
                Instant.now(),
                null,
                Manifest.Status.RUNNING,
                null,
                0,
                null);
    }

    private static Manifest.Weights weights(ModelFiles files) {
        return new Manifest.Weights(files.newest().toString(), ModelDirectory.digest(files));
    }

    private Tuner.Settings settings() {
        Recipe.Train train = recipe.train();
        return new Tuner.Settings(
                new AdamW.Settings(train.adamBeta1(), train.adamBeta2(), train.adamEpsilon(), train.weightDecay()),
                train.clipNorm(),
                train.microBatchTokens(),
                train.gradientCheckpointing());
    }
}

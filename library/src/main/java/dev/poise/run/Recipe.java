package dev.poise.run;

import dev.poise.data.Ranking;
import dev.poise.data.Reading;
import dev.poise.data.Shape;
import dev.poise.data.TooLong;
import dev.poise.monitor.Watch;
import dev.poise.objective.Mixture;
import dev.poise.oracle.PairBuilder;
import dev.poise.oracle.Reward;
import dev.poise.torch.Precision;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Everything that decides what a run does, bound and checked.
///
/// Made by [#read] or [#parse], which report all that is wrong at once; relative paths are relative to the working
/// directory. The components are named as the recipe's keys.
///
/// @param method what is trained on
/// @param model a model directory in the Hugging Face layout
/// @param adapter what is trained in place of the model's own weights, if anything
/// @param reference what the policy is measured against
/// @param objective what is minimised; built by the recipe's closed list of types
/// @param online how completions are drawn and scored; null for methods that draw none
/// @param seed the one seed from which every stream of random numbers is derived
/// @param output the run directory
public record Recipe(
        Method method,
        Path model,
        Adapter adapter,
        Reference reference,
        Data data,
        Mixture objective,
        @Nullable Online online,
        Train train,
        Evaluate evaluate,
        Checkpoint checkpoint,
        Log log,
        Sample sample,
        Monitor monitor,
        long seed,
        Path output) {

    /// What a run trains on.
    public enum Method {
        /// Demonstrations: likelihood of good answers.
        SUPERVISED,
        /// Pairs of a preferred and a rejected answer.
        PREFERENCE,
        /// Answers that are labelled desirable or not, each by itself.
        UNPAIRED,
        /// Pairs, for a model that gives answers scores: a reward model.
        REWARD,
        /// Prompts: the policy's own completions, scored while it is tuned.
        ONLINE
    }

    /// A small change of the model that is trained in its place.
    public sealed interface Adapter {

        /// None: all weights of the model are trained.
        record None() implements Adapter {}

        /// A fresh low-rank adapter, whose terms are those of PEFT's `LoraConfig`.
        ///
        /// @param rank r, at least 1
        /// @param alpha α > 0: B A is scaled by α/r
        /// @param rslora whether it is scaled by α/√r instead
        /// @param targets linear layers by the names of their modules or the ends of them; `all-linear` alone
        ///     for all but the head
        record Lora(int rank, double alpha, boolean rslora, List<String> targets) implements Adapter {

            public Lora {
                targets = List.copyOf(targets);
            }
        }

        /// One that is there already, and is trained on.
        record Directory(Path directory) implements Adapter {}
    }

    /// The policy that objectives measure against.
    public sealed interface Reference {

        /// The model, with its adapter if it has one, as it is before the first step.
        record Initial() implements Reference {}

        /// None: objectives that read one are refused.
        record None() implements Reference {}

        /// Another model directory.
        record Directory(Path directory) implements Reference {}
    }

    /// What is read, and what happens to rows that do not fit.
    ///
    /// @param train files or folders, at least one
    /// @param evaluate what evaluation is computed on
    /// @param shape the shape of every row; null to detect it, of every path its own
    /// @param ranking which pairs are made of a row with several ranked completions
    /// @param chatTemplate how conversations are rendered: [dev.poise.tokenize.ChatTemplate#NAMES], or a file
    /// @param tooLong what happens to a row longer than [Train#maxTokens]
    /// @param limit how many rows are read at most; null for all
    public record Data(
            List<Path> train,
            HeldOut evaluate,
            @Nullable Shape shape,
            Ranking ranking,
            String chatTemplate,
            BadRows badRows,
            TooLong tooLong,
            @Nullable Long limit) {

        public Data {
            train = List.copyOf(train);
        }

        /// How the files are read.
        public Reading reading() {
            return new Reading(Optional.ofNullable(shape), ranking);
        }
    }

    /// Where evaluation data comes from.
    public sealed interface HeldOut {

        /// A share of the training data, in [0, 0.5], kept out of training; 0 for no evaluation.
        record Share(double share) implements HeldOut {}

        /// A file or folder of its own.
        record File(Path file) implements HeldOut {}

        /// Whether there is anything to evaluate on.
        default boolean isPresent() {
            return !(this instanceof Share part && part.share() == 0);
        }
    }

    /// What a row does that cannot be read: end the run, or go to the run's quarantine.
    public enum BadRows {
        STOP,
        QUARANTINE
    }

    /// How an on-policy run draws completions, scores them and makes examples of them: the switches of algorithm
    /// 1 of arXiv 2404.14367, each on its own.
    ///
    /// @param reward rules and reward models, added up: [dev.poise.oracle.Reward#parse]
    /// @param prompts prompts a round
    /// @param samples where a prompt's completions come from
    /// @param inner T, how often a round's completions are gone through
    /// @param anchor the weight of [Recipe#reference] in the log-probabilities that objectives measure against,
    ///     the rest being that of the policy before the round; in [0, 1]: 1 holds to the reference, 0 follows
    /// @param pairs how pairs are made of completions, for objectives of pairs
    /// @param replay what earlier rounds give to later ones
    /// @param maxNewTokens where a completion is cut
    /// @param temperature of the draws, above 0
    public record Online(
            List<String> reward,
            int prompts,
            Samples samples,
            int inner,
            double anchor,
            PairBuilder pairs,
            Replay replay,
            int maxNewTokens,
            double temperature) {

        public Online {
            reward = List.copyOf(reward);
        }

        private Online located(UnaryOperator<Path> model) {
            return new Online(
                    reward.stream().map(one -> Reward.located(one, model)).toList(),
                    prompts,
                    samples,
                    inner,
                    anchor,
                    pairs,
                    replay,
                    maxNewTokens,
                    temperature);
        }
    }

    /// Completions a prompt, by who wrote them.
    ///
    /// @param policy drawn from the policy as it is at the start of the round
    /// @param reference drawn from the reference, the same whenever the prompt comes up
    /// @param data answers of the data set, as many as a row has at most
    public record Samples(int policy, int reference, int data) {

        /// Completions a prompt at most.
        public int total() {
            return policy + reference + data;
        }
    }

    /// What earlier rounds give to later ones: of the prompts of the round before, `share` of them with all their
    /// completions, `share · decay` of the one before that, and so on.
    ///
    /// @param share in [0, 1]; 0 for no replay
    /// @param decay in [0, 1]
    /// @param rounds how many rounds are remembered
    public record Replay(double share, double decay, int rounds) {}

    /// How the model is moved.
    ///
    /// @param epochs passes over the training data, > 0, may be a fraction
    /// @param maxSteps optimiser steps, in place of epochs; null to count epochs
    /// @param batchPairs examples an optimiser step: pairs, rows of demonstrations, or prompts of a round with
    ///     what was made of them
    /// @param microBatchTokens tokens of one forward pass; accumulation follows from it and changes no result
    /// @param gradientCheckpointing whether blocks run again on the way back rather than keep what they computed
    /// @param maxTokens the longest sequence, prompt included
    /// @param learningRate the schedule's peak, in (0, 1]
    /// @param warmupSteps steps over which the rate rises from 0
    /// @param clipNorm largest gradient norm; 0 leaves gradients alone
    /// @param threads of the numeric library; 0 for all cores
    public record Train(
            double epochs,
            @Nullable Long maxSteps,
            int batchPairs,
            int microBatchTokens,
            boolean gradientCheckpointing,
            int maxTokens,
            double learningRate,
            Schedule schedule,
            int warmupSteps,
            double clipNorm,
            double weightDecay,
            double adamBeta1,
            double adamBeta2,
            double adamEpsilon,
            Precision precision,
            boolean shuffle,
            int threads) {}

    /// How the learning rate falls after warm-up.
    public enum Schedule {
        /// In a straight line to 0.
        LINEAR,
        /// Along half a cosine to 0.
        COSINE,
        /// Not at all.
        CONSTANT
    }

    /// How often the policy is evaluated.
    ///
    /// @param every steps between evaluations; 0 for one at the end
    public record Evaluate(int every) {}

    /// What is kept of a run to go on from.
    ///
    /// @param every steps between checkpoints; 0 for one at the end
    /// @param keep how many of the newest stay, at least 1
    /// @param best the `eval_` or `monitor/` metric whose best checkpoint stays besides; null for none
    /// @param better which values of it are better
    public record Checkpoint(int every, int keep, @Nullable String best, Better better) {

        /// What keeps the best by a metric whose name says which values are better.
        public Checkpoint(int every, int keep, @Nullable String best) {
            this(every, keep, best, Better.AUTO);
        }

        /// Whether a smaller value of [#best] is better.
        public boolean smallerIsBetter() {
            return switch (better) {
                case AUTO -> best != null && best.endsWith("loss");
                case SMALLER -> true;
                case LARGER -> false;
            };
        }
    }

    /// Which values of a metric are better.
    public enum Better {
        /// Smaller ones of a loss, larger ones of everything else.
        AUTO,
        /// Larger ones.
        LARGER,
        /// Smaller ones.
        SMALLER
    }

    /// How often metrics are written, and where to.
    ///
    /// @param every steps between metric lines, whose values are averaged over them
    /// @param to what is written besides `metrics.jsonl`
    public record Log(int every, List<Sink> to) {

        public Log {
            to = List.copyOf(to);
        }
    }

    /// A format of other tools that a run is written in while it goes on.
    public enum Sink {
        /// An event file in the run directory.
        TENSORBOARD,
        /// `trainer_state.json` in every checkpoint and, in the end, in the run directory.
        TRAINER_STATE
    }

    /// What the policy is asked while it trains.
    ///
    /// @param every steps between samples; 0 for none
    /// @param prompts how many prompts are answered each time
    /// @param maxNewTokens where an answer is cut
    /// @param temperature 0 for greedy decoding
    public record Sample(int every, int prompts, int maxNewTokens, double temperature) {}

    /// What is watched while the policy is tuned; nothing of it where no rows are held out.
    ///
    /// @param every steps between readings of held-out rows; 0 for no monitors at all
    /// @param rows how many held-out rows are read at most
    /// @param topK k of the entropy over the k likeliest tokens and of their mass
    /// @param generate readings of the policy's own answers
    /// @param watch alarms, stop rules and the governor
    public record Monitor(int every, int rows, int topK, Generate generate, Watch watch) {}

    /// Readings of the policy's own answers to held-out prompts.
    ///
    /// @param every steps between them; 0 for none
    /// @param prompts how many prompts are answered
    /// @param maxNewTokens where an answer is cut
    /// @param temperature 0 for greedy decoding; KL is read at 1 only
    /// @param reward what answers are judged by, as `poise score --reward` has it, summed; empty for no judge
    public record Generate(int every, int prompts, int maxNewTokens, double temperature, List<String> reward) {

        public Generate {
            reward = List.copyOf(reward);
        }
    }

    /// Reads a recipe file.
    ///
    /// @param overrides applied in order before anything is checked
    /// @throws RecipeException with everything that is wrong with it
    /// @throws IOException when the file cannot be read
    public static Recipe read(Path file, List<RecipeOverride> overrides) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        try {
            CharBuffer text = decoder.decode(bytes);
            return parse(file.toString(), text.toString(), overrides);
        } catch (CharacterCodingException e) {
            // The decoder leaves the buffer at the first byte that it could not read.
            Problem.Place place = placeAfter(file.toString(), bytes);
            throw new RecipeException(List.of(new Problem(place, "", "must be text in UTF-8")));
        }
    }

    /// Binds a recipe that is at hand as text.
    ///
    /// @param name what messages call it, usually its file
    /// @param overrides applied in order before anything is checked
    /// @throws RecipeException with everything that is wrong with it
    public static Recipe parse(String name, String text, List<RecipeOverride> overrides) {
        return RecipeBinding.bind(name, text, overrides);
    }

    /// The objective's terms as the recipe writes them, every default visible, in their order.
    public List<String> objectives() {
        return objective.terms().stream().map(ObjectiveWriter::write).toList();
    }

    /// The recipe with every model and data set where it lies on this machine.
    ///
    /// @param model gives the folder of a model that the recipe names
    /// @param rows gives the files or folders of a data set that the recipe names
    public Recipe located(UnaryOperator<Path> model, Function<Path, List<Path>> rows) {
        Reference against = reference instanceof Reference.Directory(Path other)
                ? new Reference.Directory(model.apply(other))
                : reference;
        HeldOut heldOut = data.evaluate() instanceof HeldOut.File(Path file)
                ? new HeldOut.File(single(file, rows))
                : data.evaluate();
        Data here = new Data(
                data.train().stream().flatMap(path -> rows.apply(path).stream()).toList(),
                heldOut,
                data.shape(),
                data.ranking(),
                data.chatTemplate(),
                data.badRows(),
                data.tooLong(),
                data.limit());
        return new Recipe(
                method,
                model.apply(this.model),
                adapter,
                against,
                here,
                objective,
                online == null ? null : online.located(model),
                train,
                evaluate,
                checkpoint,
                log,
                sample,
                monitor,
                seed,
                output);
    }

    private static Path single(Path file, Function<Path, List<Path>> rows) {
        List<Path> files = rows.apply(file);
        if (files.size() != 1) {
            throw new IllegalArgumentException("data.evaluate must name one file or folder, got " + files.size()
                    + " files for " + file + "; name one of them");
        }
        return files.getFirst();
    }

    /// The recipe as YAML with every default visible; parsing it gives an equal recipe.
    public String toYaml() {
        return RecipeWriter.write(this);
    }

    private static Problem.Place placeAfter(String name, ByteBuffer bytes) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < bytes.position(); i++) {
            boolean ends = bytes.get(i) == '\n';
            line += ends ? 1 : 0;
            column = ends ? 1 : column + 1;
        }
        return new Problem.Place(name, line, column);
    }
}

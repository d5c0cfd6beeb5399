package dev.poise.train;

import dev.poise.data.Encoded;
import dev.poise.model.Architecture;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.model.ModelFiles;
import dev.poise.model.TokenBatch;
import dev.poise.model.TokenStatistics;
import dev.poise.monitor.Alarm;
import dev.poise.monitor.Event;
import dev.poise.monitor.Governor;
import dev.poise.monitor.HeldOut;
import dev.poise.monitor.Own;
import dev.poise.monitor.Reading;
import dev.poise.monitor.Scored;
import dev.poise.monitor.Symptom;
import dev.poise.monitor.Watch;
import dev.poise.objective.Need;
import dev.poise.oracle.Reward;
import dev.poise.run.Manifest;
import dev.poise.run.MetricLine;
import dev.poise.run.Metrics;
import dev.poise.run.PairMoves;
import dev.poise.run.Recipe;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sampler;
import dev.poise.sample.TextSample;
import dev.poise.sample.TextSampler;
import dev.poise.tokenize.TokenSequence;
import dev.poise.tokenize.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Looks at the policy while it is tuned: reads held-out answers and the policy's own, folds the readings into the
/// watch's state, and tells what happened.
///
/// Looking moves nothing: forward passes without gradients, draws from streams of their own. What follows from it is
/// what the recipe asks for by name: a stop rule, the governor, the best checkpoint.
final class Monitors {

    /// Characters of a prompt that a pair is known by.
    private static final int SHOWN = 120;

    /// Rows that grow together.
    private static final int BATCH = 16;

    /// Keeps the draws apart from those of other streams of the same seed: "monitor" in ASCII.
    private static final long STREAM = 0x6d6f6e69746f72L;

    private final Recipe recipe;
    private final Recipe.Monitor settings;
    private final List<TrainingRow> rows;
    private final List<int[]> prompts;
    private final Tokenizer tokenizer;
    private final Decoder policy;
    private final Tuner tuner;
    private final Metrics metrics;
    private final Path pairs;
    private final Optional<Reward> judge;
    private final Progress progress;
    private final Clock heldOut = new Clock();
    private final Clock own = new Clock();
    private double trainingSeconds;
    private MonitorState state;

    /// Seconds spent on something, in this process.
    private static final class Clock {
        private double seconds;

        double add(long sinceNanos) {
            double more = (System.nanoTime() - sinceNanos) / 1e9;
            seconds += more;
            return more;
        }
    }

    private Monitors(
            Recipe recipe,
            List<TrainingRow> rows,
            List<int[]> prompts,
            Tokenizer tokenizer,
            Decoder policy,
            Tuner tuner,
            Metrics metrics,
            Path pairs,
            Optional<Reward> judge,
            Progress progress,
            MonitorState state) {
        this.recipe = recipe;
        this.settings = recipe.monitor();
        this.rows = rows;
        this.prompts = prompts;
        this.tokenizer = tokenizer;
        this.policy = policy;
        this.tuner = tuner;
        this.metrics = metrics;
        this.pairs = pairs;
        this.judge = judge;
        this.progress = progress;
        this.state = state;
    }

    /// Monitors of a run, over the first of its held-out rows; without any it looks at nothing and says so.
    ///
    /// @param pairs where it is written how far each pair has moved
    /// @param judge of the policy's own answers
    /// @param checkpoint where the run goes on from; empty for its start
    static Monitors of(
            Recipe recipe,
            List<TrainingRow> heldOutRows,
            Tokenizer tokenizer,
            Decoder policy,
            Tuner tuner,
            Metrics metrics,
            Path pairs,
            Optional<Reward> judge,
            Progress progress,
            Optional<Path> checkpoint) {
        Recipe.Monitor settings = recipe.monitor();
        List<TrainingRow> rows = settings.every() == 0
                ? List.of()
                : heldOutRows.subList(0, Math.min(settings.rows(), heldOutRows.size()));
        List<int[]> prompts = settings.generate().every() == 0
                ? List.of()
                : SampleSheet.prompts(
                        rows.stream().map(TrainingRow::encoded).toList(),
                        settings.generate().prompts(),
                        policy.architecture().context());
        Governor governor = settings.watch().governor();
        double weight = governor == null
                ? 0
                : recipe.objective().terms().get(governor.term()).weight();
        boolean watches = !rows.isEmpty() || recipe.method() == Recipe.Method.ONLINE;
        MonitorState state = !watches || checkpoint.isEmpty()
                ? MonitorState.start(settings.watch().start(weight))
                : MonitorState.readFrom(checkpoint.get());
        Monitors monitors =
                new Monitors(recipe, rows, prompts, tokenizer, policy, tuner, metrics, pairs, judge, progress, state);
        monitors.tellWhatIsMissing();
        monitors.govern();
        return monitors;
    }

    /// Refuses monitors that the model cannot have.
    ///
    /// @throws IllegalArgumentException when `top_k` is above the model's vocabulary
    static void require(Recipe recipe, Architecture architecture) {
        Recipe.Monitor settings = recipe.monitor();
        boolean watches = settings.every() > 0 && recipe.data().evaluate().isPresent();
        if (watches && settings.topK() > architecture.vocabulary()) {
            throw new IllegalArgumentException("monitor.top_k must be at most the model's vocabulary of "
                    + architecture.vocabulary() + ", got " + settings.topK());
        }
    }

    private void tellWhatIsMissing() {
        if (rows.size() == 1) {
            progress.note("warning: one row is held out: what the monitors show is an anecdote");
        }
        if (!rows.isEmpty() && prompts.isEmpty() && settings.generate().every() > 0) {
            progress.note("no monitored row has a prompt that leaves room for an answer: the policy's own answers are"
                    + " not read");
        }
    }

    /// Seconds that the last steps took, which the monitors' share is of.
    void trained(double seconds) {
        trainingSeconds += seconds;
    }

    /// Why the run ends before its last step; nothing while it goes on.
    Optional<String> stopped() {
        return state.watch().reason();
    }

    /// What looking cost in this process; null where nothing was looked at.
    Manifest.@Nullable Monitoring cost() {
        return rows.isEmpty() ? null : new Manifest.Monitoring(trainingSeconds, heldOut.seconds, own.seconds);
    }

    void writeTo(Path directory) {
        if (!rows.isEmpty() || recipe.method() == Recipe.Method.ONLINE) {
            state.writeTo(directory);
        }
    }

    /// Takes in what a round of the policy's own completions says, and tells what happened.
    ///
    /// @param step the first step on the round
    void rollout(long step, SequencedMap<String, Double> values) throws IOException {
        Watch.Outcome outcome = settings.watch().next(state.watch(), new Reading(step, values));
        state = state.with(outcome.state());
        for (Event event : outcome.events()) {
            tell(event);
        }
    }

    /// The step from which on the policy seems to have collapsed, alarm or not yet; nothing where it has not.
    OptionalLong collapsedSince() {
        Alarm.State alarm =
                state.watch().alarms().get(Symptom.Kind.COLLAPSE.name().toLowerCase(Locale.ROOT));
        return alarm != null && (alarm.raised() || alarm.row() > 0)
                ? OptionalLong.of(alarm.since())
                : OptionalLong.empty();
    }

    /// Looks at what is due after a step, writes it down and tells what happened.
    ///
    /// @param last whether this is the run's last step as the recipe has it
    /// @return what was read; empty where nothing was due
    SequencedMap<String, Double> look(long step, boolean last) throws IOException {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        SequencedMap<String, Object> costs = new LinkedHashMap<>();
        if (!rows.isEmpty() && (last || step % settings.every() == 0)) {
            long start = System.nanoTime();
            values.putAll(heldOut(step));
            cost(costs, "monitor/", heldOut, heldOut.add(start));
        }
        if (!prompts.isEmpty() && (last || step % settings.generate().every() == 0)) {
            long start = System.nanoTime();
            values.putAll(own(step));
            cost(costs, "monitor/own/", own, own.add(start));
        }
        if (values.isEmpty()) {
            return values;
        }
        if (step == 0) {
            requireKnownMetrics(values);
        }
        Watch.Outcome outcome = settings.watch().next(state.watch(), new Reading(step, values));
        state = state.with(outcome.state());
        state.watch().weight().ifPresent(weight -> values.put("monitor/weight", weight));
        SequencedMap<String, Object> line = new LinkedHashMap<>(values);
        line.putAll(costs);
        metrics.append(new MetricLine(step, line));
        for (Event event : outcome.events()) {
            tell(event);
        }
        govern();
        return values;
    }

    /// Writes an event down and shows it.
    void tell(Event event) throws IOException {
        metrics.append(new MetricLine(event.step(), event.values()));
        event.lines().forEach(progress::note);
    }

    private void cost(SequencedMap<String, Object> line, String prefix, Clock clock, double seconds) {
        line.put(prefix + "seconds", seconds);
        if (trainingSeconds > 0) {
            line.put(prefix + "time_share", clock.seconds / trainingSeconds);
        }
    }

    private void govern() {
        Governor governor = settings.watch().governor();
        if (governor != null) {
            state.watch()
                    .weight()
                    .ifPresent(weight -> tuner.pursue(recipe.objective().weighing(governor.term(), weight)));
        }
    }

    /// Metrics that the recipe names and no monitor reads would never do what they were meant to.
    private void requireKnownMetrics(SequencedMap<String, Double> values) {
        String best = recipe.checkpoint().best();
        if (best != null && best.startsWith("monitor/")) {
            requireKnown("checkpoint.best", best, values);
        }
        settings.watch().alarms().stream()
                .filter(alarm -> alarm.symptom() instanceof Symptom.Threshold(String metric, Double low, Double high)
                        && (low != null || high != null))
                .forEach(alarm -> requireKnown(
                        "monitor.alarms.threshold.metric", alarm.symptom().metric(), values));
    }

    private static void requireKnown(String key, String metric, SequencedMap<String, Double> values) {
        if (!values.containsKey(metric)) {
            throw new IllegalArgumentException(
                    key + " must be one of " + String.join(", ", values.keySet()) + ", got " + metric);
        }
    }

    private SequencedMap<String, Double> heldOut(long step) throws IOException {
        Columns good = new Columns();
        Columns bad = new Columns();
        List<Encoded> encoded = rows.stream().map(TrainingRow::encoded).toList();
        Set<Need> labels = EnumSet.of(Need.LABELS);
        boolean paired = rows.getFirst().encoded() instanceof Encoded.Pair;
        List<TrainingRow> order = new ArrayList<>();
        for (int[] micro : MicroBatches.of(encoded, recipe.train().microBatchTokens())) {
            List<TrainingRow> some = Arrays.stream(micro).mapToObj(rows::get).toList();
            TokenBatch batch = Measured.layOut(some, labels);
            Measured measured = new Measured(some, labels, batch, policy.measure(batch, settings.topK()));
            order.addAll(some);
            good.add(measured, measured.good(), paired);
            bad.add(measured, measured.bad(), paired);
        }
        Scored chosen = good.scored();
        Scored rejected = bad.scored();
        if (step == 0) {
            state = state.withBaseline(chosen.sums(), rejected.sums());
        }
        Scored desirable = good.referenced(chosen, state.chosen());
        Scored undesirable = bad.referenced(rejected, state.rejected());
        if (paired) {
            moves(step, order, desirable, undesirable).write(pairs);
        }
        return HeldOut.reading(
                desirable, undesirable, paired, recipe.objective().rewardScale());
    }

    /// How far every pair has moved.
    ///
    /// @param order the pairs as they were measured
    private PairMoves moves(long step, List<TrainingRow> order, Scored chosen, Scored rejected) {
        return new PairMoves(
                step,
                IntStream.range(0, order.size())
                        .mapToObj(i -> move(order.get(i).encoded(), chosen.change(i), rejected.change(i)))
                        .toList());
    }

    private PairMoves.Pair move(Encoded pair, double chosen, double rejected) {
        TokenSequence sequence = TrainingRow.sequences(pair).getFirst();
        String prompt = tokenizer.decode(Arrays.copyOf(sequence.ids(), sequence.firstTrained()), true);
        return new PairMoves.Pair(
                pair.source().toString(), prompt.substring(Math.max(0, prompt.length() - SHOWN)), chosen, rejected);
    }

    /// What was measured of one side, answer by answer.
    private static final class Columns {
        private final List<double[]> logProbs = new ArrayList<>();
        private final List<double[]> entropies = new ArrayList<>();
        private final List<double[]> topEntropies = new ArrayList<>();
        private final List<double[]> topMasses = new ArrayList<>();
        private final List<Double> reference = new ArrayList<>();

        void add(TokenBatch batch, TokenStatistics tokens, int sequence) {
            int from = batch.offsets()[sequence];
            int to = batch.offsets()[sequence + 1];
            logProbs.add(Arrays.copyOfRange(tokens.logProbs(), from, to));
            entropies.add(Arrays.copyOfRange(tokens.entropies(), from, to));
            topEntropies.add(Arrays.copyOfRange(tokens.topEntropies(), from, to));
            topMasses.add(Arrays.copyOfRange(tokens.topMasses(), from, to));
        }

        void add(Measured measured, int[] sequences, boolean paired) {
            for (int sequence : sequences) {
                add(measured.batch(), measured.tokens(), sequence);
                double[] known =
                        measured.rows().get(paired ? sequence / 2 : sequence).reference();
                if (known != null) {
                    reference.add(known[paired ? sequence % 2 : 0]);
                }
            }
        }

        Scored scored() {
            return new Scored(
                    logProbs.toArray(double[][]::new),
                    entropies.toArray(double[][]::new),
                    topEntropies.toArray(double[][]::new),
                    topMasses.toArray(double[][]::new),
                    null);
        }

        /// Against the reference where the run has scored it, else against the policy's own start.
        Scored referenced(Scored scored, double[] start) {
            return scored.against(
                    reference.isEmpty()
                            ? start
                            : reference.stream()
                                    .mapToDouble(Double::doubleValue)
                                    .toArray());
        }
    }

    private SequencedMap<String, Double> own(long step) {
        Recipe.Generate generate = settings.generate();
        Decoding decoding = new Decoding(generate.temperature(), 0, 1, generate.maxNewTokens(), recipe.seed() ^ STREAM);
        Sampler sampler = new Sampler(policy, tokenizer.specialTokens().stop(), BATCH);
        List<TextSample> drawn = new ArrayList<>();
        try {
            new TextSampler(sampler, tokenizer).sample(prompts, decoding, (index, sample) -> drawn.add(sample));
        } catch (IllegalStateException e) {
            // Logits that are not finite: the reading says so, and training says for itself whether it can go on.
            progress.note("warning: step " + step + ": the policy's own answers cannot be read: " + e.getMessage());
            SequencedMap<String, Double> nothing = new LinkedHashMap<>();
            nothing.put(Own.LENGTH, Double.NaN);
            return nothing;
        }
        List<Own.Answer> answers = drawn.stream()
                .map(one -> new Own.Answer(
                        one.sample().tokens(), one.text(), one.sample().ended()))
                .toList();
        double[] rewards = rewards(answers);
        if (step == 0) {
            state = state.withAnswers(answers.stream().map(Own.Answer::tokens).toList(), rewards);
        }
        List<TokenSequence> sequences = IntStream.range(0, prompts.size())
                .mapToObj(i -> answered(prompts.get(i), answers.get(i).tokens()))
                .toList();
        Scored scored = score(policy, sequences).scored();
        double[][] reference = generate.temperature() != 1
                ? null
                : step == 0 && startsAtReference()
                        ? scored.logProbs()
                        : byReference(
                                decoder -> score(decoder, sequences).scored().logProbs());
        SequencedMap<String, Double> values =
                Own.reading(answers, state.answers(), scored, reference, tokenizer.vocabularySize());
        if (judge.isPresent()) {
            values.putAll(Own.judged(rewards, state.rewards()));
        }
        return values;
    }

    private double[] rewards(List<Own.Answer> answers) {
        return judge.map(reward -> reward.scoreAll(
                        prompts.stream()
                                .map(prompt -> tokenizer.decode(prompt, true))
                                .toList(),
                        answers.stream().map(Own.Answer::text).toList()))
                .orElse(new double[0]);
    }

    private boolean startsAtReference() {
        return !(recipe.reference() instanceof Recipe.Reference.Directory);
    }

    /// Where the recipe has no reference, the model as it was before the first step is one.
    private double[][] byReference(Function<Decoder, double[][]> scoring) {
        ModelFiles files = Start.reference(recipe).orElseGet(() -> Start.files(recipe));
        if (Start.lora(recipe) != null && !(recipe.reference() instanceof Recipe.Reference.Directory)) {
            return scoring.apply(policy.base());
        }
        try (Decoder reference = ModelDirectory.read(files, recipe.train().precision(), false)) {
            return scoring.apply(reference);
        }
    }

    private static TokenSequence answered(int[] prompt, int[] answer) {
        int[] ids = Arrays.copyOf(prompt, prompt.length + answer.length);
        System.arraycopy(answer, 0, ids, prompt.length, answer.length);
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, prompt.length, ids.length, true);
        return new TokenSequence(ids, trained);
    }

    /// Every answer in a group of its own, in order.
    private Columns score(Decoder decoder, List<TokenSequence> sequences) {
        Columns columns = new Columns();
        int budget = recipe.train().microBatchTokens();
        int from = 0;
        while (from < sequences.size()) {
            int to = from;
            for (int held = 0;
                    to < sequences.size()
                            && (to == from || held + sequences.get(to).length() <= budget);
                    to++) {
                held += sequences.get(to).length();
            }
            TokenBatch batch = TokenBatch.of(
                    sequences.subList(from, to).stream().map(List::of).toList());
            TokenStatistics tokens = decoder.measure(batch, settings.topK());
            for (int s = 0; s < to - from; s++) {
                columns.add(batch, tokens, s);
            }
            from = to;
        }
        return columns;
    }
}

package dev.poise.train;

import static java.util.Objects.requireNonNull;

import dev.poise.data.DataException;
import dev.poise.data.Encoded;
import dev.poise.data.Shuffle;
import dev.poise.evaluate.Estimate;
import dev.poise.evaluate.Interval;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.model.TokenBatch;
import dev.poise.monitor.Rollout;
import dev.poise.objective.Credit;
import dev.poise.objective.Credit.Outcome;
import dev.poise.objective.Credit.Running;
import dev.poise.objective.Mixture;
import dev.poise.objective.RewardedObjective;
import dev.poise.online.Completion;
import dev.poise.online.Completion.Author;
import dev.poise.online.Group;
import dev.poise.online.Memory;
import dev.poise.online.RoundReading;
import dev.poise.online.ValueHead;
import dev.poise.oracle.Candidates;
import dev.poise.oracle.PairBuilder;
import dev.poise.oracle.Reward;
import dev.poise.oracle.RewardException;
import dev.poise.remote.Answers;
import dev.poise.remote.Counts;
import dev.poise.remote.RemoteReward;
import dev.poise.run.MetricLine;
import dev.poise.run.Metrics;
import dev.poise.run.Recipe;
import dev.poise.run.Results;
import dev.poise.run.RunDirectory;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sampler;
import dev.poise.sample.TextSample;
import dev.poise.sample.TextSampler;
import dev.poise.tokenize.TokenSequence;
import dev.poise.tokenize.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Rows that the policy writes itself, round by round:
///
/// ```
/// for each round:
///     draw completions of some prompts; score them; measure them under the policy and the reference
///     T times: divide the prompts into minibatches and hand out what is made of each
/// ```
///
/// A round has as many steps as its prompts fill, whatever becomes of them: where no completion of a minibatch is
/// better than another there is nothing to learn from, and its step moves nothing.
///
/// Source: arXiv 2404.14367, algorithm 1.
final class OnPolicyRows implements Supply {

    /// Rows that grow together.
    private static final int BATCH = 64;

    private static final long TOLD_AFTER_NANOSECONDS = 10_000_000_000L;

    /// Keeps the draws apart from other streams of the same seed: "rollout" in ASCII.
    private static final long STREAM = 0x726f6c6c6f7574L;

    private final Recipe recipe;
    private final Recipe.Online online;
    private final Optional<RewardedObjective> rewarded;
    private final List<Encoded> prompts;
    private final List<Encoded> heldOut;
    private final Tokenizer tokenizer;
    private final Decoder policy;
    private final @Nullable Decoder reference;
    private final OpenedReward reward;
    private final Answers answers;
    private final Metrics metrics;
    private final Progress progress;
    private final long start = System.nanoTime();
    private double roundSeconds;
    private SequencedMap<String, Double> newReading = new LinkedHashMap<>();
    private RoundState state;
    private List<List<TrainingRow>> rows;

    /// @param reference the recipe's reference; null without one
    /// @param reward what scores, which this closes
    /// @param answers what services have answered, which this closes
    OnPolicyRows(
            Recipe recipe,
            List<Encoded> prompts,
            List<Encoded> heldOut,
            Tokenizer tokenizer,
            Decoder policy,
            @Nullable Decoder reference,
            OpenedReward reward,
            Answers answers,
            Metrics metrics,
            Progress progress,
            Optional<Path> checkpoint) {
        this.recipe = recipe;
        this.online = requireNonNull(recipe.online(), "online");
        this.rewarded = rewarded(recipe.objective());
        this.prompts = prompts;
        this.heldOut = heldOut;
        this.tokenizer = tokenizer;
        this.policy = policy;
        this.reference = reference;
        this.reward = reward;
        this.answers = answers;
        this.metrics = metrics;
        this.progress = progress;
        Recipe.Replay replay = online.replay();
        Memory memory = new Memory(replay.share(), replay.decay(), replay.rounds(), List.of());
        this.state = checkpoint
                .map(directory -> RoundState.readFrom(directory, memory))
                .orElseGet(() -> RoundState.start(memory));
        this.rows = state.parts().stream().map(this::made).toList();
    }

    /// The term that credits completions, if there is one: the only term then.
    static Optional<RewardedObjective> rewarded(Mixture objective) {
        return objective.terms().stream()
                .flatMap(
                        term -> term.objective() instanceof RewardedObjective found ? Stream.of(found) : Stream.empty())
                .findFirst();
    }

    /// Opens what the recipe names.
    ///
    /// @param given a reward in place of the recipe's; null for that
    static OnPolicyRows of(
            Recipe recipe,
            @Nullable Reward given,
            PreparedRows prepared,
            Tokenizer tokenizer,
            Decoder policy,
            Metrics metrics,
            Progress progress,
            Optional<Path> checkpoint) {
        List<String> specifications = requireNonNull(recipe.online(), "online").reward();
        Answers answers = given == null && asks(specifications) ? answers(recipe) : Answers.forgetful();
        OpenedReward reward = null;
        Decoder reference = null;
        boolean opened = false;
        try {
            reward = given != null
                    ? new OpenedReward(given, List.of(), List.of())
                    : OpenedReward.of(
                            specifications,
                            directory -> learned(directory, recipe),
                            service -> new RemoteReward(service, answers, recipe.seed() ^ STREAM, progress::note));
            reference = reference(recipe, policy);
            OnPolicyRows rows = new OnPolicyRows(
                    recipe,
                    prepared.trainPrompts(),
                    prepared.evaluationPrompts(),
                    tokenizer,
                    policy,
                    reference,
                    reward,
                    answers,
                    metrics,
                    progress,
                    checkpoint);
            opened = true;
            return rows;
        } finally {
            if (!opened) {
                close(reward, reference == policy.base() ? null : reference, answers);
            }
        }
    }

    private static void close(@Nullable OpenedReward reward, @Nullable Decoder reference, Answers answers) {
        if (reward != null) {
            reward.close();
        }
        if (reference != null) {
            reference.close();
        }
        answers.close();
    }

    private static boolean asks(List<String> specifications) {
        boolean[] asked = {false};
        Reward.parse(specifications, directory -> (prompt, completion) -> 0, service -> {
            asked[0] = true;
            return (prompt, completion) -> 0;
        });
        return asked[0];
    }

    /// In the run's directory and not shared with other runs: what stands behind an address may have changed.
    private static Answers answers(Recipe recipe) {
        Path file = new RunDirectory(recipe.output()).answers();
        try {
            return Answers.in(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be used: " + e.getMessage(), e);
        }
    }

    private static LearnedReward learned(Path directory, Recipe recipe) {
        return LearnedReward.read(
                directory,
                ignored -> Optional.empty(),
                recipe.train().precision(),
                recipe.train().microBatchTokens());
    }

    /// The reference; where it is the model without the adapter that is trained, the policy's own weights.
    private static @Nullable Decoder reference(Recipe recipe, Decoder policy) {
        if (recipe.reference() instanceof Recipe.Reference.Initial && Start.lora(recipe) != null) {
            return policy.base();
        }
        return Start.reference(recipe)
                .map(files -> ModelDirectory.read(files, recipe.train().precision(), false))
                .orElse(null);
    }

    private int minibatches() {
        return Math.ceilDiv(online.prompts(), recipe.train().batchPairs());
    }

    private int stepsPerRound() {
        return online.inner() * minibatches();
    }

    private int roundsPerEpoch() {
        return Math.ceilDiv(prompts.size(), online.prompts());
    }

    @Override
    public long stepsPerEpoch() {
        return (long) roundsPerEpoch() * stepsPerRound();
    }

    @Override
    public SequencedMap<String, Double> newReading() {
        SequencedMap<String, Double> taken = newReading;
        newReading = new LinkedHashMap<>();
        return taken;
    }

    @Override
    public long drawnAt(long step) {
        return (step - 1) / stepsPerRound() * stepsPerRound();
    }

    @Override
    public OptionalDouble reward() {
        return state.round() < 0 ? OptionalDouble.empty() : OptionalDouble.of(state.reward());
    }

    @Override
    public List<TrainingRow> rows(long step) throws IOException {
        long round = step / stepsPerRound();
        if (round != state.round()) {
            begin(round, step);
        }
        return rows.get((int) (step % minibatches()));
    }

    /// Draws a round and makes its rows.
    private void begin(long round, long step) throws IOException {
        long began = System.nanoTime();
        int[] places = places(round);
        List<Group> fresh = drawn(round, places);
        double drawingSeconds = (System.nanoTime() - began) / 1e9;
        int size = recipe.train().batchPairs();
        List<List<Group>> parts = new ArrayList<>();
        for (int part = 0; part < minibatches(); part++) {
            parts.add(new ArrayList<>(
                    fresh.subList(Math.min(part * size, fresh.size()), Math.min((part + 1) * size, fresh.size()))));
        }
        List<Group> again = state.memory().at(round, recipe.seed() ^ STREAM);
        for (int i = 0; i < again.size(); i++) {
            parts.get(i % parts.size()).add(again.get(i));
        }
        double[] entropy = new double[2]; // sum, tokens
        List<List<Group>> measured =
                parts.stream().map(part -> measured(part, round, entropy)).toList();
        Credits credits = credited(measured, round);
        List<Group> own = credits.parts().stream()
                .flatMap(List::stream)
                .filter(group -> group.round() == round)
                .toList();
        SequencedMap<String, Double> reading = RoundReading.of(own);
        long calls = own.stream().mapToLong(group -> group.completions().size()).sum();
        state = new RoundState(
                round,
                state.rewardCalls() + calls,
                reading.getOrDefault(RoundReading.REWARD, 0.0),
                credits.parts(),
                credits.running(),
                credits.values(),
                state.memory().remembering(own));
        rows = credits.parts().stream().map(this::made).toList();
        roundSeconds += (System.nanoTime() - began) / 1e9;
        reading.putAll(credits.reading());
        if (entropy[1] > 0) {
            reading.put(Rollout.ENTROPY, entropy[0] / entropy[1]);
        }
        newReading = reading;
        SequencedMap<String, Object> line = new LinkedHashMap<>();
        line.put("epoch", step / (double) stepsPerEpoch());
        line.put("rollout/round", round);
        line.putAll(reading);
        line.put("rollout/rows", rows.stream().mapToInt(List::size).sum());
        line.put("rollout/reward_calls", state.rewardCalls());
        if (!reward.services().isEmpty()) {
            Counts asked = reward.counts();
            line.put("oracle/calls", answers.size());
            line.put("oracle/remembered", asked.remembered());
            line.put("oracle/retries", asked.retries());
            line.put("oracle/seconds", asked.seconds());
        }
        long tokens = own.stream()
                .flatMap(group -> group.completions().stream())
                .filter(one -> one.author() != Author.DATA)
                .mapToLong(one -> one.tokens().length)
                .sum();
        line.put("rollout/tokens_per_second", tokens / drawingSeconds);
        line.put("rollout/time_share", roundSeconds / ((System.nanoTime() - start) / 1e9));
        // Under the first step that uses it, so that it goes with that step when a run is resumed before it.
        metrics.append(new MetricLine(step + 1, line));
    }

    /// Places of a round's prompts among all.
    private int[] places(long round) {
        int epoch = Math.toIntExact(round / roundsPerEpoch());
        int from = (int) (round % roundsPerEpoch()) * online.prompts();
        int to = Math.min(prompts.size(), from + online.prompts());
        int[] order = recipe.train().shuffle()
                ? Shuffle.epoch(prompts.size(), recipe.seed(), epoch)
                : IntStream.range(0, prompts.size()).toArray();
        return Arrays.copyOfRange(order, from, to);
    }

    /// A completion before it is scored and measured.
    private record Draft(Author author, int[] tokens, boolean ended, String text) {}

    private List<Group> drawn(long round, int[] places) {
        List<int[]> ids = Arrays.stream(places)
                .mapToObj(place -> TrainingRow.prompt(prompts.get(place)))
                .toList();
        List<List<Draft>> drafts = new ArrayList<>();
        ids.forEach(ignored -> drafts.add(new ArrayList<>()));
        Recipe.Samples samples = online.samples();
        if (samples.policy() > 0) {
            long total = (long) ids.size() * samples.policy();
            long began = System.nanoTime();
            add(
                    Author.POLICY,
                    sampler(policy)
                            .sample(ids, samples.policy(), decoding(seed(round)), done -> told(began, done, total)),
                    drafts);
        }
        if (samples.reference() > 0) {
            Decoder writer = requireNonNull(reference, "reference");
            for (int i = 0; i < places.length; i++) {
                // By the prompt and not by the round: the same completions whenever the prompt comes up.
                add(
                        Author.REFERENCE,
                        sampler(writer)
                                .sample(
                                        List.of(ids.get(i)),
                                        samples.reference(),
                                        decoding(seed(-1L - places[i])),
                                        done -> {}),
                        drafts.subList(i, i + 1));
            }
        }
        if (samples.data() > 0) {
            for (int i = 0; i < places.length; i++) {
                drafts.get(i).addAll(answers(prompts.get(places[i]), samples.data()));
            }
        }
        for (int i = 0; i < places.length; i++) {
            if (drafts.get(i).isEmpty()) {
                throw new DataException(
                        prompts.get(places[i]).source(),
                        "must hold an answer: online.samples takes those of the data alone");
            }
        }
        return scored(round, places, ids, drafts);
    }

    /// Rounds of seconds are steps' business: only a long one is told of.
    private void told(long began, long done, long total) {
        if (System.nanoTime() - began > TOLD_AFTER_NANOSECONDS) {
            progress.advanced("rollout", done, total, new LinkedHashMap<>());
        }
    }

    private static void add(Author author, List<List<TextSample>> sampled, List<List<Draft>> drafts) {
        for (int i = 0; i < sampled.size(); i++) {
            for (TextSample one : sampled.get(i)) {
                drafts.get(i)
                        .add(new Draft(
                                author, one.sample().tokens(), one.sample().ended(), one.text()));
            }
        }
    }

    /// What the data holds behind the prompt; of a conversation the first answer.
    private List<Draft> answers(Encoded row, int count) {
        return TrainingRow.sequences(row).stream()
                .filter(sequence -> sequence.trainedTokens() > 0)
                .limit(count)
                .map(sequence -> {
                    int from = sequence.firstTrained();
                    int to = from;
                    while (to < sequence.length() && sequence.trained()[to]) {
                        to++;
                    }
                    int[] tokens = Arrays.copyOfRange(sequence.ids(), from, to);
                    boolean ended = tokenizer.specialTokens().stop().contains(tokens[tokens.length - 1]);
                    return new Draft(Author.DATA, tokens, ended, tokenizer.decode(tokens, true));
                })
                .toList();
    }

    private List<Group> scored(long round, int[] places, List<int[]> ids, List<List<Draft>> drafts) {
        List<Candidates> candidates = score(
                "round " + round,
                ids,
                drafts.stream()
                        .map(some -> some.stream().map(Draft::text).toList())
                        .toList(),
                i -> prompts.get(places[i]));
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < places.length; i++) {
            List<Completion> completions = new ArrayList<>();
            for (int k = 0; k < drafts.get(i).size(); k++) {
                Draft draft = drafts.get(i).get(k);
                completions.add(new Completion(
                        draft.author(),
                        draft.tokens(),
                        draft.ended(),
                        candidates.get(i).rewards().get(k),
                        new double[draft.tokens().length],
                        new double[0],
                        new double[0],
                        new double[0]));
            }
            groups.add(new Group(round, places[i], ids.get(i), completions));
        }
        return groups;
    }

    /// Finds a prompt's row by its place among those that are scored.
    private interface Rows {
        Encoded get(int place);
    }

    private List<Candidates> score(String when, List<int[]> ids, List<List<String>> texts, Rows asked) {
        List<String> said =
                ids.stream().map(prompt -> tokenizer.decode(prompt, true)).toList();
        try {
            return Candidates.scored(reward.reward(), said, texts);
        } catch (RewardException e) {
            int prompt = 0;
            int completion = e.answer();
            while (completion >= texts.get(prompt).size()) {
                completion -= texts.get(prompt).size();
                prompt++;
            }
            throw e.calling(when + ": the reward of completion " + completion + " of the prompt at "
                    + asked.get(prompt).source());
        }
    }

    /// Groups with their log-probabilities, as the steps on them will measure them: rows in the same order, and
    /// so the same micro-batches and the same rounding.
    private List<Group> measured(List<Group> part, long round, double[] entropy) {
        List<Encoded.Single> sequences = part.stream()
                .flatMap(group -> group.completions().stream().map(one -> single(group, one)))
                .toList();
        double[][] entropies = new double[sequences.size()][];
        double[][] now = measured(policy, sequences, entropies);
        double[][] initial = reference == null
                ? new double[sequences.size()][0]
                : measured(reference, sequences, new double[sequences.size()][]);
        List<Group> groups = new ArrayList<>();
        int next = 0;
        for (Group group : part) {
            List<Completion> completions = new ArrayList<>();
            for (Completion one : group.completions()) {
                double[] anchor = anchor(now[next], initial[next]);
                completions.add(
                        group.round() == round ? one.measured(now[next], initial[next], anchor) : one.anchored(anchor));
                if (group.round() == round && one.author() == Author.POLICY) {
                    entropy[0] += Arrays.stream(entropies[next]).sum();
                    entropy[1] += entropies[next].length;
                }
                next++;
            }
            groups.add(group.with(completions));
        }
        return groups;
    }

    /// @param entropies told those of every token
    /// @return log-probabilities of every token
    private double[][] measured(Decoder decoder, List<Encoded.Single> sequences, double[][] entropies) {
        double[][] logProbs = new double[sequences.size()][];
        Likelihoods.measureAll(
                decoder, sequences, recipe.train().microBatchTokens(), done -> {}, (measured, row, i) -> {
                    int from = measured.batch().offsets()[i];
                    int to = measured.batch().offsets()[i + 1];
                    logProbs[row] = Arrays.copyOfRange(measured.tokens().logProbs(), from, to);
                    entropies[row] = Arrays.copyOfRange(measured.tokens().entropies(), from, to);
                });
        return logProbs;
    }

    /// w log π_ref + (1 − w) log π of every token, not normalised: of two completions of one prompt the normaliser
    /// cancels where it matters, in the difference of their sums. Source: arXiv 2404.03715, appendix A.
    private double[] anchor(double[] now, double[] initial) {
        double weight = online.anchor();
        if (weight == 0) {
            return now;
        }
        if (weight == 1 || initial.length == 0) {
            return initial;
        }
        double[] mixed = new double[now.length];
        Arrays.setAll(mixed, t -> weight * initial[t] + (1 - weight) * now[t]);
        return mixed;
    }

    /// What crediting a round led to.
    private record Credits(
            List<List<Group>> parts, Running running, ValueHead values, SequencedMap<String, Double> reading) {}

    /// Groups with their advantages, for an objective that reads some.
    private Credits credited(List<List<Group>> parts, long round) {
        SequencedMap<String, Double> reading = new LinkedHashMap<>();
        if (rewarded.isEmpty()) {
            return new Credits(parts, state.running(), state.values(), reading);
        }
        RewardedObjective objective = rewarded.get();
        List<Group> groups = parts.stream().flatMap(List::stream).toList();
        boolean estimates = objective.credit() instanceof Credit.Gae;
        List<List<float[][]>> hidden = estimates ? hidden(groups) : List.of();
        List<List<Outcome>> outcomes = new ArrayList<>();
        Running running = state.running();
        for (int i = 0; i < groups.size(); i++) {
            List<Outcome> prompt = new ArrayList<>();
            for (int k = 0; k < groups.get(i).completions().size(); k++) {
                prompt.add(outcome(
                        groups.get(i).completions().get(k),
                        objective.penalty().ofReward(),
                        estimates ? hidden.get(i).get(k) : null));
            }
            outcomes.add(prompt);
            running = groups.get(i).round() == round ? running.plus(List.of(prompt)) : running;
        }
        List<List<double[]>> advantages = objective.credit().of(outcomes, running);
        ValueHead values =
                objective.credit() instanceof Credit.Gae gae ? fitted(gae, outcomes, hidden, reading) : state.values();
        List<List<Group>> credited = new ArrayList<>();
        int next = 0;
        for (List<Group> part : parts) {
            List<Group> some = new ArrayList<>();
            for (Group group : part) {
                List<double[]> own = advantages.get(next++);
                some.add(group.with(IntStream.range(0, own.size())
                        .mapToObj(k -> group.completions().get(k).credited(own.get(k)))
                        .toList()));
            }
            credited.add(some);
        }
        return new Credits(credited, running, values, reading);
    }

    /// @param cost reward that a nat of log π − log π_anchor costs
    /// @param hidden before every token; null where no value head reads it
    private Outcome outcome(Completion one, double cost, float @Nullable [][] hidden) {
        double[] costs = new double[one.tokens().length];
        double[] values = new double[costs.length];
        for (int t = 0; t < costs.length; t++) {
            costs[t] = cost == 0 ? 0 : cost * (one.logProbs()[t] - one.anchor()[t]);
            values[t] = hidden == null ? 0 : state.values().of(hidden[t]);
        }
        return new Outcome(one.reward(), costs, values);
    }

    /// Learns what this round returned, for the next one to be held against.
    private static ValueHead fitted(
            Credit.Gae gae,
            List<List<Outcome>> outcomes,
            List<List<float[][]>> hidden,
            SequencedMap<String, Double> reading) {
        List<float[]> states = new ArrayList<>();
        List<Double> returns = new ArrayList<>();
        Running all = Running.START;
        Running missed = Running.START;
        for (int i = 0; i < outcomes.size(); i++) {
            for (int k = 0; k < outcomes.get(i).size(); k++) {
                Outcome outcome = outcomes.get(i).get(k);
                double[] advantages = gae.of(outcome);
                for (int t = 0; t < advantages.length; t++) {
                    double returned = advantages[t] + outcome.values()[t];
                    states.add(hidden.get(i).get(k)[t]);
                    returns.add(returned);
                    all = all.plus(returned);
                    missed = missed.plus(advantages[t]);
                }
            }
        }
        if (all.squares() > 0) {
            reading.put("rollout/value_explained", 1 - missed.squares() / all.squares());
        }
        return ValueHead.fitted(
                states.toArray(float[][]::new),
                returns.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /// The policy's hidden state before every token of every completion.
    private List<List<float[][]>> hidden(List<Group> groups) {
        List<Encoded.Single> sequences = groups.stream()
                .flatMap(group -> group.completions().stream().map(one -> single(group, one)))
                .toList();
        float[][][] flat = new float[sequences.size()][][];
        for (int[] micro : MicroBatches.of(sequences, recipe.train().microBatchTokens())) {
            TokenBatch batch = TokenBatch.of(TokenBatch.alike(Arrays.stream(micro)
                    .mapToObj(i -> sequences.get(i).sequence())
                    .toList()));
            float[][] read = policy.hidden(batch);
            for (int i = 0; i < micro.length; i++) {
                flat[micro[i]] = Arrays.copyOfRange(read, batch.offsets()[i], batch.offsets()[i + 1]);
            }
        }
        List<List<float[][]>> byGroup = new ArrayList<>();
        int next = 0;
        for (Group group : groups) {
            int size = group.completions().size();
            byGroup.add(List.of(Arrays.copyOfRange(flat, next, next + size)));
            next += size;
        }
        return byGroup;
    }

    /// The rows of a minibatch.
    private List<TrainingRow> made(List<Group> part) {
        return rewarded.map(objective -> credited(part, objective)).orElseGet(() -> paired(part));
    }

    private List<TrainingRow> credited(List<Group> part, RewardedObjective objective) {
        List<TrainingRow> made = new ArrayList<>();
        for (Group group : part) {
            double all = group.completions().stream()
                    .mapToDouble(OnPolicyRows::logRatio)
                    .sum();
            int others = group.completions().size() - 1;
            for (Completion one : group.completions()) {
                boolean counts = Arrays.stream(one.advantages()).anyMatch(advantage -> advantage != 0);
                if (counts || !objective.credit().leavesOut()) {
                    double baseline = others > 0 ? (all - logRatio(one)) / others : 0;
                    made.add(new TrainingRow(
                            single(group, one),
                            one.anchor().length > 0 ? new double[] {one.anchorLogProb()} : null,
                            null,
                            null,
                            new TrainingRow.Rollout(one.advantages(), one.logProbs(), baseline)));
                }
            }
        }
        return List.copyOf(made);
    }

    /// log π − log π_anchor when it was drawn.
    private static double logRatio(Completion one) {
        return one.logProb() - one.anchorLogProb();
    }

    private List<TrainingRow> paired(List<Group> part) {
        List<TrainingRow> made = new ArrayList<>();
        for (Group group : part) {
            for (PairBuilder.Pick pick : online.pairs().picks(group.rewards())) {
                Completion chosen = group.completions().get(pick.chosen());
                Completion rejected = group.completions().get(pick.rejected());
                boolean anchored = chosen.anchor().length > 0;
                made.add(new TrainingRow(
                        new Encoded.Pair(
                                prompts.get(group.row()).source(), sequence(group, chosen), sequence(group, rejected)),
                        anchored ? new double[] {chosen.anchorLogProb(), rejected.anchorLogProb()} : null,
                        anchored ? new double[][] {chosen.anchor(), rejected.anchor()} : null,
                        null));
            }
        }
        return List.copyOf(made);
    }

    private Encoded.Single single(Group group, Completion completion) {
        return new Encoded.Single(prompts.get(group.row()).source(), sequence(group, completion), null);
    }

    private static TokenSequence sequence(Group group, Completion completion) {
        int[] prompt = group.prompt();
        int[] tokens = completion.tokens();
        int[] ids = Arrays.copyOf(prompt, prompt.length + tokens.length);
        System.arraycopy(tokens, 0, ids, prompt.length, tokens.length);
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, prompt.length, ids.length, true);
        return new TokenSequence(ids, trained);
    }

    @Override
    public SequencedMap<String, Double> evaluate() {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        if (heldOut.isEmpty()) {
            return values;
        }
        List<int[]> ids = heldOut.stream().map(TrainingRow::prompt).toList();
        List<TextSample> drawn = new ArrayList<>();
        sampler(policy).sample(ids, decoding(seed(Long.MIN_VALUE)), (index, sample) -> drawn.add(sample));
        double[] rewards =
                score(
                                "evaluation",
                                ids,
                                drawn.stream().map(one -> List.of(one.text())).toList(),
                                heldOut::get)
                        .stream()
                        .mapToDouble(one -> one.rewards().getFirst())
                        .toArray();
        values.put("reward", Arrays.stream(rewards).average().orElseThrow());
        if (rewards.length > 1) {
            Interval interval = Estimate.mean("reward", "reward", rewards).interval();
            values.put("reward_low", interval.low());
            values.put("reward_high", interval.high());
        }
        values.put(
                "length",
                drawn.stream()
                        .mapToInt(one -> one.sample().tokens().length)
                        .average()
                        .orElseThrow());
        return values;
    }

    private TextSampler sampler(Decoder decoder) {
        return new TextSampler(new Sampler(decoder, tokenizer.specialTokens().stop(), BATCH), tokenizer);
    }

    private Decoding decoding(long seed) {
        return new Decoding(online.temperature(), 0, 1, online.maxNewTokens(), seed);
    }

    /// Of a stream of draws of this run.
    private long seed(long stream) {
        return new SplittableRandom(new SplittableRandom(recipe.seed() ^ STREAM).nextLong() ^ stream).nextLong();
    }

    @Override
    public Optional<Results> results() {
        if (reward.services().isEmpty()) {
            return Optional.empty();
        }
        Counts asked = reward.counts();
        return Optional.of(new Results(
                "Asked outside: "
                        + String.join(
                                ", ",
                                reward.services().stream()
                                        .map(one -> one.service().name())
                                        .toList()),
                List.of(new Results.Table(
                        "Oracle",
                        List.of(
                                figure("answers of all processes of the run", (double) answers.size(), null),
                                figure("answers of this process", (double) asked.calls(), null),
                                figure("known already", (double) asked.remembered(), null),
                                figure("retries", (double) asked.retries(), null),
                                figure("waited", asked.seconds(), "s")))),
                List.of()));
    }

    private static Results.Figure figure(String name, double value, @Nullable String unit) {
        return new Results.Figure(name, value, null, null, null, unit);
    }

    @Override
    public void writeTo(Path directory) {
        state.writeTo(directory);
    }

    @Override
    public void close() {
        close(reward, reference == policy.base() ? null : reference, answers);
    }
}

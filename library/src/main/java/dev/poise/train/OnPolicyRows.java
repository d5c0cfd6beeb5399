package dev.poise.train;

import static java.util.Objects.requireNonNull;

import dev.poise.data.Encoded;
import dev.poise.data.Shuffle;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.monitor.Rollout;
import dev.poise.objective.Mixture;
import dev.poise.objective.RewardedObjective;
import dev.poise.online.Completion.Author;
import dev.poise.online.Group;
import dev.poise.online.Memory;
import dev.poise.online.RoundReading;
import dev.poise.oracle.Reward;
import dev.poise.remote.Answers;
import dev.poise.remote.Counts;
import dev.poise.remote.RemoteReward;
import dev.poise.run.MetricLine;
import dev.poise.run.Metrics;
import dev.poise.run.Recipe;
import dev.poise.run.Results;
import dev.poise.run.RunDirectory;
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

    private final Recipe recipe;
    private final Recipe.Online online;
    private final Rollouts rollouts;
    private final RoundRows roundRows;
    private final Crediting crediting;
    private final List<Encoded> prompts;
    private final List<Encoded> heldOut;
    private final Decoder policy;
    private final @Nullable Decoder reference;
    private final OpenedReward reward;
    private final Answers answers;
    private final Metrics metrics;
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
        this.rollouts = new Rollouts(recipe, prompts, tokenizer, policy, reference, reward.reward(), progress);
        this.roundRows = new RoundRows(prompts, online.pairs(), rewarded(recipe.objective()));
        this.crediting = new Crediting(recipe, policy, reference, roundRows);
        this.prompts = prompts;
        this.heldOut = heldOut;
        this.policy = policy;
        this.reference = reference;
        this.reward = reward;
        this.answers = answers;
        this.metrics = metrics;
        Recipe.Replay replay = online.replay();
        Memory memory = new Memory(replay.share(), replay.decay(), replay.rounds(), List.of());
        this.state = checkpoint
                .map(directory -> RoundState.readFrom(directory, memory))
                .orElseGet(() -> RoundState.start(memory));
        this.rows = state.parts().stream().map(roundRows::of).toList();
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
                            service -> new RemoteReward(
                                    service, answers, recipe.seed() ^ Rollouts.STREAM, progress::note));
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
        List<Group> fresh = rollouts.of(round, places);
        double drawingSeconds = (System.nanoTime() - began) / 1e9;
        int size = recipe.train().batchPairs();
        List<List<Group>> parts = new ArrayList<>();
        for (int part = 0; part < minibatches(); part++) {
            parts.add(new ArrayList<>(
                    fresh.subList(Math.min(part * size, fresh.size()), Math.min((part + 1) * size, fresh.size()))));
        }
        List<Group> again = state.memory().at(round, recipe.seed() ^ Rollouts.STREAM);
        for (int i = 0; i < again.size(); i++) {
            parts.get(i % parts.size()).add(again.get(i));
        }
        Crediting.Likely likely = crediting.likely(parts, round);
        Crediting.Credits credits = crediting.credited(likely.parts(), round, state.running(), state.values());
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
        rows = credits.parts().stream().map(roundRows::of).toList();
        roundSeconds += (System.nanoTime() - began) / 1e9;
        reading.putAll(credits.reading());
        likely.entropy().ifPresent(entropy -> reading.put(Rollout.ENTROPY, entropy));
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

    @Override
    public SequencedMap<String, Double> evaluate() {
        return rollouts.evaluated(heldOut);
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

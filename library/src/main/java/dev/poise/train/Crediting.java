package dev.poise.train;

import static java.util.Objects.requireNonNull;

import dev.poise.data.Encoded;
import dev.poise.model.Decoder;
import dev.poise.model.TokenBatch;
import dev.poise.objective.Credit;
import dev.poise.objective.Credit.Outcome;
import dev.poise.objective.Credit.Running;
import dev.poise.objective.RewardedObjective;
import dev.poise.online.Completion;
import dev.poise.online.Completion.Author;
import dev.poise.online.Group;
import dev.poise.online.ValueHead;
import dev.poise.run.Recipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What is known of a round's completions before a step is taken on them: how likely they are, and what credit they
/// are due.
///
/// @param reference null without one
/// @param rows how a completion becomes a sequence
record Crediting(Recipe recipe, Decoder policy, @Nullable Decoder reference, RoundRows rows) {

    /// A round's groups with their log-probabilities.
    ///
    /// @param parts a minibatch each
    /// @param entropy mean over the tokens that the policy drew in this round, in nats; empty where it drew none
    record Likely(List<List<Group>> parts, OptionalDouble entropy) {}

    /// Measures what a round's steps will see.
    Likely likely(List<List<Group>> parts, long round) {
        List<double[]> entropies = new ArrayList<>();
        List<List<Group>> measured =
                parts.stream().map(part -> measured(part, round, entropies)).toList();
        return new Likely(
                measured, entropies.stream().flatMapToDouble(Arrays::stream).average());
    }

    /// Groups with their log-probabilities, as the steps on them will measure them: rows in the same order, and
    /// so the same micro-batches and the same rounding.
    private List<Group> measured(List<Group> part, long round, List<double[]> entropiesOfRound) {
        List<Encoded.Single> sequences = part.stream()
                .flatMap(group -> group.completions().stream().map(one -> rows.single(group, one)))
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
                    entropiesOfRound.add(entropies[next]);
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
        double weight = requireNonNull(recipe.online(), "online").anchor();
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
    record Credits(List<List<Group>> parts, Running running, ValueHead values, SequencedMap<String, Double> reading) {}

    /// Groups with their advantages, for an objective that reads some.
    ///
    /// @param before totals of the rounds before
    /// @param head what it has learnt from them
    Credits credited(List<List<Group>> parts, long round, Running before, ValueHead head) {
        SequencedMap<String, Double> reading = new LinkedHashMap<>();
        if (rows.rewarded().isEmpty()) {
            return new Credits(parts, before, head, reading);
        }
        RewardedObjective objective = rows.rewarded().get();
        List<Group> groups = parts.stream().flatMap(List::stream).toList();
        boolean estimates = objective.credit() instanceof Credit.Gae;
        List<List<float[][]>> hidden = estimates ? hidden(groups) : List.of();
        List<List<Outcome>> outcomes = new ArrayList<>();
        Running running = before;
        for (int i = 0; i < groups.size(); i++) {
            List<Outcome> prompt = new ArrayList<>();
            for (int k = 0; k < groups.get(i).completions().size(); k++) {
                prompt.add(outcome(
                        groups.get(i).completions().get(k),
                        objective.penalty().ofReward(),
                        head,
                        estimates ? hidden.get(i).get(k) : null));
            }
            outcomes.add(prompt);
            running = groups.get(i).round() == round ? running.plus(List.of(prompt)) : running;
        }
        List<List<double[]>> advantages = objective.credit().of(outcomes, running);
        ValueHead values = objective.credit() instanceof Credit.Gae gae ? fitted(gae, outcomes, hidden, reading) : head;
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
    private static Outcome outcome(Completion one, double cost, ValueHead head, float @Nullable [][] hidden) {
        double[] costs = new double[one.tokens().length];
        double[] values = new double[costs.length];
        for (int t = 0; t < costs.length; t++) {
            costs[t] = cost == 0 ? 0 : cost * (one.logProbs()[t] - one.anchor()[t]);
            values[t] = hidden == null ? 0 : head.of(hidden[t]);
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
                .flatMap(group -> group.completions().stream().map(one -> rows.single(group, one)))
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
}

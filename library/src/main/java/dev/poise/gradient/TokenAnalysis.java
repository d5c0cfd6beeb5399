package dev.poise.gradient;

import dev.poise.gradient.TokenMoves.Move;
import dev.poise.gradient.TokenMoves.Place;
import dev.poise.gradient.TokenMoves.Strength;
import dev.poise.model.Decoder;
import dev.poise.model.Pass;
import dev.poise.objective.Need;
import dev.poise.objective.Objective;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// Looks at single pairs token by token. The policy's weights are the same afterwards as before. Not thread-safe.
public final class TokenAnalysis implements AutoCloseable {

    /// How many tokens are named beside the answers' own.
    private static final int NAMED = 3;

    private final Decoder policy;
    private final Objective objective;
    private final Step step;
    private final boolean check;
    private final Trial trial;

    /// An analysis from the policy as it is now.
    ///
    /// @param policy a trainable decoder; the caller keeps it
    /// @param objective of pairs
    /// @param check whether steps are taken
    public TokenAnalysis(Decoder policy, Objective objective, Step step, boolean check) {
        this.policy = policy;
        this.objective = objective;
        this.step = step;
        this.check = check;
        this.trial = new Trial(policy);
    }

    /// What a step on this pair alone does to its tokens.
    public TokenMoves of(PairRow row) {
        try (PointerScope scope = new PointerScope()) {
            PairWalk walk = PairWalk.of(policy, row, objective.needs().contains(Need.COLLISIONS));
            Push push = Push.alone(objective, walk.reading());
            Tensor total = PairWalk.total(policy, row, walk.gradients(), push);
            double[] forecast = UnembeddingKernel.of(
                            walk.pass(), policy.architecture().vocabulary())
                    .forecast(push.byToken(), step.learningRate());
            double[][] before = logits(walk.pass());
            Optional<double[][]> after = check
                    ? Optional.of(trial.after(step, total, () -> logits(policy.forward(row.batch()))))
                    : Optional.empty();
            Alignment alignment = Alignment.of(row);
            int good = walk.answers().good().tokens();
            List<Move> moves = new ArrayList<>();
            for (int r = 0; r < before.length; r++) {
                boolean chosen = r < good;
                int position = chosen ? r : r - good;
                Place place = alignment.place(chosen, position);
                int id = walk.pass().batch().targets()[r];
                Integer other = place == Place.PARTING ? alignment.parting(!chosen) : null;
                Weights weights = alignment.weights(push, chosen, position);
                double[] byLogits = byLogits(before[r], place, chosen, id, other, weights);
                double[] moved = after.isPresent() ? after.get()[r] : null;
                moves.add(move(place, id, other, before[r], byLogits, forecast[r], moved));
            }
            return new TokenMoves(
                    row.index(),
                    walk.answers(),
                    push.weights(),
                    List.copyOf(moves.subList(0, good)),
                    List.copyOf(moves.subList(good, moves.size())));
        }
    }

    private static double[] byLogits(
            double[] logits, Place place, boolean chosen, int id, @Nullable Integer other, Weights weights) {
        return switch (place) {
            case SHARED -> LogitGradient.shared(logits, id, weights);
            case PARTING -> {
                int theirs = other == null ? id : other;
                yield LogitGradient.parting(logits, chosen ? id : theirs, chosen ? theirs : id, weights);
            }
            case LATER -> chosen ? LogitGradient.ofGood(logits, id, weights) : LogitGradient.ofBad(logits, id, weights);
        };
    }

    private static Move move(
            Place place,
            int id,
            @Nullable Integer other,
            double[] logits,
            double[] byLogits,
            double forecast,
            double @Nullable [] after) {
        double[] push = Arrays.stream(byLogits).map(value -> 0.0 - value).toArray();
        double[] size = Arrays.stream(byLogits).map(Math::abs).toArray();
        List<Integer> named = other == null ? List.of(id) : List.of(id, other);
        double[] probabilities = LogitGradient.softmax(logits);
        double[] gained = new double[after == null ? 0 : logits.length];
        if (after != null) {
            double[] now = LogitGradient.softmax(after);
            Arrays.setAll(gained, v -> now[v] - probabilities[v]);
        }
        return new Move(
                place,
                id,
                Math.log(probabilities[id]),
                forecast,
                after == null ? null : logProb(after, id) - logProb(logits, id),
                push[id],
                other == null ? null : new Strength(other, push[other]),
                // Rounding alone pushes nothing.
                strengths(push, LogitGradient.largest(size, NAMED, named)).stream()
                        .filter(strength -> Math.abs(strength.value()) > 1e-9 * size[id])
                        .toList(),
                rising(LogitGradient.massShift(logits, byLogits)),
                rising(gained));
    }

    private static List<Strength> rising(double[] values) {
        return strengths(values, LogitGradient.largest(values, NAMED, List.of())).stream()
                .filter(strength -> strength.value() > 0)
                .toList();
    }

    private static List<Strength> strengths(double[] values, List<Integer> ids) {
        return ids.stream().map(id -> new Strength(id, values[id])).toList();
    }

    private static double logProb(double[] logits, int id) {
        return Math.log(LogitGradient.softmax(logits)[id]);
    }

    /// Logits before every trained token, `[R][V]`.
    private static double[][] logits(Pass pass) {
        double[][] rows = new double[pass.batch().targets().length][];
        for (int r = 0; r < rows.length; r++) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                rows[r] = Tensors.toDoubles(pass.logits(r, 1));
            }
        }
        return rows;
    }

    @Override
    public void close() {
        trial.close();
    }

    /// Where two sequences are alike.
    ///
    /// @param encoded the pair's sequences, chosen first
    /// @param positions of trained tokens in each
    /// @param mismatch the first position at which the sequences differ, prompts included
    private record Alignment(List<TokenSequence> encoded, List<int[]> positions, int mismatch) {

        static Alignment of(PairRow row) {
            TokenSequence chosen = row.encoded().chosen();
            TokenSequence rejected = row.encoded().rejected();
            int mismatch = Arrays.mismatch(chosen.ids(), rejected.ids());
            return new Alignment(
                    List.of(chosen, rejected),
                    List.of(
                            PairRow.positions(chosen).toArray(),
                            PairRow.positions(rejected).toArray()),
                    mismatch < 0 ? chosen.length() : mismatch);
        }

        Place place(boolean chosen, int token) {
            int position = positions.get(chosen ? 0 : 1)[token];
            boolean both = position < encoded.get(0).length()
                    && position < encoded.get(1).length()
                    && encoded.get(0).trained()[position]
                    && encoded.get(1).trained()[position];
            if (position > mismatch || !both) {
                return Place.LATER;
            }
            return position == mismatch ? Place.PARTING : Place.SHARED;
        }

        /// w⁺ and w⁻ at one token: the other answer's where both are alike so far, else 0.
        Weights weights(Push push, boolean chosen, int token) {
            int there =
                    Arrays.binarySearch(positions.get(chosen ? 1 : 0), positions.get(chosen ? 0 : 1)[token]);
            boolean both = place(chosen, token) != Place.LATER;
            double good = chosen ? push.good()[token] : both ? push.good()[there] : 0;
            double bad = chosen ? both ? push.bad()[there] : 0 : push.bad()[token];
            return new Weights(0.0 - good, bad);
        }

        /// The token at the first mismatch.
        int parting(boolean chosen) {
            return encoded.get(chosen ? 0 : 1).ids()[mismatch];
        }
    }
}

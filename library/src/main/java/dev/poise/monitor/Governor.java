package dev.poise.monitor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/// Adapts the weight λ of one term of the objective, such as likelihood or ExMATE, to entropy and mass:
///
/// ```
/// λ ← clip(λ exp(g ((H* − H)/H* + (M* − M)/M*)), low, high)
/// ```
///
/// with H the entropy over the k likeliest tokens of held-out chosen answers, M their mass, and H*, M* the largest of
/// both as of `lag` readings ago. So λ grows while the policy narrows or leaks, and shrinks while it opens up beyond
/// where it was. Until there are more than `lag` readings nothing changes.
///
/// Source: the idea, adaptive regularisation by the two instead of a fixed coefficient, is that of arXiv 2410.11677,
/// section 5; the rule is ours.
///
/// @param term index of the term in the recipe's objective
/// @param gain g > 0
/// @param low the smallest λ, > 0
/// @param high the largest λ, at least `low`
/// @param lag readings, at least 1
public record Governor(int term, double gain, double low, double high, int lag) {

    public Governor {
        if (!(gain > 0 && low > 0 && high >= low) || term < 0 || lag < 1) {
            throw new IllegalArgumentException("governor: gain and low must be > 0, high at least low, lag at least 1,"
                    + " got gain " + gain + ", low " + low + ", high " + high + ", lag " + lag);
        }
    }

    /// Where it stands.
    ///
    /// @param weight λ
    /// @param entropies the largest entropy before the recent readings, then those, oldest first; empty at the
    ///     start
    /// @param masses the same of masses
    public record State(double weight, List<Double> entropies, List<Double> masses) {

        public State {
            entropies = List.copyOf(entropies);
            masses = List.copyOf(masses);
        }
    }

    /// @param weight λ as the recipe has it
    State start(double weight) {
        return new State(weight, List.of(), List.of());
    }

    /// @param event told when λ changes
    record Move(State state, Optional<Event> event) {}

    Move next(State state, Reading reading) {
        OptionalDouble entropy = reading.finite(Source.HELD_OUT.metric(HeldOut.ENTROPY));
        OptionalDouble mass = reading.finite(Source.HELD_OUT.metric(HeldOut.MASS));
        if (entropy.isEmpty() || mass.isEmpty()) {
            return new Move(state, Optional.empty());
        }
        List<Double> entropies = with(state.entropies(), entropy.getAsDouble());
        List<Double> masses = with(state.masses(), mass.getAsDouble());
        if (state.entropies().size() < lag) {
            return new Move(new State(state.weight(), entropies, masses), Optional.empty());
        }
        double highestEntropy = entropies.getFirst();
        double highestMass = masses.getFirst();
        double pull = shortfall(highestEntropy, entropy.getAsDouble()) + shortfall(highestMass, mass.getAsDouble());
        double weight = Math.clamp(state.weight() * Math.exp(gain * pull), low, high);
        State next = new State(weight, entropies, masses);
        if (weight == state.weight()) {
            return new Move(next, Optional.empty());
        }
        String reason = String.format(
                Locale.ROOT,
                "the weight of objective.%d went from %.4g to %.4g: entropy %.4g bits beside %.4g before, mass %.4g"
                        + " beside %.4g.",
                term,
                state.weight(),
                weight,
                entropy.getAsDouble(),
                highestEntropy,
                mass.getAsDouble(),
                highestMass);
        return new Move(
                next,
                Optional.of(new Event(
                        reading.step(),
                        Event.Kind.GOVERNOR,
                        "objective." + term,
                        reading.step(),
                        "Governor",
                        reason,
                        "",
                        "")));
    }

    /// (x* − x)/x*.
    private static double shortfall(double highest, double now) {
        return highest == 0 ? 0 : (highest - now) / highest;
    }

    /// Recent values behind the maximum of all older ones: of `lag` + 1 entries the first is that maximum.
    private List<Double> with(List<Double> values, double value) {
        List<Double> more = new ArrayList<>(values);
        more.add(value);
        if (more.size() > lag + 1) {
            double oldest = more.removeFirst();
            more.set(0, Math.max(oldest, more.getFirst()));
        }
        return more;
    }
}

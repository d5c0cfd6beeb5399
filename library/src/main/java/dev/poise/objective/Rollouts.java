package dev.poise.objective;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// What was noted of sampled examples when they were drawn; for [Need#ROLLOUTS].
///
/// @param advantages A of every trained token, a row an example: how much better than expected it did, in units
///     of the reward unless a [Credit] standardises it
/// @param logProbs log π_old(y_t|x, y_<t) under the policy that they are corrected against, nats, a row an
///     example
/// @param ratioBaselines what log π − log π_ref of an example is held against, in nats: the mean of the other
///     completions of its prompt when they were drawn, which its own draw does not move; 0 where there is none
public record Rollouts(double[][] advantages, double[][] logProbs, double[] ratioBaselines) {

    /// Nothing was noted.
    public static final Rollouts NONE = new Rollouts(new double[0][], new double[0][], new double[0]);

    /// Example i alone.
    Rollouts only(int i) {
        return advantages.length == 0
                ? this
                : new Rollouts(
                        new double[][] {advantages[i]}, new double[][] {logProbs[i]}, new double[] {ratioBaselines[i]});
    }

    /// Examples one behind the other.
    static Rollouts join(List<Rollouts> parts) {
        return new Rollouts(
                parts.stream().flatMap(part -> Stream.of(part.advantages)).toArray(double[][]::new),
                parts.stream().flatMap(part -> Stream.of(part.logProbs)).toArray(double[][]::new),
                parts.stream()
                        .flatMapToDouble(part -> Arrays.stream(part.ratioBaselines))
                        .toArray());
    }
}

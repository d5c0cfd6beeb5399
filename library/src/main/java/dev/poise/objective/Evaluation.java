package dev.poise.objective;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/// A loss and its derivative by every log-probability, or every score, it was computed from.
///
/// The derivative by a token's log-probability is that by its example's sum plus, where tokens are told apart, the
/// token's own.
///
/// @param loss the batch's share of the step's loss, nats
/// @param byGood ∂loss/∂log π(y⁺|x) of every good example: −w⁺
/// @param byBad ∂loss/∂log π(y⁻|x) of every bad example: w⁻
/// @param byGoodTokens ∂loss/∂log π(y⁺ₜ|x, y⁺₍<ₜ₎) beyond `byGood`, a row an example; no rows where tokens are not
/// told
///     apart
/// @param byBadTokens the same of the bad examples
/// @param byPrompts ∂loss/∂log π(x) of every good example's prompt; empty where prompts are not read
/// @param byGoodEntropy ∂loss by the top-k entropy (bits) of each trained token of the good examples, equal for all,
///     since a mean is read; 0 where the spread is not read
/// @param byGoodMass ∂loss by their top-k mass
public record Evaluation(
        double loss,
        double[] byGood,
        double[] byBad,
        double[][] byGoodTokens,
        double[][] byBadTokens,
        double[] byPrompts,
        double byGoodEntropy,
        double byGoodMass) {

    private static final double[][] NO_ROWS = new double[0][];

    /// The evaluation of an objective that reads sums over answers only.
    public Evaluation(double loss, double[] byGood, double[] byBad) {
        this(loss, byGood, byBad, NO_ROWS, NO_ROWS, new double[0]);
    }

    /// The evaluation of an objective that reads the prompts too.
    public Evaluation(
            double loss,
            double[] byGood,
            double[] byBad,
            double[][] byGoodTokens,
            double[][] byBadTokens,
            double[] byPrompts) {
        this(loss, byGood, byBad, byGoodTokens, byBadTokens, byPrompts, 0, 0);
    }

    /// The evaluation of an objective that tells tokens apart.
    public Evaluation(double loss, double[] byGood, double[] byBad, double[][] byGoodTokens, double[][] byBadTokens) {
        this(loss, byGood, byBad, byGoodTokens, byBadTokens, new double[0]);
    }

    /// The derivatives by some of the examples; the loss stays that of all.
    ///
    /// @param goodFrom the first good example
    /// @param goodTo behind the last
    /// @param badFrom the first bad example
    /// @param badTo behind the last
    public Evaluation part(int goodFrom, int goodTo, int badFrom, int badTo) {
        return new Evaluation(
                loss,
                Arrays.copyOfRange(byGood, goodFrom, goodTo),
                Arrays.copyOfRange(byBad, badFrom, badTo),
                byGoodTokens.length == 0 ? NO_ROWS : Arrays.copyOfRange(byGoodTokens, goodFrom, goodTo),
                byBadTokens.length == 0 ? NO_ROWS : Arrays.copyOfRange(byBadTokens, badFrom, badTo),
                byPrompts.length == 0 ? byPrompts : Arrays.copyOfRange(byPrompts, goodFrom, goodTo),
                byGoodEntropy,
                byGoodMass);
    }

    /// Loss and derivatives times a factor.
    Evaluation times(double factor) {
        return new Evaluation(
                factor * loss,
                times(byGood, factor),
                times(byBad, factor),
                times(byGoodTokens, factor),
                times(byBadTokens, factor),
                times(byPrompts, factor),
                factor * byGoodEntropy,
                factor * byGoodMass);
    }

    /// The sum of two evaluations of one batch.
    Evaluation plus(Evaluation other) {
        return new Evaluation(
                loss + other.loss,
                plus(byGood, other.byGood),
                plus(byBad, other.byBad),
                plus(byGoodTokens, other.byGoodTokens),
                plus(byBadTokens, other.byBadTokens),
                plus(byPrompts, other.byPrompts),
                byGoodEntropy + other.byGoodEntropy,
                byGoodMass + other.byGoodMass);
    }

    /// Evaluations of batches that lie one behind the other: the losses add up. Of objectives that read no spread.
    static Evaluation join(List<Evaluation> parts) {
        return new Evaluation(
                parts.stream().mapToDouble(Evaluation::loss).sum(),
                values(parts, Evaluation::byGood),
                values(parts, Evaluation::byBad),
                rows(parts, Evaluation::byGoodTokens),
                rows(parts, Evaluation::byBadTokens),
                values(parts, Evaluation::byPrompts));
    }

    private static double[] values(List<Evaluation> parts, Function<Evaluation, double[]> column) {
        return parts.stream().map(column).flatMapToDouble(Arrays::stream).toArray();
    }

    private static double[][] rows(List<Evaluation> parts, Function<Evaluation, double[][]> column) {
        return parts.stream().map(column).flatMap(Stream::of).toArray(double[][]::new);
    }

    private static double[] times(double[] values, double factor) {
        return Arrays.stream(values).map(value -> factor * value).toArray();
    }

    private static double[][] times(double[][] rows, double factor) {
        return Stream.of(rows).map(row -> times(row, factor)).toArray(double[][]::new);
    }

    /// Element by element; a side that is empty stands for zeros.
    private static double[] plus(double[] left, double[] right) {
        if (left.length == 0 || right.length == 0) {
            return left.length == 0 ? right : left;
        }
        double[] sum = left.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += right[i];
        }
        return sum;
    }

    private static double[][] plus(double[][] left, double[][] right) {
        if (left.length == 0 || right.length == 0) {
            return left.length == 0 ? right : left;
        }
        double[][] sum = new double[left.length][];
        Arrays.setAll(sum, i -> plus(left[i], right[i]));
        return sum;
    }
}

package dev.poise.gradient;

import dev.poise.data.Source;
import dev.poise.gradient.Weights.Answers;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// What one step does to one pair.
///
/// @param index zero-based, of the row in its data set
/// @param source where it was read
/// @param answers log-probabilities and lengths
/// @param weights w⁺ and w⁻ where the pair has the step to itself
/// @param similarity literal similarity of the answers
/// @param ches similarity in the model's hidden states
/// @param all inner products over all parameters
/// @param unembedding inner products over the output matrix alone, by the exact identity
/// @param scaled inner products over all parameters under AdamW's scale, where the pair has the step to itself
/// @param sgd forecast of one step of gradient descent on this pair, all parameters
/// @param sgdUnembedding the output matrix's part of it
/// @param adamW forecast of AdamW's first step on this pair, all parameters
/// @param adamWUnembedding the output matrix's part of it; where it is the embedding too, its part as the embedding
///     included
/// @param batch forecast of one step of the chosen optimiser on the pair's batch
/// @param actual what a real step of the chosen optimiser on this pair did; null where it was not taken
/// @param actualBatch what a real step on the pair's batch did; null where it was not taken
public record PairForecast(
        int index,
        Source source,
        Answers answers,
        Weights weights,
        Similarity similarity,
        Ches ches,
        InnerProducts all,
        InnerProducts unembedding,
        InnerProducts scaled,
        Change sgd,
        Change sgdUnembedding,
        Change adamW,
        Change adamWUnembedding,
        Change batch,
        @Nullable Change actual,
        @Nullable Change actualBatch) {

    /// The same with what its batch's step does.
    PairForecast withBatch(Change forecast, @Nullable Change taken) {
        return new PairForecast(
                index,
                source,
                answers,
                weights,
                similarity,
                ches,
                all,
                unembedding,
                scaled,
                sgd,
                sgdUnembedding,
                adamW,
                adamWUnembedding,
                forecast,
                actual,
                taken);
    }

    /// The forecast over all parameters of a step on this pair.
    public Change forecast(Step.Optimiser optimiser) {
        return switch (optimiser) {
            case SGD -> sgd;
            case ADAMW -> adamW;
        };
    }

    /// λ of a summed negative log-likelihood of the chosen answer, added to the objective, that keeps the chosen
    /// answer from falling under gradient descent. Always there: enough likelihood does.
    public double likelihoodRemedy() {
        return all.remedy(weights, new Weights(1, 0)).orElse(Double.NaN);
    }

    /// λ of an added ExMATE that does the same: −log π(y⁺|x)/|y⁺| + c exp(log π(y⁻|x)/|y⁻|), so v⁺ = 1/|y⁺| and
    /// v⁻ = c exp(mean log π(y⁻|x))/|y⁻|.
    ///
    /// @param coefficient c
    /// @return empty where its own penalty lowers the chosen answer faster than its reward raises it
    public OptionalDouble exMateRemedy(double coefficient) {
        double penalty =
                coefficient * Math.exp(answers.bad().mean()) / answers.bad().tokens();
        return all.remedy(weights, new Weights(1.0 / answers.good().tokens(), penalty));
    }
}

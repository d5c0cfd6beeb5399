package dev.poise.model;

import dev.poise.torch.Tensors;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/// A reward model's head: the score s = w · h of a sequence, read at its last token.
///
/// With c = ∂L/∂s of every sequence, its gradient in closed form:
///
/// ```
/// ∂L/∂h = c w        ∂L/∂w = Σ c h
/// ```
///
/// A vector without bias, as `score.weight` of `transformers`: only differences of scores are learnt from, and a bias
/// has none. Computed in the type of sums whatever the products' is: one row costs nothing.
///
/// @param weight w, `[1, D]`
/// @param gradient where ∂L/∂w is added, `[1, D]`; empty where frozen
record ScoreHead(Tensor weight, Tensor gradient) implements Readout {

    /// The score of every sequence, `[S]`.
    ///
    /// @param batch what was run
    /// @param hidden normed hidden states at the sequences' last tokens, `[S, D]`
    double[] scores(TokenBatch batch, Tensor hidden) {
        if (batch.targets().length != batch.sequences()) {
            throw new IllegalArgumentException("a batch that is scored must read one token a sequence, got "
                    + batch.targets().length + " for " + batch.sequences());
        }
        try (NoGradGuard guard = new NoGradGuard()) {
            return Tensors.toDoubles(hidden.matmul(weight.t()));
        }
    }

    /// Adds the head's own gradient to its buffer and returns the one by the hidden states, `[S, D]`.
    ///
    /// @param byScore c = ∂L/∂s of every sequence
    Tensor backward(Tensor hidden, double[] byScore) {
        try (NoGradGuard guard = new NoGradGuard()) {
            Tensor c = Tensors.of(byScore, hidden.scalar_type()).unsqueeze(1); // [S, 1]
            gradient.addmm_(c.t(), hidden);
            return c.matmul(weight);
        }
    }

    @Override
    public void close() {
        // The parameters own both tensors.
    }
}

package dev.poise.gradient;

import dev.poise.model.Parameters;
import dev.poise.torch.Tensors;
import dev.poise.train.AdamW;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/// One optimiser step as it is forecast and as it is taken.
///
/// Forecast and step start from an optimiser at rest. AdamW's first step from zero moments divides a gradient G by
/// its own size: with bias correction both moments are G and G², so that
///
/// ```
/// θ ← θ − η (D G + λ θ),   D = 1 / (|G| + ε)      entry by entry, λ on matrices only
/// ```
///
/// where G has been clipped as training does. D is positive and diagonal, so it takes the place of the identity in
/// the inner products of [InnerProducts], but it depends on the whole gradient: on every pair of the step, and on
/// the weights. Our derivation from algorithm 2 of Loshchilov and Hutter 2019
/// (<https://arxiv.org/abs/1711.05101>). Plain gradient descent is the formula itself: neither clipping nor decay.
///
/// @param optimiser which one
/// @param learningRate η > 0
/// @param adamW AdamW's settings
/// @param clipNorm largest gradient norm under AdamW; 0 for no clipping
public record Step(Optimiser optimiser, double learningRate, AdamW.Settings adamW, double clipNorm) {

    /// The small term in clipping's divisor, as in training.
    private static final double CLIP_EPSILON = 1e-6;

    /// Who takes the step.
    public enum Optimiser {
        /// Plain gradient descent.
        SGD,
        /// AdamW's first step.
        ADAMW
    }

    public Step {
        if (!(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("learning rate must be positive and finite, got " + learningRate);
        }
    }

    /// The same step by another optimiser.
    Step by(Optimiser other) {
        return new Step(other, learningRate, adamW, clipNorm);
    }

    /// What scales each parameter's gradient, `[size]`: 1, or D with clipping's factor in it.
    Tensor scale(Tensor gradient) {
        return switch (optimiser) {
            case SGD -> gradient.new_ones(gradient.shape());
            case ADAMW -> {
                double factor = clipping(gradient);
                yield gradient.mul(Tensors.scalar(factor))
                        .abs_()
                        .add_(Tensors.scalar(adamW.epsilon()))
                        .reciprocal_()
                        .mul_(Tensors.scalar(factor));
            }
        };
    }

    /// What the parameters move by for η = 1, `[size]`, to first order and, for these optimisers, exactly.
    Tensor displacement(Parameters parameters, Tensor gradient) {
        return switch (optimiser) {
            case SGD -> gradient.neg();
            case ADAMW -> {
                Tensor moved = scale(gradient).mul_(gradient).neg_();
                if (adamW.weightDecay() > 0) {
                    long decayed = parameters.decayed();
                    moved.narrow(0, 0, decayed)
                            .sub_(parameters.values().narrow(0, 0, decayed), Tensors.scalar(adamW.weightDecay()));
                }
                yield moved;
            }
        };
    }

    /// Moves the parameters, by the optimiser that training uses where there is one.
    void take(Parameters parameters, Tensor gradient) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            switch (optimiser) {
                case SGD -> {
                    parameters.values().sub_(gradient, Tensors.scalar(learningRate));
                    parameters.refresh();
                }
                case ADAMW -> {
                    parameters.gradients().copy_(gradient.mul(Tensors.scalar(clipping(gradient))));
                    try (AdamW fresh = new AdamW(parameters, adamW)) {
                        fresh.step(learningRate);
                    }
                    parameters.clearGradients();
                }
            }
        }
    }

    private double clipping(Tensor gradient) {
        if (clipNorm == 0) {
            return 1;
        }
        return Math.min(1, clipNorm / (Tensors.toDoubles(gradient.norm())[0] + CLIP_EPSILON));
    }
}

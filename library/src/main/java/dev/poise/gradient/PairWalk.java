package dev.poise.gradient;

import dev.poise.gradient.Weights.Answer;
import dev.poise.gradient.Weights.Answers;
import dev.poise.model.Decoder;
import dev.poise.model.Pass;
import dev.poise.model.TokenBatch;
import dev.poise.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/// One forward pass over a pair, walked back once for each answer. Belongs to the native scope it was made in.
///
/// @param pass the forward pass
/// @param logProbs of every trained token, nats, chosen answer first
/// @param answers their sums
/// @param gradients g⁺ and g⁻, `[2, size]`
record PairWalk(Pass pass, double[] logProbs, Answers answers, Tensor gradients) {

    static PairWalk of(Decoder policy, PairRow row) {
        TokenBatch batch = row.batch();
        Pass pass = policy.forward(batch);
        double[] logProbs = pass.measure().logProbs();
        double[] sums = batch.sumBySequence(logProbs);
        int good = batch.offsets()[1];
        int bad = batch.offsets()[2] - good;
        Answers answers =
                switch (row.reference()) {
                    case PairRow.Reference.None _ ->
                        new Answers(new Answer(sums[0], null, good), new Answer(sums[1], null, bad));
                    case PairRow.Reference.Policy _ ->
                        new Answers(new Answer(sums[0], sums[0], good), new Answer(sums[1], sums[1], bad));
                    case PairRow.Reference.Known(double ofGood, double ofBad) ->
                        new Answers(new Answer(sums[0], ofGood, good), new Answer(sums[1], ofBad, bad));
                };
        return new PairWalk(pass, logProbs, answers, pass.gradientsBySequence());
    }

    /// ∂L/∂θ of the pair under some weights, `[size]`: −w⁺ g⁺ + w⁻ g⁻.
    static Tensor combined(Tensor gradients, Weights weights) {
        try (NoGradGuard guard = new NoGradGuard()) {
            Tensor factors = Tensors.of(new double[] {-weights.good(), weights.bad()}, gradients.scalar_type());
            return factors.matmul(gradients);
        }
    }

    /// The inner products under a positive scale of every parameter, [Step#scale].
    static InnerProducts products(Tensor gradients, Tensor scale) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return ofGram(gradients.mul(scale).matmul(gradients.t()));
        }
    }

    /// The plain inner products.
    static InnerProducts products(Tensor gradients) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return ofGram(gradients.matmul(gradients.t()));
        }
    }

    private static InnerProducts ofGram(Tensor gram) {
        double[] values = Tensors.toDoubles(gram);
        return new InnerProducts(values[0], values[1], values[3]);
    }

    /// What moving the parameters by η · displacement changes, to first order.
    static Change change(Tensor gradients, Tensor displacement, double learningRate) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            double[] along = Tensors.toDoubles(gradients.matmul(displacement));
            return new Change(learningRate * along[0], learningRate * along[1]);
        }
    }

    /// CHES of the pair.
    Ches ches() {
        int good = pass.batch().offsets()[1];
        int bad = pass.batch().offsets()[2] - good;
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            return Ches.of(
                    Tensors.toDoubles(pass.hidden().narrow(0, 0, good).sum(0)),
                    Tensors.toDoubles(pass.hidden().narrow(0, good, bad).sum(0)),
                    good,
                    bad);
        }
    }
}

package dev.poise.gradient;

import dev.poise.gradient.Weights.Answer;
import dev.poise.gradient.Weights.Answers;
import dev.poise.model.Decoder;
import dev.poise.model.Pass;
import dev.poise.model.TokenBatch;
import dev.poise.model.TokenStatistics;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/// One forward pass over a pair, walked back once for each answer. Belongs to the native scope it was made in.
///
/// @param pass the forward pass
/// @param reading what objectives read
/// @param gradients g⁺ and g⁻, `[2, size]`
record PairWalk(Pass pass, PairReading reading, Tensor gradients) {

    /// @param collisions whether the objective reads them
    static PairWalk of(Decoder policy, PairRow row, boolean collisions) {
        TokenBatch batch = row.batch();
        Pass pass = policy.forward(batch);
        TokenStatistics statistics = pass.measure(collisions);
        double[][] tokens = sides(batch, statistics.logProbs());
        double[][] reference =
                switch (row.reference()) {
                    case PairRow.Reference.None _ -> new double[0][];
                    case PairRow.Reference.Policy _ -> tokens;
                    case PairRow.Reference.Known(double[] good, double[] bad) -> new double[][] {good, bad};
                };
        PairReading reading = new PairReading(
                new Answers(answer(tokens, reference, 0), answer(tokens, reference, 1)),
                tokens,
                reference,
                collisions ? sides(batch, statistics.logCollisions()) : new double[0][]);
        return new PairWalk(pass, reading, pass.gradientsBySequence());
    }

    private static Answer answer(double[][] tokens, double[][] reference, int side) {
        return new Answer(
                Arrays.stream(tokens[side]).sum(),
                reference.length == 0 ? null : Arrays.stream(reference[side]).sum(),
                tokens[side].length);
    }

    private static double[][] sides(TokenBatch batch, double[] values) {
        int[] offsets = batch.offsets();
        return new double[][] {
            Arrays.copyOfRange(values, offsets[0], offsets[1]), Arrays.copyOfRange(values, offsets[1], offsets[2])
        };
    }

    /// Sums and lengths.
    Answers answers() {
        return reading.answers();
    }

    /// ∂L/∂θ of a pair, `[size]`: from its two gradients where all tokens of an answer are pushed alike, else by a
    /// walk of its own.
    static Tensor total(Decoder policy, PairRow row, Tensor gradients, Push push) {
        if (push.even()) {
            return combined(gradients, push.weights());
        }
        Tensor total = gradients.select(0, 0).clone();
        try (PointerScope scope = new PointerScope()) {
            policy.parameters().clearGradients();
            policy.forward(row.batch()).backward(push.byToken());
            Torch.withoutGradients(() -> total.copy_(policy.parameters().gradients()));
            policy.parameters().clearGradients();
        }
        return total;
    }

    /// −w⁺ g⁺ + w⁻ g⁻, `[size]`.
    private static Tensor combined(Tensor gradients, Weights weights) {
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

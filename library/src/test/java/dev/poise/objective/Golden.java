package dev.poise.objective;

import static java.util.Objects.requireNonNull;

/// Four pairs whose policy and reference rank them differently, so that the usual mistakes change every loss.
///
/// The losses that go with them (β = 0.1) were computed twice: by TRL's own loss code and by scalar formulas written
/// apart from it, which agreed.
final class Golden {

    static final Examples GOOD = new Examples(
            new double[] {-12, -20.5, -7.25, -31}, new double[] {-10.5, -19, -7, -33.5}, new int[] {6, 10, 4, 15});
    static final Examples BAD = new Examples(
            new double[] {-14, -18, -9.5, -25}, new double[] {-13.5, -19.5, -8, -24}, new int[] {7, 9, 5, 12});
    static final Batch BATCH = new Batch(GOOD, BAD);
    static final Totals TOTALS = new Totals(4, 35);

    private Golden() {}

    static double loss(Objective objective) {
        return objective.evaluate(BATCH, TOTALS).loss();
    }

    /// The golden batch as a reader with the labels swapped would see it.
    static Batch swapped() {
        return new Batch(BAD, GOOD);
    }

    /// The golden batch as code that forgets the reference would see it.
    static Batch withoutReference() {
        return new Batch(
                new Examples(GOOD.logProbs(), new double[4], GOOD.tokens()),
                new Examples(BAD.logProbs(), new double[4], BAD.tokens()));
    }

    /// The golden batch with the reference on the policy's side of the subtraction.
    static Batch referenceAdded() {
        return new Batch(referenceNegated(GOOD), referenceNegated(BAD));
    }

    /// Examples that no reference measured. NullAway does not see the array's annotation across the class file.
    @SuppressWarnings("NullAway")
    static Examples unreferenced(double[] logProbs, int... tokens) {
        return new Examples(logProbs, null, tokens);
    }

    private static Examples referenceNegated(Examples examples) {
        double[] negated = requireNonNull(examples.referenceLogProbs()).clone();
        for (int i = 0; i < negated.length; i++) {
            negated[i] = -negated[i];
        }
        return new Examples(examples.logProbs(), negated, examples.tokens());
    }
}

package dev.poise.objective;

import java.util.List;

/// A weighted sum of objectives, itself an objective.
///
/// ```
/// L  = Σₖ λₖ Lₖ
/// ∂L = Σₖ λₖ ∂Lₖ
/// ```
///
/// Every term keeps its own denominator (pairs or tokens), so λ weighs losses as they are reported, not examples. One
/// term of weight 1 is that term.
///
/// @param terms at least one
public record Mixture(List<Term> terms) implements Objective {

    /// One objective and how much it counts.
    ///
    /// @param objective Lₖ
    /// @param weight λₖ ≥ 0, finite; 0 leaves the term out of the sum
    public record Term(Objective objective, double weight) {

        public Term {
            if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("mixture: weight must be finite and not negative, got " + weight);
            }
        }
    }

    public Mixture {
        terms = List.copyOf(terms);
        if (terms.isEmpty()) {
            throw new IllegalArgumentException("mixture: terms must hold at least one objective, got none");
        }
    }

    @Override
    public boolean needsReference() {
        return terms.stream().anyMatch(term -> term.objective().needsReference());
    }

    @Override
    public boolean needsPairs() {
        return terms.stream().anyMatch(term -> term.objective().needsPairs());
    }

    /// The scale of the first term that compares pairs; 1 where none does.
    @Override
    public double rewardScale() {
        return terms.stream()
                .map(Term::objective)
                .filter(Objective::needsPairs)
                .mapToDouble(Objective::rewardScale)
                .findFirst()
                .orElse(1);
    }

    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        double loss = 0;
        double[] byGood = new double[batch.good().size()];
        double[] byBad = new double[batch.bad().size()];
        for (Term term : terms) {
            if (term.weight() > 0) {
                Evaluation part = term.objective().evaluate(batch, totals);
                loss += term.weight() * part.loss();
                addScaled(byGood, term.weight(), part.byGood());
                addScaled(byBad, term.weight(), part.byBad());
            }
        }
        return new Evaluation(loss, byGood, byBad);
    }

    private static void addScaled(double[] sum, double factor, double[] values) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += factor * values[i];
        }
    }
}

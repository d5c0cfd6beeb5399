package dev.poise.objective;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// A weighted sum of objectives, itself an objective.
///
/// ```
/// L  = Σₖ λₖ Lₖ
/// ∂L = Σₖ λₖ ∂Lₖ
/// ```
///
/// Every term keeps its own denominator (pairs or tokens), so λ weighs losses as they are reported, not examples.
/// One term of weight 1 is that term.
///
/// @param terms at least one; not both of pairs and of labelled examples, nor of scores and of log-probabilities
public record Mixture(List<Term> terms) implements Objective {

    /// One objective and how much it counts.
    ///
    /// @param objective Lₖ
    /// @param weight λₖ ≥ 0, finite; 0 leaves the term out of the sum
    public record Term(Objective objective, double weight) {

        public Term {
            Domain.notNegative("mixture", "weight", weight);
        }
    }

    public Mixture {
        terms = List.copyOf(terms);
        if (terms.isEmpty()) {
            throw new IllegalArgumentException("mixture: terms must hold at least one objective, got none");
        }
        Set<Need> needs = needs(terms);
        if (needs.contains(Need.PAIRS) && needs.contains(Need.LABELS)) {
            throw new IllegalArgumentException(
                    "mixture: terms must all be of pairs or all of labelled examples, got both");
        }
        if (needs.contains(Need.SCORES)
                && terms.stream().anyMatch(term -> !term.objective().needs().contains(Need.SCORES))) {
            throw new IllegalArgumentException(
                    "mixture: terms must all be of scores or all of log-probabilities, got both");
        }
    }

    /// The same sum with another weight of one term.
    ///
    /// @param term its place
    public Mixture weighing(int term, double weight) {
        List<Term> changed = new ArrayList<>(terms);
        changed.set(term, new Term(terms.get(term).objective(), weight));
        return new Mixture(changed);
    }

    @Override
    public Set<Need> needs() {
        return needs(terms);
    }

    private static Set<Need> needs(List<Term> terms) {
        Set<Need> needs = EnumSet.noneOf(Need.class);
        terms.forEach(term -> needs.addAll(term.objective().needs()));
        return needs;
    }

    /// The scale of the first term that compares good with bad; 1 where none does.
    @Override
    public double rewardScale() {
        return terms.stream()
                .map(Term::objective)
                .filter(objective -> objective.needsPairs() || objective.needs().contains(Need.LABELS))
                .mapToDouble(Objective::rewardScale)
                .findFirst()
                .orElse(1);
    }

    @Override
    public List<String> remarks() {
        return terms.stream()
                .flatMap(term -> term.objective().remarks().stream())
                .toList();
    }

    @Override
    public Evaluation evaluate(Batch batch, Totals totals) {
        Evaluation sum = new Evaluation(
                0, new double[batch.good().size()], new double[batch.bad().size()]);
        for (Term term : terms) {
            if (term.weight() > 0) {
                sum = sum.plus(term.objective().evaluate(batch, totals).times(term.weight()));
            }
        }
        return sum;
    }
}

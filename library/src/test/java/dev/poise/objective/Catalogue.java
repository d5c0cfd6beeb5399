package dev.poise.objective;

import dev.poise.objective.Ipo.Form;
import dev.poise.objective.Mixture.Term;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// Every objective there is, with parameters away from their defaults.
final class Catalogue {

    static final Margin SUMS = Margin.OF_REWARDS;
    static final Margin MEANS = Margin.of(true, Normalise.TOKENS);
    static final Margin FORWARD = new Margin(true, new Divergence.ForwardKl(), Normalise.NONE);
    static final Margin JENSEN = new Margin(true, new Divergence.JensenShannon(), Normalise.TOKENS);
    static final Margin ALPHA = new Margin(true, new Divergence.Alpha(0.3), Normalise.NONE);
    static final Margin UNREFERENCED = Margin.of(false, Normalise.TOKENS);

    private Catalogue() {}

    /// Objectives whose loss is a sum over examples.
    static Stream<Objective> separable() {
        return Stream.of(
                        pairwise(),
                        labelled(),
                        Stream.of(
                                new Mle(),
                                new Mle(Mle.Mean.SEQUENCE_MEANS),
                                new Mle(Mle.Mean.SEQUENCE_SUMS),
                                new Anchor(),
                                new Cpo(0.2, 0.7, 0.1),
                                new Orpo(0.3, Orpo.Likelihood.COMPLETION),
                                new Orpo(0.3, Orpo.Likelihood.PROMPT_AND_COMPLETION),
                                new TokenUnlikelihood(0.8),
                                new Wpo(new Dpo(0.3, 0.1)),
                                new Wpo(new LengthDesensitised(new Dpo(0.3, 0), 0.25)),
                                new LengthDesensitised(new Ipo(0.2, Normalise.TOKENS), 0.4),
                                new LengthDesensitised(new SimPo(1.5, 0.4, 0, 0, Normalise.TOKENS), 0),
                                new PolicyGradient(new Credit.Top(0.5), Penalty.NONE, Mle.Mean.SEQUENCE_SUMS),
                                new PolicyGradient(new Credit.Top(0.5), Penalty.NONE, Mle.Mean.TOKENS),
                                new Clipped(0.3, new Credit.Top(0.5), Penalty.NONE, Mle.Mean.SEQUENCE_MEANS),
                                new Mixture(List.of(new Term(new Dpo(0.3, 0), 1.5), new Term(new Mle(), 0.5))),
                                new Mixture(List.of(
                                        new Term(new TokenUnlikelihood(0.5), 2),
                                        new Term(new Dpo(0.3, 0), 0.7),
                                        new Term(new TokenUnlikelihood(1.5), 0.2)))))
                .flatMap(objectives -> objectives);
    }

    private static Stream<Objective> pairwise() {
        return Stream.of(
                new Dpo(0.1, 0),
                new Dpo(0.7, 0.15),
                new Dpo(0.4, 0.1, MEANS),
                new Dpo(0.4, 0, FORWARD),
                new Dpo(0.4, 0, JENSEN),
                new Dpo(0.4, 0, ALPHA),
                new Dpo(0.4, 0, new Margin(true, new Divergence.Alpha(1), Normalise.NONE)),
                new Dpo(0.4, 0, UNREFERENCED),
                new Ipo(0.2, Normalise.TOKENS),
                new Ipo(0.05, Normalise.NONE),
                new Ipo(0.3, Form.SCALED, JENSEN),
                new Hinge(0.15, true),
                new Hinge(0.3, false),
                new Hinge(0.2, ALPHA),
                new Slic(1.5, Normalise.NONE),
                new Slic(0.5, Normalise.TOKENS),
                new Exo(0.2, 0.1, SUMS),
                new Exo(0.5, 0.001, MEANS),
                new Robust(0.2, 0.1, JENSEN),
                new Discopop(0.2, 0.05, MEANS),
                new Discopop(0.3, 0.9, SUMS),
                new Dpop(0.3, 5),
                new Nca(0.2),
                new Bco(0.2),
                new Sppo(0.2),
                new ApoZero(0.2),
                new ApoDown(0.2),
                new BradleyTerry(0.3),
                new SimPo(2, 0.5, 0, 0.1, Normalise.TOKENS),
                new SimPo(0.5, 0.3, 0.25, 0, Normalise.TOKENS),
                new SimPo(0.1, 0, -0.2, 0, Normalise.NONE),
                new Unlikelihood(0.8),
                new Mate(0.4),
                new ExMate(0.6, Normalise.TOKENS),
                new ExMate(0.6, Normalise.NONE),
                new GivenWeights(
                        FormulaWeights.parse(
                                "beta * sigmoid(-beta * delta)", "beta * sigmoid(-beta * delta)", values("beta", 0.3)),
                        true,
                        false),
                new GivenWeights(
                        FormulaWeights.parse(
                                "1 / good_tokens", "c * exp(bad / bad_tokens) / bad_tokens", values("c", 0.4)),
                        false,
                        false));
    }

    private static Stream<Objective> labelled() {
        return Stream.of(
                new Kto(0.2, 1.3, 0.7, Kto.Indifference.NONE), new BcoUnpaired(0.2, 1.3, 0.7, BcoUnpaired.Shift.NONE));
    }

    /// Objectives that must see all examples of a step at once.
    static Stream<Objective> coupled() {
        return Stream.of(
                new Aot(0.2, 0, Aot.Sorted.MARGINS),
                new Aot(0.2, 0.1, Aot.Sorted.REWARDS),
                new BatchExMate(0.6),
                new Spread(2.5, 0.9, 0.7, 1.3),
                new Kto(0.2, 1.3, 0.7, Kto.Indifference.MISMATCHED),
                new LengthDesensitised(new Aot(0.3, 0.1, Aot.Sorted.REWARDS), 0.5),
                new Mixture(List.of(new Term(new Aot(0.2, 0, Aot.Sorted.MARGINS), 0.5), new Term(new Mle(), 2))));
    }

    /// Coupled objectives of which a part is taken as a constant, so that differences are not derivatives.
    static Stream<Objective> detached() {
        return Stream.of(new BcoUnpaired(0.2, 1.3, 0.7, BcoUnpaired.Shift.STEP_MEAN));
    }

    static Stream<Objective> all() {
        return Stream.of(separable(), coupled(), detached()).flatMap(objectives -> objectives);
    }

    static SequencedMap<String, Double> values(String name, double value) {
        return new LinkedHashMap<>(Map.of(name, value));
    }
}

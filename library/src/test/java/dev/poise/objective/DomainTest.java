package dev.poise.objective;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.objective.Mixture.Term;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class DomainTest {

    static Stream<Arguments> refused() {
        Dpo dpo = new Dpo(0.1, 0);
        return Stream.of(
                of("exo_pair: labelSmoothing must be in (0, 0.5), got 0.0", () -> new Exo(0.1, 0, Margin.OF_REWARDS)),
                of("exo_pair: beta must be positive and finite, got 0.0", () -> new Exo(0, 0.1, Margin.OF_REWARDS)),
                of("robust: labelSmoothing must be in [0, 0.5), got 0.5", () -> new Robust(1, 0.5, Margin.OF_REWARDS)),
                of("discopop: tau must be in (0, 1], got 0.0", () -> new Discopop(0.1, 0, Margin.OF_REWARDS)),
                of("unlikelihood: alpha must be finite and not negative, got -1.0", () -> new Unlikelihood(-1)),
                of(
                        "token_unlikelihood: alpha must be finite and not negative, got NaN",
                        () -> new TokenUnlikelihood(Double.NaN)),
                of("mate: coefficient must be finite and not negative, got -0.5", () -> new Mate(-0.5)),
                of(
                        "exmate: coefficient must be finite and not negative, got -0.5",
                        () -> new ExMate(-0.5, Normalise.NONE)),
                of(
                        "exmate_batch: coefficient must be finite and not negative, got Infinity",
                        () -> new BatchExMate(Double.POSITIVE_INFINITY)),
                of("slic: delta must be positive and finite, got 0.0", () -> new Slic(0, Normalise.NONE)),
                of("dpop: lambda must be finite and not negative, got -2.0", () -> new Dpop(0.1, -2)),
                of("nca_pair: beta must be positive and finite, got -0.1", () -> new Nca(-0.1)),
                of("bco_pair: beta must be positive and finite, got -0.1", () -> new Bco(-0.1)),
                of("sppo_hard: beta must be positive and finite, got 0.0", () -> new Sppo(0)),
                of("apo_zero: beta must be positive and finite, got 0.0", () -> new ApoZero(0)),
                of("apo_down: beta must be positive and finite, got NaN", () -> new ApoDown(Double.NaN)),
                of("aot: labelSmoothing must be in [0, 0.5), got -0.1", () -> new Aot(1, -0.1, Aot.Sorted.REWARDS)),
                of(
                        "simpo: gamma must be finite and not negative, got -1.0",
                        () -> new SimPo(1, -1, 0, 0, Normalise.TOKENS)),
                of("simpo: alpha must be finite, got NaN", () -> new SimPo(1, 0, Double.NaN, 0, Normalise.TOKENS)),
                of("cpo: likelihood must be finite and not negative, got -1.0", () -> new Cpo(1, -1, 0)),
                of("orpo: beta must be positive and finite, got 0.0", () -> new Orpo(0, Orpo.Likelihood.COMPLETION)),
                of(
                        "kto: undesirable must be finite and not negative, got -1.0",
                        () -> new Kto(1, 1, -1, Kto.Indifference.NONE)),
                of(
                        "bco_unpaired: beta must be positive and finite, got 0.0",
                        () -> new BcoUnpaired(0, 1, 1, BcoUnpaired.Shift.NONE)),
                of("bradley_terry: centring must be finite and not negative, got -0.01", () -> new BradleyTerry(-0.01)),
                of("alpha_divergence: coefficient must be finite, got NaN", () -> new Divergence.Alpha(Double.NaN)),
                of("ld: alpha must be in [0, 1], got 1.5", () -> new LengthDesensitised(dpo, 1.5)),
                of(
                        "ld: of must be an objective of pairs that reads sums over answers, such as dpo, got"
                                + " TokenUnlikelihood[alpha=1.0]",
                        () -> new LengthDesensitised(new TokenUnlikelihood(1), 0.5)),
                of(
                        "wpo: of must be an objective of pairs that is a sum over them, such as dpo, got"
                                + " BatchExMate[coefficient=1.0]",
                        () -> new Wpo(new BatchExMate(1))),
                of(
                        "mixture: terms must all be of pairs or all of labelled examples, got both",
                        () -> new Mixture(
                                List.of(new Term(dpo, 1), new Term(new Kto(1, 1, 1, Kto.Indifference.NONE), 1)))));
    }

    private static Arguments of(String message, ThrowingCallable construction) {
        return Arguments.of(message, construction);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void parametersOutsideTheFormulaAreRefusedWithWhatIsLegal(String message, ThrowingCallable construction) {
        assertThatThrownBy(construction)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}

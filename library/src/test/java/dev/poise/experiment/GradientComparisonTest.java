package dev.poise.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.evaluate.Estimate;
import dev.poise.experiment.ExperimentPage.Bar;
import dev.poise.experiment.ExperimentPage.Chart;
import dev.poise.experiment.ExperimentPage.Verdict;
import dev.poise.experiment.GradientComparison.Scale;
import dev.poise.tokenize.RealData;
import dev.poise.train.Progress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GradientComparisonTest {

    private static Path stories() {
        return RealData.path("models/stories260K");
    }

    @Test
    void withoutALearningRateEveryDecoderWritesWhatTheStartWrites() {
        ExperimentPage page = GradientComparison.run(stories(), new Scale(2, 40, 32, 0), Progress.silent());

        assertThat(page.claims()).hasSize(3).allSatisfy(claim -> {
            assertThat(claim.verdict()).isEqualTo(Verdict.OPEN);
            assertThat(claim.measured()).contains("+0.00 points (95 % interval +0.00 to +0.00) over 2 seeds");
        });
        assertThat(page.charts()).hasSize(6).allSatisfy(chart -> {
            assertThat(chart.bars()).hasSize(9);
            for (Bar bar : chart.bars()) {
                assertThat(bar.value()).isCloseTo(chart.line(), within(1e-6));
            }
        });
        assertThat(page.charts().getFirst().line()).isEqualTo(0.5);
    }

    @Test
    void tuningMovesWhatItShould() {
        ExperimentPage page = GradientComparison.run(stories(), new Scale(2, 72, 32, 4e-3), Progress.silent());

        Chart chosen = chart(page, "Log-probability of chosen continuations");
        Chart rejected = chart(page, "Log-probability of rejected continuations");
        // DPO and its mixtures part the two sides further than likelihood alone does.
        double dpo = value(chosen, "DPO") - value(rejected, "DPO");
        double mle = value(chosen, "MLE") - value(rejected, "MLE");
        assertThat(dpo).isGreaterThan(mle);
        assertThat(value(chart(page, "Mass of the ten likeliest tokens"), "token unlikelihood"))
                .isLessThan(value(chart(page, "Mass of the ten likeliest tokens"), "MLE"));
        assertThat(page.html())
                .contains("Rewarding good and penalising bad examples")
                .doesNotContain("{{");
    }

    @Test
    void verdictsGoByTheSideOfTheInterval() {
        assertThat(Verdict.positive(Estimate.mean("d", "share", new double[] {0.1, 0.2, 0.15})))
                .isEqualTo(Verdict.HOLDS);
        assertThat(Verdict.positive(Estimate.mean("d", "share", new double[] {-0.1, -0.2, -0.15})))
                .isEqualTo(Verdict.FAILS);
        assertThat(Verdict.positive(Estimate.mean("d", "share", new double[] {-0.1, 0.2, 0.15})))
                .isEqualTo(Verdict.OPEN);
    }

    private static Chart chart(ExperimentPage page, String name) {
        return page.charts().stream()
                .filter(chart -> chart.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static double value(Chart chart, String arm) {
        List<Bar> bars =
                chart.bars().stream().filter(bar -> bar.name().equals(arm)).toList();
        assertThat(bars).hasSize(1);
        return bars.getFirst().value();
    }
}

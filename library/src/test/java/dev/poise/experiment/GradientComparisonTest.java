package dev.poise.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.evaluate.Estimate;
import dev.poise.experiment.ExperimentPage.Bar;
import dev.poise.experiment.ExperimentPage.Chart;
import dev.poise.experiment.ExperimentPage.Part;
import dev.poise.experiment.ExperimentPage.Verdict;
import dev.poise.experiment.GradientComparison.Work;
import dev.poise.tokenize.RealData;
import dev.poise.train.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GradientComparisonTest {

    private static Path stories() {
        return RealData.path("models/stories260K");
    }

    @Test
    void withoutALearningRateEveryDecoderWritesWhatTheStartWrites() throws IOException {
        ExperimentPage page = GradientComparison.run(stories(), play(), work(40, 0), Progress.silent());

        assertThat(page.parts()).hasSize(2);
        assertThat(page.parts().getFirst().claims()).hasSize(2).allSatisfy(claim -> {
            assertThat(claim.verdict()).isEqualTo(Verdict.OPEN);
            assertThat(claim.measured()).contains("+0.00 points (95 % interval +0.00 to +0.00) over 2 seeds");
        });
        assertThat(page.parts().getLast().claims()).hasSize(3).allSatisfy(claim -> {
            assertThat(claim.verdict()).isEqualTo(Verdict.OPEN);
            assertThat(claim.measured()).contains("+0.0000 (95 % interval +0.0000 to +0.0000)");
        });
        assertThat(page.parts()).flatExtracting(Part::charts).hasSize(10).allSatisfy(chart -> {
            assertThat(chart.bars()).hasSize(5);
            for (Bar bar : chart.bars()) {
                double start = chart.line() == null ? chart.bars().getFirst().value() : chart.line();
                assertThat(bar.value()).isCloseTo(start, within(1e-6));
            }
        });
        assertThat(page.parts().getFirst().charts().getFirst().line()).isEqualTo(0.5);
    }

    private static Path play() {
        return RealData.path("text/tinyshakespeare.txt");
    }

    private static Work work(int prompts, double learningRate) {
        List<Arm> arms = List.of(
                Arm.MLE, Arm.EX_MATE, Arm.TOKEN_UNLIKELIHOOD, Arm.dpoWith(0.5, Arm.MLE), Arm.dpoWith(0.5, Arm.EX_MATE));
        return new Work(
                new StoryComparison.Scale(arms, 2, prompts, 32, learningRate),
                new CauseComparison.Scale(arms, 2, 16, 8, learningRate));
    }

    @Test
    void tuningMovesWhatItShould() throws IOException {
        ExperimentPage page = GradientComparison.run(stories(), play(), work(72, 4e-3), Progress.silent());

        Chart chosen = chart(page, "Log-probability of chosen continuations");
        Chart rejected = chart(page, "Log-probability of rejected continuations");
        // DPO and its mixtures part the two sides further than likelihood alone does.
        double dpo = value(chosen, "DPO + 0.5 MLE") - value(rejected, "DPO + 0.5 MLE");
        double mle = value(chosen, "MLE") - value(rejected, "MLE");
        assertThat(dpo).isGreaterThan(mle);
        assertThat(value(chart(page, "Mass of the ten likeliest tokens"), "token unlikelihood"))
                .isLessThan(value(chart(page, "Mass of the ten likeliest tokens"), "MLE"));
        // The start, which has read no play, has 113; two steps on one bring it to about 47.
        assertThat(value(chart(page, "Perplexity"), "MLE")).isBetween(20.0, 80.0);
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
        return page.parts().stream()
                .flatMap(part -> part.charts().stream())
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

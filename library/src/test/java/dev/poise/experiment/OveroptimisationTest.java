package dev.poise.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.poise.evaluate.Parabola;
import dev.poise.experiment.ExperimentPage.Part;
import dev.poise.experiment.ExperimentPage.Plot;
import dev.poise.experiment.Setting.Family;
import dev.poise.experiment.Setting.Governed;
import dev.poise.experiment.Setting.Nll;
import dev.poise.experiment.Setting.None;
import dev.poise.monitor.Alarm;
import dev.poise.monitor.HeldOut;
import dev.poise.monitor.Own;
import dev.poise.monitor.Reading;
import dev.poise.monitor.Source;
import dev.poise.monitor.Symptom;
import dev.poise.objective.Mixture;
import dev.poise.oracle.Reward;
import dev.poise.tokenize.RealData;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Torch;
import dev.poise.train.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OveroptimisationTest {

    private static final Alarm MASS = new Alarm(new Symptom.MassDrop(Source.HELD_OUT, 0.05), 2);

    @TempDir
    private Path folder;

    private static Path stories() {
        return RealData.path("models/stories260K");
    }

    /// A run of DPO whose looks are 25 steps apart; the likelihood of preferred answers falls by 0.5 a look.
    private static Trail trail(Setting setting, double[] wins, double[] masses) {
        List<Trail.Look> looks = new ArrayList<>();
        for (int i = 0; i < wins.length; i++) {
            LinkedHashMap<String, Double> values = new LinkedHashMap<>();
            values.put(HeldOut.CHOSEN, -1 - 0.5 * i);
            values.put("monitor/logps_mean/rejected", -1.2 - 0.7 * i);
            values.put(Source.HELD_OUT.metric(HeldOut.ENTROPY), 1.5 - 0.01 * i);
            values.put(Source.HELD_OUT.metric(HeldOut.MASS), masses[i]);
            values.put(Source.OWN.metric("ead"), 0.3 + 0.02 * i * i);
            values.put(Own.LENGTH, 80.0 - 3 * i * i);
            double[] prompts = {wins[i] - 0.01, wins[i] + 0.02, wins[i] - 0.02, wins[i] + 0.01};
            looks.add(new Trail.Look(
                    25L * i, prompts, wins[i] + 0.03, 2 * wins[i], 0, new Reading(25L * i, values), "a story"));
        }
        return new Trail(setting, looks);
    }

    private static Trail collapsing(double strength) {
        return trail(
                new Setting(Family.DPO, strength, new None()),
                new double[] {0.5, 0.7, 0.9, 0.8, 0.6, 0.4},
                new double[] {0.93, 0.93, 0.92, 0.87, 0.86, 0.80});
    }

    private static Trail healthy(double strength) {
        return trail(
                new Setting(Family.IPO, strength, new None()),
                new double[] {0.5, 0.6, 0.65, 0.7, 0.71, 0.72},
                new double[] {0.93, 0.93, 0.93, 0.93, 0.92, 0.92});
    }

    @Test
    void aRunIsOveroptimisedWhereItsBestLookLiesBehindIt() {
        assertThat(Foresight.turned(collapsing(0.05))).isTrue();
        assertThat(Foresight.turned(healthy(0.05))).isFalse();
        // Smoothed over neighbours: 0.7, 0.9, 0.8 are higher than 0.5, 0.7, 0.9 and 0.9, 0.8, 0.6.
        assertThat(collapsing(0.05).peak(Trail.Look::win).step()).isEqualTo(50);
        assertThat(healthy(0.05).peak(Trail.Look::win).step()).isEqualTo(125);
    }

    @Test
    void aStopRuleEndsARunAtTheLookAtWhichItSpeaks() {
        Foresight stopped = Foresight.of(collapsing(0.05), MASS);

        // 0.06 and 0.07 below the start, at steps 75 and 100, are two readings in a row.
        assertThat(stopped.end().step()).isEqualTo(100);
        assertThat(stopped.lead()).isEqualTo(50 - 100);
        assertThat(stopped.regret()).isCloseTo(0.9 - 0.6, within(1e-12));

        Foresight quiet = Foresight.of(healthy(0.05), MASS);
        assertThat(quiet.stop()).isEmpty();
        assertThat(quiet.end().step()).isEqualTo(125);
        assertThat(quiet.regret()).isCloseTo(0, within(1e-12));
    }

    @Test
    void thePageCountsStopsAndFalseAlarmsApart() {
        List<Trail> grid = List.of(collapsing(0.05), collapsing(0.2), healthy(0.05), healthy(0.2));
        Setting governed = new Setting(Family.DPO, 0.05, new Governed(1, 4));
        List<Series<Trail>> series = List.of(
                new Series<>("fixed", List.of(collapsing(0.05), collapsing(0.05))),
                new Series<>(
                        "adapted",
                        List.of(
                                trail(governed, healthyWins(), healthyWins()),
                                trail(governed, healthyWins(), healthyWins()))));
        ExperimentPage page = LikelihoodStudyText.page(
                new LikelihoodStudy(new Trail.Scale(64, 8, 125, 25, 4, 4, 4, 1e-3), 60, grid, series));

        Part rules = page.parts().get(1);
        List<String> mass = rules.tables().getFirst().rows().stream()
                .filter(row -> row.getFirst().equals("mass_drop"))
                .findFirst()
                .orElseThrow();
        assertThat(mass).containsExactly("mass_drop", "2 of 2", "-50 (-50 to -50)", "+30.0", "+20.0", "0 of 2", "-");
        List<String> bend = rules.tables().getFirst().rows().stream()
                .filter(row -> row.getFirst().equals("bend"))
                .findFirst()
                .orElseThrow();
        // Every run loses half a nat from the first look to the second.
        assertThat(bend).startsWith("bend", "2 of 2", "25 (25 to 25)").contains("2 of 2");
        assertThat(page.parts().getFirst().claims().get(1).measured()).startsWith("2 of 4 runs");
        assertThat(page.parts().getLast().claims().getFirst().measured()).contains("of the best fixed setting, fixed");
        Plot plot = page.parts().getFirst().plots().getFirst();
        Parabola fit = Parabola.through(
                join(plot.traces().get(0).x(), plot.traces().get(1).x()),
                join(plot.traces().get(0).y(), plot.traces().get(1).y()));
        ExperimentPage.Trace parabola = plot.traces().get(3);
        double x = parabola.x()[7];
        assertThat(parabola.y()[7]).isCloseTo(fit.square() * x * x + fit.slope() * x + fit.constant(), within(1e-9));
        assertThat(page.html()).contains("Likelihood over-optimisation").doesNotContain("{{");
    }

    private static double[] healthyWins() {
        return new double[] {0.5, 0.6, 0.65, 0.7, 0.71, 0.9};
    }

    private static double[] join(double[] one, double[] other) {
        double[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    @Test
    void theTruthCountsACheerfulWordOnceAndTakesOffRepetition() {
        Reward felt = Cheer.felt();

        assertThat(felt.score("", "A happy, happy girl. She was sad and sad!")).isEqualTo(1 - 2);
        assertThat(Cheer.counted().score("", "A happy, happy girl. She was sad and sad!"))
                .isEqualTo(2 - 2);
        // Eight words are five groups of four; the fifth is the first again.
        assertThat(felt.score("", "fun dog ran off fun dog ran off")).isCloseTo(1 - 10 * 0.2, within(1e-12));
        assertThat(felt.score("", "")).isZero();
    }

    @Test
    void settingsMinimiseWhatTheyAreNamedFor() {
        Setting ipo = new Setting(Family.IPO, 0.2, new Nll(0.3));
        assertThat(ipo.name()).isEqualTo("IPO τ 0.2 + 0.3 NLL");
        assertThat(ipo.objective().terms()).extracting(Mixture.Term::weight).containsExactly(1.0, 0.3);
        Setting hinge = new Setting(Family.HINGE, 2, new None());
        assertThat(hinge.name()).isEqualTo("hinge α 2");
        assertThat(((Mixture) hinge.objective().terms().getFirst().objective()).terms())
                .extracting(Mixture.Term::weight)
                .containsExactly(1.0, 2.0);
        assertThat(hinge.governor()).isNull();
        assertThat(new Setting(Family.DPO, 1, new Governed(1, 4)).governor()).satisfies(governor -> {
            assertThat(governor.term()).isEqualTo(1);
            assertThat(governor.gain()).isEqualTo(4);
        });
    }

    @Test
    void questionsAreReadFromTheDataAndNothingElse() throws IOException {
        Questions questions = Questions.read(RealData.path("text/nq-dev.json"));

        assertThat(questions.all()).hasSize(200).allSatisfy(question -> assertThat(question.references())
                .isNotEmpty());
        Path file = Files.writeString(folder.resolve("q.json"), "[{\"prompt\": \"Who?\"}]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Questions.read(file))
                .withMessageContaining("q.json must be a JSON array")
                .withMessageContaining("entry 0");
        Files.writeString(file, "[");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Questions.read(file))
                .withMessageContaining("something else");
    }

    @Test
    void withoutALearningRateARunStaysWhereItStarted() {
        Torch.start(0);
        Trail.Scale scale = new Trail.Scale(24, 4, 4, 2, 16, 8, 8, 0);
        try (Tokenizer tokenizer = Tokenizer.read(stories());
                Trail.Ground ground = new Trail.Ground(stories(), tokenizer, scale, null, 0)) {
            Trail trail = ground.follow(new Setting(Family.DPO, 0.05, new Governed(1, 4)), 2);

            assertThat(trail.looks()).extracting(Trail.Look::step).containsExactly(0L, 2L, 4L);
            assertThat(trail.looks()).allSatisfy(look -> {
                assertThat(look.win()).isEqualTo(0.5);
                assertThat(look.seen()).isEqualTo(0.5);
                assertThat(look.metric(HeldOut.CHANGE)).isCloseTo(0, within(1e-5));
                assertThat(look.lambda()).isEqualTo(1);
            });
        }
    }

    @Test
    void theWholeStudyRunsInSmall() {
        List<Setting> all = List.of(
                new Setting(Family.DPO, 0.05, new None()),
                new Setting(Family.HINGE, 0.1, new None()),
                new Setting(Family.DPO, 0.05, new Nll(1)),
                new Setting(Family.HINGE, 0.1, new Nll(1)));
        Overoptimisation.Work work = new Overoptimisation.Work(
                new Trail.Scale(48, 8, 12, 4, 16, 8, 16, 4e-3),
                all,
                List.of(all.getFirst(), new Setting(Family.DPO, 0.05, new Governed(1, 4))),
                4,
                2);

        Questions questions = new Questions(
                List.of(new Questions.Question("Who is it?", List.of("a girl named Lily", "once upon a time"))));
        LikelihoodStudy study = Overoptimisation.run(stories(), questions, work, Progress.silent());

        assertThat(study.grid()).hasSize(4);
        // Two dozen epochs of 4e-3 move the likelihood of held-out answers by far more than rounding.
        assertThat(study.grid()).allSatisfy(trail -> assertThat(trail.last().metric(HeldOut.CHANGE))
                .isLessThan(-0.05));
        // Likelihood in the objective keeps preferred answers likelier.
        assertThat(study.grid().get(2).last().metric(HeldOut.CHOSEN))
                .isGreaterThan(study.grid().get(0).last().metric(HeldOut.CHOSEN));
        ExperimentPage page = LikelihoodStudyText.page(study);
        assertThat(page.parts()).hasSize(3);
        assertThat(page.parts().getFirst().claims()).hasSize(9);
        assertThat(study.grid().getFirst().last().metric(Trail.F1)).isBetween(0.0, 1.0);
    }
}

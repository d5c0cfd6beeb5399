package dev.poise.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.bandit.MethodGrammar;
import dev.poise.bandit.Setting.Source;
import dev.poise.evaluate.Estimate;
import dev.poise.torch.Torch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SequenceStudyTest {

    private static SequenceBandit.Point point(int round, double reward) {
        return new SequenceBandit.Point(
                round,
                100L * round,
                Estimate.mean("reward", "reward", new double[] {reward - .1, reward + .1}),
                reward / 2);
    }

    @Test
    void aRowReadsEverySeedBehindARound() {
        SequenceStudy.Plan plan = SequenceStudy.plans(100).getFirst();
        SequenceStudy.Row row = new SequenceStudy.Row(
                plan, List.of(List.of(point(0, .04), point(10, .3)), List.of(point(0, .05), point(10, .5))));
        assertThat(row.at(0)).containsExactly(new double[] {.04, .05}, within(1e-12));
        assertThat(row.last()).containsExactly(new double[] {.3, .5}, within(1e-12));
        assertThat(row.reward().value()).isCloseTo(.4, within(1e-12));
        assertThat(row.toData().value()).isCloseTo(.2, within(1e-12));
    }

    @Test
    void bothSidesOfAComparisonAskForAsManyRewardsAndTakeAsManySteps() {
        for (SequenceStudy.Plan plan : SequenceStudy.plans(30)) {
            SequenceBandit.Setting setting = plan.setting();
            boolean online = setting.source() == Source.ONLINE;
            int rounds = online ? 10 : setting.rounds();
            int asked = setting.states() * setting.samples() * (online ? rounds : 1);
            assertThat(asked).as(plan.name()).isEqualTo(1000);
            assertThat(rounds * setting.inner()).as(plan.name()).isEqualTo(100);
            assertThat(10 % setting.evaluateEvery()).as(plan.name()).isZero();
        }
    }

    /// Earlier figures are of a hundred rounds, and of R2's own.
    @Test
    void earlierFiguresStandOnlyBesideTheRoundsTheyAreOf() {
        assertThat(SequenceStudy.plans(30))
                .filteredOn(plan -> plan.online() && plan.problem().equals("R1"))
                .isNotEmpty()
                .allSatisfy(plan -> assertThat(plan.earlier()).isNaN());
        assertThat(SequenceStudy.plans(100))
                .filteredOn(plan -> plan.online() && plan.name().startsWith("dpo"))
                .first()
                .satisfies(plan -> assertThat(plan.earlier()).isEqualTo(1));
    }

    @Test
    void runsSideBySideGiveTheNumbersOfRunsInTurn() throws IOException {
        Torch.start(1);
        SequenceStudy.Plan known = SequenceStudy.plans(100).getFirst();
        List<SequenceStudy.Plan> plans = new ArrayList<>();
        for (String method : List.of("best-of-n", "dpo:beta=0.1")) {
            plans.add(new SequenceStudy.Plan(
                    method,
                    new SequenceBandit.Setting(
                            known.setting().problem(),
                            MethodGrammar.parse(method),
                            Source.OFFLINE,
                            3,
                            4,
                            1,
                            1,
                            1e-3,
                            1),
                    Double.NaN));
        }
        List<Integer> told = new ArrayList<>();
        SequenceStudy two = SequenceStudy.run(plans, 2, 2, told::add);
        assertThat(told).containsExactly(1, 2, 3, 4);
        assertThat(SequenceStudy.run(plans, 2, 1, count -> {})).isEqualTo(two);
        assertThat(two.row("R1", false, "best-of-n").last()).hasSize(2);
    }
}

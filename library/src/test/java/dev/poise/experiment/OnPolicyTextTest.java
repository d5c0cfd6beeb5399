package dev.poise.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.bandit.Band;
import dev.poise.bandit.LengthGoal;
import dev.poise.bandit.LengthStudy;
import dev.poise.bandit.Outcome;
import dev.poise.bandit.Pairwise;
import dev.poise.bandit.Point;
import dev.poise.bandit.Setting;
import dev.poise.bandit.Setting.Source;
import dev.poise.bandit.Tables;
import dev.poise.bandit.Theory;
import dev.poise.evaluate.Estimate;
import dev.poise.experiment.ExperimentPage.Claim;
import dev.poise.experiment.ExperimentPage.Part;
import dev.poise.experiment.ExperimentPage.Verdict;
import dev.poise.experiment.LengthProblem.Answers;
import dev.poise.experiment.LengthProblem.Run;
import dev.poise.experiment.LengthProblem.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Made-up outcomes, so that every figure on the page is known.
final class OnPolicyTextTest {

    /// What a run's reward is behind a round.
    private interface Reward {
        double of(Setting setting, int round, int seed);
    }

    private static Tables tables(Reward reward) {
        return Tables.of(Tables.settings().stream()
                .map(setting -> new Outcome(
                        setting,
                        Stream.of(1, 2, 3)
                                .map(seed -> points(setting, seed, reward))
                                .toList()))
                .toList());
    }

    private static List<Point> points(Setting setting, int seed, Reward reward) {
        List<Point> points = new ArrayList<>();
        for (int round = 0; round <= setting.rounds(); round += setting.evaluateEvery()) {
            points.add(new Point(
                    round, 0, 0, reward.of(setting, round, seed), 0, 0, 0, Double.NaN, 0, 0, 0, 0, 0, new double[100]));
        }
        return points;
    }

    /// On-policy is worth 0.4, a negative gradient 0.1, both only where the reference is thin.
    private static double asThePaperSays(Setting setting, int round, int seed) {
        boolean thin = setting.problem().name().equals("R1");
        double online = setting.source() == Source.ONLINE ? 0.4 : 0;
        double negative = setting.method() instanceof Pairwise ? 0.1 : 0;
        return thin ? 0.3 + 0.01 * seed + online + negative + 0.001 * setting.inner() : 0.9 + 0.001 * seed;
    }

    private static double theOtherWay(Setting setting, int round, int seed) {
        return 1.4 - asThePaperSays(setting, round, seed) - 0.003 * seed;
    }

    private static SequenceStudy sequences(boolean asThePaperSays) {
        return new SequenceStudy(SequenceStudy.plans(30).stream()
                .map(plan -> new SequenceStudy.Row(
                        plan,
                        Stream.of(1, 2, 3)
                                .map(seed -> points(plan, seed, asThePaperSays))
                                .toList()))
                .toList());
    }

    private static List<SequenceBandit.Point> points(SequenceStudy.Plan plan, int seed, boolean asThePaperSays) {
        List<SequenceBandit.Point> points = new ArrayList<>();
        for (int round = 0;
                round <= plan.setting().rounds();
                round += plan.setting().evaluateEvery()) {
            double gain = (plan.online() ? 0.4 : 0)
                    + (plan.name().startsWith("dpo") ? 0.1 : 0)
                    + (plan.name().contains("50") ? 0.1 : 0);
            double reward = plan.problem().equals("R2") ? 0.9 : 0.3 + (asThePaperSays ? gain : -gain / 2);
            reward += 0.001 * seed;
            points.add(new SequenceBandit.Point(
                    round,
                    100L * round,
                    Estimate.mean("reward", "reward", new double[] {reward - 0.1, reward + 0.1}),
                    1.5));
        }
        return points;
    }

    private static LengthStudy lengths() {
        Estimate measured = Estimate.mean("mean length", "tokens", new double[] {4, 4.5, 5});
        LengthStudy.Cell cell = new LengthStudy.Cell(measured, 4.3, new Band(2.3, 6.3));
        return new LengthStudy(
                3,
                List.of(new LengthStudy.Row(LengthGoal.MIN, "on-policy dpo", 40, List.of(cell, cell, cell, cell))),
                List.of(new LengthStudy.Claim(
                        "min: rwr ends above on-policy dpo",
                        LengthStudy.Origin.CLAIMED,
                        Estimate.mean("difference", "tokens", new double[] {9, 10, 11}),
                        new Band(0, Double.POSITIVE_INFINITY))));
    }

    /// Answers that are the longer the later a way stands, by ten tokens.
    private static LengthProblem.Outcome stories() {
        List<Run> runs = new ArrayList<>();
        for (LengthGoal goal : LengthGoal.values()) {
            for (int seed = 1; seed <= 2; seed++) {
                for (Way way : Way.values()) {
                    double length = 20 + 10 * List.of(Way.values()).indexOf(way) + 0.1 * seed;
                    runs.add(new Run(
                            goal,
                            way,
                            seed,
                            List.of(0, 100),
                            List.of(60.0, length),
                            answers(60),
                            answers(length),
                            6400,
                            5000,
                            0.25,
                            30));
                }
            }
        }
        return new LengthProblem.Outcome(55, runs, List.of(0.8, 0.9));
    }

    private static Answers answers(double length) {
        Estimate estimate = Estimate.mean("length", "tokens", new double[] {length - 1, length + 1});
        return new Answers(
                Estimate.mean("gold reward", "tokens", new double[] {-length - 1, -length + 1}),
                estimate,
                Estimate.proportion("ended", 9, 10));
    }

    private static ExperimentPage page(boolean asThePaperSays) {
        return OnPolicyText.page(
                tables(asThePaperSays ? OnPolicyTextTest::asThePaperSays : OnPolicyTextTest::theOtherWay),
                sequences(asThePaperSays),
                lengths(),
                stories(),
                LengthProblem.Scale.USUAL,
                Theory.check(20, 1),
                3);
    }

    private static Claim claim(Part part, String words) {
        return part.claims().stream()
                .filter(claim -> claim.text().contains(words))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void claimsHoldWhereWhatWasMeasuredIsWhatTheySay() {
        List<Part> parts = page(true).parts();
        assertThat(parts)
                .extracting(Part::name)
                .containsExactly(
                        "One action",
                        "Nine tokens",
                        "Lengths alone",
                        "Stories of the wanted length",
                        "What a step does");
        for (Part part : parts.subList(0, 2)) {
            for (String words : List.of("question 1)", "question 2)", "question 3)")) {
                assertThat(claim(part, words).verdict()).as(part.name() + words).isEqualTo(Verdict.HOLDS);
            }
        }
        // 0.4 less what 1 and 15 steps a round are said to be worth apart: T = 15 on-policy, 10 offline.
        assertThat(claim(parts.getFirst(), "question 1).").measured())
                .contains("+0.405")
                .contains("+0.000 (+0.000 to +0.000) on R2");
        assertThat(claim(parts.get(1), "question 1).").measured())
                .contains("+0.400")
                .contains("+0.000");
        assertThat(claim(parts.get(1), "question 2)").measured()).contains("+0.100");
        assertThat(claim(parts.get(2), "ends above").verdict()).isEqualTo(Verdict.HOLDS);
        assertThat(claim(parts.get(2), "ends above").measured()).startsWith("+10.0 (");
        assertThat(parts.getLast().claims()).hasSize(8).allSatisfy(claim -> assertThat(claim.verdict())
                .isEqualTo(Verdict.HOLDS));
    }

    @Test
    void claimsFailWhereItIsTheOpposite() {
        List<Part> parts = page(false).parts();
        for (Part part : parts.subList(0, 2)) {
            for (String words : List.of("question 1).", "question 2)", "question 3)")) {
                assertThat(claim(part, words).verdict()).as(part.name() + words).isEqualTo(Verdict.FAILS);
            }
        }
    }

    @Test
    void anIntervalThatLiesPartlyInABandTellsNothing() {
        Band band = new Band(.2, .4);
        assertThat(Verdict.of(band, Estimate.mean("", "", new double[] {.3, .3001})))
                .isEqualTo(Verdict.HOLDS);
        assertThat(Verdict.of(band, Estimate.mean("", "", new double[] {.1, .5})))
                .isEqualTo(Verdict.OPEN);
        assertThat(Verdict.of(band, Estimate.mean("", "", new double[] {.41, .43})))
                .isEqualTo(Verdict.OPEN);
        assertThat(Verdict.of(band, Estimate.mean("", "", new double[] {.43, .4301})))
                .isEqualTo(Verdict.FAILS);
    }

    @Test
    void storiesAreComparedByWhatTheyAreTrulyWorth() {
        Part stories = page(true).parts().get(3);
        // DPO on-policy is 20 tokens shorter than RWR and 10 than RLOO.
        assertThat(claim(stories, "min: on-policy DPO ends shorter").measured())
                .contains("RWR by +20.0")
                .contains("RLOO by +10.0");
        assertThat(claim(stories, "min: on-policy DPO ends shorter").verdict()).isEqualTo(Verdict.HOLDS);
        // Offline DPO stands behind RWR here.
        assertThat(claim(stories, "min: offline DPO ends shorter").measured()).contains("-10.0");
        assertThat(claim(stories, "min: offline DPO ends shorter").verdict()).isEqualTo(Verdict.FAILS);
        assertThat(claim(stories, "mode:").verdict()).isEqualTo(Verdict.FAILS);
        assertThat(stories.tables().getFirst().rows()).hasSize(15);
        assertThat(stories.tables().getFirst().rows().getFirst())
                .startsWith("min", "on-policy dpo", "20.2 (19.5 to 20.8)");
        assertThat(stories.facts()).anySatisfy(fact -> assertThat(fact.value())
                .isEqualTo("5,000 tokens a second a core, 25 % of an on-policy run’s time"));
        assertThat(stories.charts().getFirst().line()).isEqualTo(60.0);
    }

    @Test
    void thePageHoldsItAll() {
        ExperimentPage page = page(true);
        assertThat(page.html()).contains("Nine tokens").contains("Lengths alone");
        for (Part part : page.parts()) {
            assertThat(part.claims())
                    .noneSatisfy(claim -> assertThat(claim.measured()).contains("NaN"));
            part.tables().forEach(table -> assertThat(table.rows())
                    .allSatisfy(row ->
                            assertThat(row).hasSameSizeAs(table.head()).noneMatch(cell -> cell.contains("NaN"))));
        }
    }
}

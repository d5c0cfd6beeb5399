package dev.poise.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.advise.Standing.Basis;
import dev.poise.advise.Standing.Open;
import dev.poise.advise.Standing.Placed;
import dev.poise.evaluate.Estimate;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// On the paper's bandit, where the truth is known.
final class PlacementTest {

    private static final SplittableRandom ELSEWHERE = new SplittableRandom(77);

    private static Placed placed(World world) {
        Standing standing = Advice.Whole.of(world.survey()).standing();
        assertThat(standing).as(standing.toString()).isInstanceOf(Placed.class);
        return (Placed) standing;
    }

    /// The true mass of actions at or above the half-way point, with the peak's reward of 1 as the best.
    private static double mass(int peak) {
        double[] p = World.reference();
        double mean = IntStream.range(0, p.length)
                .mapToDouble(k -> p[k] * World.peak(peak).applyAsDouble(k))
                .sum();
        return IntStream.range(0, p.length)
                .filter(k -> World.peak(peak).applyAsDouble(k) >= (mean + 1) / 2)
                .mapToDouble(k -> p[k])
                .sum();
    }

    @Test
    void thePapersOwnProblemsLieOnEitherSideOfTheThreshold() {
        assertThat(World.reference()[0]).isCloseTo(0.07809, within(5e-6));
        assertThat(World.reference()[99]).isCloseTo(0.04223, within(5e-6));
        assertThat(mass(70)).isCloseTo(0.036, within(1e-3)).isLessThan(Placement.COMMON);
        assertThat(mass(20)).isCloseTo(0.302, within(1e-3)).isGreaterThan(Placement.COMMON);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void theThreeScenarios(long seed) {
        World broad = new World(150, 16, seed, World.peak(70), World.same());
        World skewed = new World(150, 16, seed, World.peak(70), action -> 62 + ELSEWHERE.nextInt(16));
        World near = new World(150, 16, seed, World.peak(20), World.same());

        assertThat(placed(broad).place()).isEqualTo(Place.BROAD);
        assertThat(placed(skewed).place()).isEqualTo(Place.SKEWED);
        assertThat(placed(near).place()).isEqualTo(Place.NEAR);
        assertThat(placed(near).agreement()).isGreaterThanOrEqualTo(Placement.AGREEMENT);
        assertThat(placed(near).basis()).isEqualTo(Basis.REWARD);
    }

    @Test
    void cellsThatThePaperDoesNotStudyAreNamedAsSuch() {
        Placed astray = placed(new World(150, 16, 1, World.peak(70), action -> 40 + ELSEWHERE.nextInt(8)));
        Placed off = placed(new World(150, 16, 1, World.peak(20), action -> 40 + ELSEWHERE.nextInt(8)));

        assertThat(astray.place()).isEqualTo(Place.ASTRAY);
        assertThat(off.place()).isEqualTo(Place.NEAR_SKEWED);
        assertThat(Words.of(astray)).startsWith("you are in a place outside the paper's scenarios: ");
    }

    @Test
    void movingTheDataMovesTheVerdict() {
        // 70 % of the answers from the reference itself: they overlap.
        World mixed = new World(
                150,
                16,
                5,
                World.peak(70),
                action -> ELSEWHERE.nextDouble() < 0.7 ? action : 62 + ELSEWHERE.nextInt(16));
        World skewed = new World(
                150,
                16,
                5,
                World.peak(70),
                action -> ELSEWHERE.nextDouble() < 0.1 ? action : 62 + ELSEWHERE.nextInt(16));
        assertThat(placed(mixed).place()).isEqualTo(Place.BROAD);
        assertThat(placed(skewed).place()).isEqualTo(Place.SKEWED);
    }

    @Test
    void movingTheGoalMovesTheVerdict() {
        Survey survey = new World(150, 16, 6, World.peak(20), World.same()).survey();
        Survey strict = new Survey(new Survey.Setting(16, 100, 6, true, 0.9999), survey.counts(), survey.rows());

        assertThat(((Placed) Advice.Whole.of(survey).standing()).place()).isEqualTo(Place.NEAR);
        assertThat(((Placed) Advice.Whole.of(strict).standing()).place()).isEqualTo(Place.BROAD);
    }

    @Test
    void onTheThresholdItIsNotDecidedAndSaysWhatWouldDecideIt() {
        // A reward of 1 for the actions that hold some 10 % of the mass.
        double[] p = World.reference();
        World edge = new World(60, 16, 3, action -> action >= 75 ? 1 : 0, World.same());
        assertThat(Arrays.stream(p, 75, 100).sum()).isBetween(0.08, 0.12);

        Standing standing = Advice.Whole.of(edge.survey()).standing();

        assertThat(standing).isInstanceOf(Open.class);
        Open open = (Open) standing;
        assertThat(open.among()).containsExactlyInAnyOrder(Place.BROAD, Place.NEAR);
        assertThat(open.shares().values().stream().mapToDouble(x -> x).sum()).isCloseTo(1, within(1e-9));
        assertThat(open.lacking())
                .singleElement()
                .asString()
                .contains("--prompts")
                .contains("threshold of 0.1");
    }

    @Test
    void fewPromptsDecideNothing() {
        Standing standing = Advice.Whole.of(new World(19, 16, 1, World.peak(20), World.same()).survey())
                .standing();
        assertThat(standing).isInstanceOf(Open.class);
        assertThat(((Open) standing).lacking())
                .containsExactly("at least 20 prompts that the model can be asked; there are 19");
        assertThat(Words.of(standing)).startsWith("not decided: scenario 1 of arXiv 2404.14367 or scenario 2");
    }

    @Test
    void labelsAloneTellSkewedDataAndNoMore() {
        Placed skewed = placed(new World(150, 16, 1, null, action -> 62 + ELSEWHERE.nextInt(16)));
        Standing alike = Advice.Whole.of(new World(150, 16, 1, null, World.same()).survey())
                .standing();

        assertThat(skewed.place()).isEqualTo(Place.SKEWED);
        assertThat(skewed.basis()).isEqualTo(Basis.LABELS);
        assertThat(alike).isInstanceOf(Open.class);
        assertThat(((Open) alike).among()).containsExactly(Place.BROAD, Place.NEAR);
        assertThat(((Open) alike).lacking()).singleElement().asString().startsWith("a --reward");
    }

    @Test
    void aRewardThatIsAlwaysTheSameIsNone() {
        Standing standing = Advice.Whole.of(new World(60, 8, 1, action -> 3, World.same()).survey())
                .standing();
        assertThat(standing.basis()).isEqualTo(Basis.LABELS);
        assertThat(((Open) standing).lacking()).singleElement().asString().contains("all that were seen have the same");
    }

    @Test
    void withoutAnswersACommonPeakIsStillScenarioThree() {
        Survey near = withoutAnswers(new World(150, 16, 1, World.peak(20), World.same()).survey());
        Survey far = withoutAnswers(new World(150, 16, 1, World.peak(70), World.same()).survey());

        assertThat(((Placed) Advice.Whole.of(near).standing()).place()).isEqualTo(Place.NEAR);
        assertThat(((Open) Advice.Whole.of(far).standing()).among()).containsExactly(Place.BROAD, Place.SKEWED);
        assertThat(Advice.Whole.of(near).advice().course()).isEqualTo(Course.BEST_OF_N);
        assertThat(Advice.Whole.of(far).advice().course()).isEqualTo(Course.ON_POLICY);
    }

    private static Survey withoutAnswers(Survey survey) {
        return new Survey(
                survey.setting(),
                new Survey.Counts(survey.counts().read(), 0, 0, 0, 0, 0),
                survey.rows().stream()
                        .map(row -> new Survey.Row(row.index(), row.line(), List.of(), null, row.own()))
                        .toList());
    }

    @Test
    void intervalsCoverTheTruth() {
        int covered = 0;
        int worlds = 60;
        double[] p = World.reference();
        double truth = Arrays.stream(p, 12, 29).sum(); // R2 of at least 0.5, given below
        for (int seed = 0; seed < worlds; seed++) {
            Survey survey = new World(60, 8, seed, World.peak(20), World.same()).survey();
            Survey given = new Survey(new Survey.Setting(8, 100, seed, true, 0.5), survey.counts(), survey.rows());
            Estimate mass = Evidence.of(given).of("mass").orElseThrow();
            covered += mass.interval().contains(truth) ? 1 : 0;
            assertThat(mass.n()).isEqualTo(60);
        }
        assertThat(covered).isBetween(50, 60);
    }
}

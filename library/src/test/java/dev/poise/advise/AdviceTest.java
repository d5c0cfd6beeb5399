package dev.poise.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.advise.Survey.Answer;
import dev.poise.advise.Survey.Pair;
import dev.poise.advise.Survey.Parting;
import dev.poise.advise.Survey.Row;
import dev.poise.objective.Need;
import dev.poise.run.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

final class AdviceTest {

    private static final SplittableRandom ELSEWHERE = new SplittableRandom(78);

    private static final RecipeDraft DRAFT = new RecipeDraft(
            "a \"model\"",
            "data/p: airs.jsonl",
            "preference",
            "model",
            List.of("length:words:shortest", "0.5*regex:\\d"),
            512,
            64,
            "runs/advised",
            7);

    private static World broad() {
        return new World(150, 16, 1, World.peak(70), World.same());
    }

    private static World skewed() {
        return new World(150, 16, 1, World.peak(70), action -> 62 + ELSEWHERE.nextInt(16));
    }

    private static Advice advice(Survey survey) {
        return Advice.Whole.of(survey).advice();
    }

    private static Survey changed(Survey survey, UnaryOperator<Row> change) {
        return new Survey(
                survey.setting(),
                survey.counts(),
                survey.rows().stream().map(change).toList());
    }

    @Test
    void everyPlaceHasItsCourse() {
        assertThat(advice(broad().survey()).course()).isEqualTo(Course.ON_POLICY);
        assertThat(advice(skewed().survey()).course()).isEqualTo(Course.ON_POLICY_WITH_DATA);
        assertThat(advice(new World(150, 16, 1, World.peak(20), World.same()).survey())
                        .course())
                .isEqualTo(Course.BEST_OF_N);
        assertThat(advice(new World(150, 16, 1, World.peak(20), action -> 20).survey())
                        .course())
                .as("data off the model, whose own best are as good")
                .isEqualTo(Course.BEST_OF_N);
        assertThat(advice(new World(150, 16, 1, null, World.same()).survey()).course())
                .isEqualTo(Course.CONTRASTIVE);
        assertThat(advice(new World(150, 16, 1, null, action -> 60 + ELSEWHERE.nextInt(20)).survey())
                        .course())
                .isEqualTo(Course.CONTRASTIVE);
    }

    @Test
    void answersThatTheModelDoesNotSpeakAreLearntFirst() {
        Survey foreign = changed(
                skewed().survey(),
                row -> new Row(
                        row.index(),
                        row.line(),
                        row.answers().stream()
                                .map(answer -> new Answer(
                                        answer.tokens(),
                                        answer.logProb() - 4,
                                        answer.characters(),
                                        answer.cutLogProb() - 4,
                                        answer.reward(),
                                        answer.cutReward()))
                                .toList(),
                        row.pair(),
                        row.own()));
        assertThat(advice(foreign).course()).isEqualTo(Course.SUPERVISED);
        // Worked out in another way.
        assertThat(Evidence.of(foreign).of("estrangement").orElseThrow().value())
                .isGreaterThan(3)
                .isCloseTo(
                        foreign.rows().stream()
                                .mapToDouble(AdviceTest::distance)
                                .average()
                                .orElseThrow(),
                        within(1e-9));
        assertThat(advice(foreign).why()).contains("does not speak like these answers yet");
        assertThat(advice(foreign).next()).anySatisfy(next -> assertThat(next.what())
                .startsWith("rejected answers that the model writes itself"));
    }

    @Test
    void noisyLabelsAreSmoothedAndNamed() {
        // One pair in five the wrong way round.
        Survey noisy = changed(
                broad().survey(),
                row -> row.index() % 5 > 0
                        ? row
                        : new Row(row.index(), row.line(), row.answers().reversed(), row.pair(), row.own()));
        Evidence evidence = Evidence.of(noisy);
        assertThat(evidence.of("disagree").orElseThrow().value()).isBetween(0.17, 0.2);
        Advice.Next relabel = advice(noisy).next().getLast();
        assertThat(relabel.what()).startsWith("new labels for the pairs that the reward contradicts, ");
        assertThat(relabel.rows()).isNotEmpty().allMatch(index -> index % 5 == 0);
        assertThat(Evidence.of(broad().survey()).of("disagree").orElseThrow().value())
                .isZero();

        Survey contradicted = changed(
                new World(150, 16, 1, null, World.same()).survey(),
                row -> new Row(
                        row.index(),
                        row.line(),
                        row.answers(),
                        new Pair(0.6, 0.3, row.index() % 2 == 0, new Parting(0.2, 0.1, 0.25)),
                        row.own()));
        assertThat(advice(contradicted).settings().labelSmoothing()).isEqualTo(0.25);
        assertThat(advice(contradicted).cautions()).anyMatch(line -> line.contains("contradicted by another row"));
    }

    @Test
    void wherePushingGoesElsewhereTheChosenAnswersAreHeld() {
        Survey survey = new World(150, 16, 1, null, World.same()).survey();
        assertThat(advice(survey).settings().likelihood()).isZero();
        Survey peaked = changed(
                survey,
                row -> new Row(
                        row.index(),
                        row.line(),
                        row.answers(),
                        new Pair(0.6, 0.3, false, new Parting(0.05, 0.1, 0.52)),
                        row.own()));
        assertThat(advice(peaked).settings().likelihood()).isEqualTo(0.2);
        assertThat(advice(peaked).cautions()).anyMatch(line -> line.contains("holds the chosen ones"));
    }

    @Test
    void answersTooAlikeAreAskedToDiffer() {
        Survey alike = changed(
                broad().survey(),
                row -> new Row(
                        row.index(),
                        row.line(),
                        row.answers(),
                        new Pair(0.1 + 0.001 * row.index(), 0.9, false, null),
                        row.own()));
        assertThat(advice(alike).next().getLast().what()).startsWith("rejected answers that differ more");
        assertThat(advice(broad().survey()).next().getLast().what())
                .startsWith("rejected answers like the present ones");
    }

    @Test
    void samplesAreAsManyAsBringMostOfTheGain() {
        Advice advice = advice(broad().survey());
        Evidence evidence = Evidence.of(broad().survey());
        double one = evidence.best().getFirst().estimate().value();
        double all = evidence.best().getLast().estimate().value();
        for (Evidence.Best best : evidence.best()) {
            boolean enough = best.estimate().value() - one >= 0.8 * (all - one);
            assertThat(best.n() >= advice.settings().samples()).isEqualTo(enough);
        }
        assertThat(advice.next().getFirst().gain().orElseThrow().value()).isPositive();
        assertThat(advice.next().getFirst().what())
                .contains(advice.settings().samples() + " own answers to every prompt");
    }

    @Test
    void promptsToBeginWithAreJudgedByAnswersThatDidNotChooseThem() {
        // Of every fourth prompt the answers differ a lot, of the others not at all.
        Survey uneven = changed(
                broad().survey(),
                row -> new Row(
                        row.index(),
                        row.line(),
                        row.answers(),
                        row.pair(),
                        row.index() % 4 == 0 ? row.own() : flat(Objects.requireNonNull(row.own()))));
        Advice.Next first = advice(uneven).next().stream()
                .filter(next -> next.what().startsWith("first the "))
                .findFirst()
                .orElseThrow();
        assertThat(first.rows()).hasSize(37).filteredOn(index -> index % 4 == 0).hasSizeGreaterThan(30);
        // Alike prompts offer no such choice.
        assertThat(advice(new World(150, 16, 1, World.peak(20), World.same()).survey())
                        .next())
                .noneMatch(next -> next.what().startsWith("first the "));
    }

    private static double distance(Row row) {
        double[] own = Objects.requireNonNull(row.own()).logProbs();
        double mean = 0;
        double square = 0;
        for (double value : own) {
            mean += value / own.length;
            square += value * value / own.length;
        }
        double variance = (square - mean * mean) * own.length / (own.length - 1);
        return (mean - row.answers().getFirst().cutLogProb()) / Math.sqrt(variance);
    }

    private static Survey.Own flat(Survey.Own own) {
        return new Survey.Own(own.logProbs(), own.characters(), new double[own.rewards().length], own.ended());
    }

    @Test
    void onePairIsReadAndDecidesNothing() {
        Survey survey = broad().survey();
        Survey one = new Survey(
                survey.setting(),
                new Survey.Counts(1, 1, 0, 0, 0, 0),
                survey.rows().subList(0, 1));
        Advice.Whole whole = Advice.Whole.of(one);
        assertThat(whole.standing()).isInstanceOf(Standing.Open.class);
        assertThat(whole.evidence().of("mass")).isEmpty();
        assertThat(whole.evidence().of("disagree")).isPresent();
        assertThat(AdviceJson.of(one, whole).path("standing").path("decided").asBoolean())
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void everyCourseIsARecipe(Course course) {
        boolean drawn = course.name().startsWith("ON_POLICY") || course == Course.BEST_OF_N;
        Advice.Settings settings =
                new Advice.Settings(drawn ? 8 : 0, course == Course.ON_POLICY_WITH_DATA ? 2 : 0, 2, 5e-7, 0.07, 0.2);
        Advice advice = new Advice(course, "", settings, List.of(), List.of(), List.of());
        String yaml = (course == Course.LABELLED
                        ? new RecipeDraft("m", "d", null, "chatml", List.of(), 512, 64, "o", 7)
                        : DRAFT)
                .yaml(advice, "not decided");

        Recipe recipe = Recipe.parse("advised", yaml, List.of());

        assertThat(recipe.train().learningRate()).isCloseTo(5e-7, within(1e-12));
        assertThat(recipe.train().maxTokens()).isEqualTo(512);
        assertThat(recipe.seed()).isEqualTo(7);
        List<String> objectives = new ArrayList<>(recipe.objectives());
        switch (course) {
            case ON_POLICY, ON_POLICY_WITH_DATA, BEST_OF_N -> {
                Recipe.Online online = Objects.requireNonNull(recipe.online());
                assertThat(online.reward()).containsExactly("length:words:shortest", "0.5*regex:\\d");
                assertThat(online.samples().policy()).isEqualTo(course == Course.BEST_OF_N ? 0 : 8);
                assertThat(online.samples().reference()).isEqualTo(course == Course.BEST_OF_N ? 8 : 0);
                assertThat(online.samples().data()).isEqualTo(course == Course.ON_POLICY_WITH_DATA ? 2 : 0);
                assertThat(recipe.model()).hasToString("a \"model\"");
            }
            case SUPERVISED -> assertThat(recipe.method()).isEqualTo(Recipe.Method.SUPERVISED);
            case CONTRASTIVE -> {
                assertThat(objectives).hasSize(2);
                assertThat(objectives.getFirst()).contains("dpo").contains("label_smoothing: 0.07");
                assertThat(objectives.getLast()).contains("mle").contains("0.2");
            }
            case LABELLED -> assertThat(recipe.objective().needs()).contains(Need.LABELS);
        }
    }

    @Test
    void jsonHoldsEveryEstimateWithItsInterval() {
        Survey survey = broad().survey();
        Advice.Whole whole = Advice.Whole.of(survey);
        ObjectNode json = AdviceJson.of(survey, whole);
        assertThat(json.path("standing").path("place").asString()).isEqualTo("broad");
        assertThat(json.path("setting").path("prompts_asked").asInt()).isEqualTo(150);
        assertThat(json.path("evidence"))
                .hasSize(whole.evidence().figures().size())
                .allSatisfy(one -> {
                    assertThat(one.path("low").asDouble())
                            .isLessThanOrEqualTo(one.path("value").asDouble());
                    assertThat(one.path("high").asDouble())
                            .isGreaterThanOrEqualTo(one.path("value").asDouble());
                    assertThat(one.path("n").asLong()).isPositive();
                    assertThat(one.path("unit").asString()).isNotEmpty();
                });
        assertThat(json.path("best_of").valueStream().map(one -> one.path("answers")
                        .asInt()))
                .containsExactly(1, 2, 4, 8, 16);
        assertThat(json.path("advice").path("course").asString()).isEqualTo("on_policy");
    }

    @Test
    void thePageHoldsEverything() {
        Survey survey = broad().survey();
        double[] p = World.reference();
        String html = AdvicePage.of(
                "Advice",
                List.of(List.of("model", "m")),
                survey,
                Advice.Whole.of(survey),
                "method: online\n",
                List.of(new AdvicePage.Position(3, p, 70, 20)),
                id -> "<" + id + ">");
        assertThat(html).doesNotContain("{{").contains("default-src 'none'").contains("\"side\":\"chosen\"");
        assertThat(html).contains("\"found\":\"you are in scenario 1 of arXiv 2404.14367");
    }
}

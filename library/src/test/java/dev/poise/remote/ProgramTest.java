package dev.poise.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.oracle.RewardException;
import dev.poise.oracle.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Rewards by real processes.
final class ProgramTest {

    private static final List<String> PROMPTS = Collections.nCopies(7, "once \"upon\"\na time");
    private static final List<String> COMPLETIONS =
            IntStream.range(0, 7).mapToObj("é"::repeat).toList();

    @TempDir
    private Path folder;

    private final List<String> told = Collections.synchronizedList(new ArrayList<>());

    private Path log() {
        return folder.resolve("log");
    }

    private List<String> logged() throws IOException {
        return Files.readAllLines(log());
    }

    private RemoteReward reward(String options, String fault, Answers answers) {
        return new RemoteReward(
                Service.parse("command[pause=0.01" + options + "]:" + ScoringProgram.command(log(), fault)),
                answers,
                1,
                told::add);
    }

    private static double[] expected() {
        return COMPLETIONS.stream()
                .mapToDouble(completion -> ScoringProgram.score(new Question(PROMPTS.getFirst(), List.of(completion))))
                .toArray();
    }

    @Test
    void oneProcessAnswersAllBatchesAndNothingTwice() throws IOException {
        try (RemoteReward reward = reward(",batch=3", "none", Answers.forgetful())) {
            assertThat(reward.scoreAll(PROMPTS, COMPLETIONS)).containsExactly(expected());
            assertThat(reward.score(PROMPTS.getFirst(), COMPLETIONS.get(4))).isEqualTo(expected()[4]);
            assertThat(reward.scoreAll(List.of("p", "p"), List.of("new", "new")))
                    .hasSize(2);
            assertThat(reward.counts().calls()).isEqualTo(8);
            assertThat(reward.counts().remembered()).isEqualTo(2);
            assertThat(reward.counts().retries()).isZero();
            assertThat(reward.counts().seconds()).isPositive();
        }
        assertThat(logged()).hasSize(10).startsWith("start").endsWith("end").doesNotHaveDuplicates();
    }

    /// Whatever goes wrong at the third question: the first two answers count, the process starts again, and the same
    /// rewards come out.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dies | ended with exit status 3 after 2 of 7 answers; on standard error: out of luck; asking again",
                "stalls | was silent for 1.00 s after 2 of 7 answers; asking again",
                "garbage | must answer JSON, got 21 characters that are none; asking again",
                "nan | must answer a finite number, got NaN; asking again"
            })
    void whatFailsIsAskedAgainAndWhatWasAnsweredIsNot(String fault, String problem) throws IOException {
        try (RemoteReward reward = reward(",timeout=1", fault, Answers.forgetful())) {
            assertThat(reward.scoreAll(PROMPTS, COMPLETIONS)).containsExactly(expected());
            assertThat(reward.counts().retries()).isEqualTo(1);
            assertThat(reward.counts().calls()).isEqualTo(7);
        }
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).contains(problem).contains("(1 of 5)");
        assertThat(logged().stream().filter("start"::equals)).hasSize(2);
        // The first two questions were answered: only what stood behind may have been read twice.
        String second = new Question(PROMPTS.get(1), List.of(COMPLETIONS.get(1)))
                .toJson()
                .toString();
        assertThat(logged().stream().filter(second::equals)).hasSize(1);
    }

    @Test
    void moreAnswersThanQuestionsAreNoticedBeforeTheyAreTakenForOthers() throws IOException, InterruptedException {
        try (RemoteReward reward = reward(",batch=3", "more", Answers.forgetful())) {
            reward.scoreAll(PROMPTS.subList(0, 3), COMPLETIONS.subList(0, 3));
            Thread.sleep(200); // for the lines that nobody asked for
            double[] rest = reward.scoreAll(PROMPTS.subList(3, 7), COMPLETIONS.subList(3, 7));
            assertThat(rest).containsExactly(java.util.Arrays.copyOfRange(expected(), 3, 7));
        }
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).contains("must give one line a question, got more");
    }

    @Test
    void aProgramThatAlwaysFailsEndsWithThePlaceAndKeepsWhatItAnswered() throws IOException {
        Path kept = folder.resolve("answers.jsonl");
        try (Answers answers = Answers.in(kept);
                RemoteReward reward = reward(",retries=2", "dies-always", answers)) {
            // Two answers a start: 2, 4, 6, and the last question alone succeeds.
            assertThat(reward.scoreAll(PROMPTS, COMPLETIONS)).containsExactly(expected());
            assertThat(reward.counts().retries()).isEqualTo(3);
        }
        Files.delete(log());
        try (Answers answers = Answers.in(folder.resolve("others.jsonl"));
                RemoteReward reward = new RemoteReward(
                        Service.parse("command[pause=0,retries=2]:sh -c 'echo no luck >&2; exit 4'"),
                        answers,
                        1,
                        told::add)) {
            assertThatThrownBy(() -> reward.scoreAll(PROMPTS, COMPLETIONS))
                    .isInstanceOf(RewardException.class)
                    .hasMessageContaining("reward of answer 0 failed: command:sh -c")
                    .hasMessageContaining(
                            "ended with exit status 4 after 0 of 7 answers; on standard error: no luck, 3 times; what it"
                                    + " answered is kept in ");
        }
        try (Answers answers = Answers.in(kept)) {
            assertThat(answers.size()).isEqualTo(7);
        }
    }

    @Test
    void aProgramThatIsNotThereIsRefusedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RemoteReward(
                        Service.parse("command:/no/such/judge --fast"), Answers.forgetful(), 1, told::add))
                .withMessageStartingWith("command:/no/such/judge --fast: cannot be started: ")
                .withMessageEndingWith("; name a program that is there");
    }

    /// A changed script is another oracle.
    @Test
    void identityIsTheWordsAndTheContentOfFiles() throws IOException {
        Path script = Files.writeString(folder.resolve("judge.sh"), "echo 1");
        Service.Command command = (Service.Command) Service.parse("command:sh " + script);
        try (Program before = new Program(command, Reply.SCORE)) {
            String identity = before.identity();
            assertThat(before.identity()).isEqualTo(identity);
            Files.writeString(script, "echo 2");
            assertThat(before.identity()).isNotEqualTo(identity);
        }
    }
}

package dev.poise.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AnswersTest {

    @TempDir
    private Path folder;

    @Test
    void whatWasAnsweredIsThereAgainBitForBitAndACutOffLineIsDropped() throws IOException {
        Path file = folder.resolve("answers.jsonl");
        try (Answers answers = Answers.in(file)) {
            answers.put("a", 0.1 + 0.2);
            answers.put("b", -1e-300);
        }
        Files.writeString(file, "{\"key\":\"c\",\"answ", StandardOpenOption.APPEND);
        try (Answers answers = Answers.in(file)) {
            assertThat(answers.size()).isEqualTo(2);
            assertThat(answers.get("a")).hasValue(0.1 + 0.2);
            assertThat(answers.get("b")).hasValue(-1e-300);
            assertThat(answers.get("c")).isEmpty();
            answers.put("c", 7);
        }
        try (Answers answers = Answers.in(file)) {
            assertThat(answers.size()).isEqualTo(3);
            assertThat(answers.get("c")).hasValue(7);
        }
    }

    @Test
    void anotherFileIsRefusedAndLeftAsItIs() throws IOException {
        Path file = Files.writeString(folder.resolve("prompts.jsonl"), "{\"prompt\": \"p\"}\nrest");
        assertThatThrownBy(() -> Answers.in(file)).hasMessageStartingWith(file + ":1 must be an answer");
        assertThat(file).hasContent("{\"prompt\": \"p\"}\nrest");
    }

    @Test
    void oneProcessAtATime() throws IOException {
        Path file = folder.resolve("answers.jsonl");
        try (Answers first = Answers.in(file)) {
            assertThat(first.size()).isZero();
            assertThatThrownBy(() -> Answers.in(file)).hasMessageContaining("by one process at a time");
        }
    }

    /// Whatever an answer depends on makes another key, and where texts are cut does too.
    @Test
    void keysTellQuestionsApart() {
        List<String> keys = List.of(
                new Question("p", List.of("ab", "c")).key("s"),
                new Question("p", List.of("a", "bc")).key("s"),
                new Question("pa", List.of("b", "c")).key("s"),
                new Question("p", List.of("abc")).key("s"),
                new Question("p", List.of("ab", "c")).key("t"),
                new Question("p", List.of("c", "ab")).key("s"));
        assertThat(keys).doesNotHaveDuplicates();
        assertThat(new Question("p", List.of("ab", "c")).key("s")).isEqualTo(keys.getFirst());
    }
}

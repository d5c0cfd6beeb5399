package dev.poise.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.data.DataException;
import dev.poise.data.Encoded;
import dev.poise.experiment.Dialogue.Exchange;
import dev.poise.tokenize.RealData;
import dev.poise.tokenize.TokenSequence;
import dev.poise.tokenize.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FakeCausesTest {

    @TempDir
    private Path folder;

    private Path play(int turns) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int turn = 0; turn < turns; turn++) {
            text.append("Speaker ")
                    .append(turn % 2)
                    .append(":\nTurn number ")
                    .append(turn)
                    .append(".\nMore.\n\n");
        }
        return Files.writeString(folder.resolve("play.txt"), text);
    }

    @Test
    void everyTurnBelongsToOneExchangeAndNamesAreLeftOut() throws IOException {
        List<Dialogue> dialogues = Dialogue.read(play(19));

        assertThat(dialogues).hasSize(2);
        assertThat(dialogues.getLast().exchanges())
                .hasSize(4)
                .contains(new Exchange("Turn number 10.\nMore.", "Turn number 11.\nMore."));
    }

    @Test
    void refusesAFileWithoutDialogue() throws IOException {
        Path short_ = play(7);

        assertThatThrownBy(() -> Dialogue.read(short_))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("play.txt")
                .hasMessageContaining("at least 8 turns")
                .hasMessageContaining("got 7");
    }

    @Test
    void bothSidesHaveTheSameReplyAndTurnsOfTheSameDialogue() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.read(RealData.path("models/stories260K"))) {
            FakeCauses causes = new FakeCauses(tokenizer, Path.of("play"));
            List<Dialogue> dialogues = Dialogue.read(play(16));

            List<Encoded> pairs = causes.pairs(dialogues, 3);

            assertThat(pairs).hasSize(8);
            for (int i = 0; i < pairs.size(); i++) {
                Encoded.Pair pair = (Encoded.Pair) pairs.get(i);
                List<Exchange> exchanges = dialogues.get(i / 4).exchanges();
                assertThat(tokenizer.decode(reply(pair.chosen()), true).strip())
                        .isEqualTo(exchanges.get(i % 4).reply());
                assertThat(reply(pair.rejected())).containsExactly(reply(pair.chosen()));
                assertThat(prompt(pair.chosen()))
                        .containsExactly(causes.prompt(exchanges.get(i % 4).turn()));
                Set<List<Integer>> others = new HashSet<>();
                for (int j = 0; j < 4; j++) {
                    if (j != i % 4) {
                        others.add(boxed(causes.prompt(exchanges.get(j).turn())));
                    }
                }
                assertThat(others).contains(boxed(prompt(pair.rejected())));
            }
            assertThat(causes.pairs(dialogues, 3)).usingRecursiveComparison().isEqualTo(pairs);
        }
    }

    @Test
    void longTextsAreCut() {
        try (Tokenizer tokenizer = Tokenizer.read(RealData.path("models/stories260K"))) {
            FakeCauses causes = new FakeCauses(tokenizer, Path.of("play"));
            String text = "word ".repeat(200) + "end";
            List<Exchange> exchanges =
                    List.of(new Exchange(text, text), new Exchange("a", "b"), new Exchange("c", "d"));

            Encoded.Pair pair = (Encoded.Pair)
                    causes.pairs(List.of(new Dialogue(exchanges)), 0).getFirst();

            int[] prompt = prompt(pair.chosen());
            assertThat(prompt).hasSize(65);
            assertThat(tokenizer.decode(prompt, true)).endsWith("end\n\n");
            assertThat(reply(pair.chosen()))
                    .hasSize(64)
                    .doesNotContain(tokenizer.eosId().orElseThrow());
        }
    }

    private static int[] prompt(TokenSequence sequence) {
        return Arrays.copyOf(sequence.ids(), sequence.length() - sequence.trainedTokens());
    }

    private static int[] reply(TokenSequence sequence) {
        int[] ids = sequence.ids();
        return Arrays.copyOfRange(ids, ids.length - sequence.trainedTokens(), ids.length);
    }

    private static List<Integer> boxed(int[] ids) {
        return Arrays.stream(ids).boxed().toList();
    }
}

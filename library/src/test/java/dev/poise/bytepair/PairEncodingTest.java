package dev.poise.bytepair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poise.bytepair.PairEncoding.Merge;
import dev.poise.data.Texts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Learning held against Hugging Face's `BpeTrainer` (`make_bytepair.py`) and against counting everything anew.
final class PairEncodingTest {

    private static final JsonNode GOLDEN =
            JsonMapper.shared().readTree(Path.of("src/test/resources/golden/bytepair.json"));

    @Test
    void learnsTheMergesThatHuggingFaceLearns() {
        WordCounts words = new WordCounts(List.of("<|endoftext|>"));
        new Texts(Path.of("src/test/resources/bytepair/texts.txt"), List.of()).forEach(words::add);
        assertThat(GOLDEN.path("learnt").size()).isEqualTo(2);
        for (JsonNode learnt : GOLDEN.path("learnt").values()) {
            int size = learnt.path("vocab").intValue() - 1; // without the special token
            PairEncoding encoding =
                    PairEncoding.learn(words, size, learnt.path("least").longValue(), _ -> {});
            List<Merge> expected = learnt.path("merges").values().stream()
                    .map(pair ->
                            new Merge(pair.path(0).stringValue(), pair.path(1).stringValue()))
                    .toList();
            assertThat(expected).hasSizeGreaterThan(200);
            assertThat(encoding.merges()).isEqualTo(expected);
            assertThat(encoding.entries()).hasSize(learnt.path("tokens").intValue() - 1);
        }
    }

    /// Few letters, so that runs, overlaps and unions that come about in two ways are frequent.
    @Test
    void countsUpdatedOnTheWayAreThoseCountedAnew() {
        SplittableRandom random = new SplittableRandom(41);
        for (int draw = 0; draw < 200; draw++) {
            WordCounts words = new WordCounts(List.of());
            int letters = random.nextInt(1, 5);
            for (int word = random.nextInt(1, 30); word > 0; word--) {
                StringBuilder text = new StringBuilder();
                for (int length = random.nextInt(1, 14); length > 0; length--) {
                    text.append((char) ('a' + random.nextInt(letters)));
                }
                words.add(text.toString());
            }
            int size = 256 + random.nextInt(40);
            long least = random.nextInt(1, 4);
            assertThat(PairEncoding.learn(words, size, least, _ -> {}).merges())
                    .as("draw %s", draw)
                    .isEqualTo(anew(words, size, least));
        }
    }

    /// The same by its definition, all pairs counted before every join.
    private static List<Merge> anew(WordCounts counted, int size, long least) {
        List<String> entries = new ArrayList<>();
        for (int place = 0; place < ByteLevel.LETTERS; place++) {
            entries.add(String.valueOf(ByteLevel.letter(place)));
        }
        Map<List<String>, Long> words = new HashMap<>();
        counted.counts().forEach((word, count) -> {
            List<String> spelled = new ArrayList<>();
            for (byte value : word.getBytes(StandardCharsets.UTF_8)) {
                spelled.add(String.valueOf(ByteLevel.letter(ByteLevel.place(value))));
            }
            words.put(spelled, count[0]);
        });
        List<Merge> merges = new ArrayList<>();
        while (entries.size() < size) {
            Map<Merge, Long> pairs = new HashMap<>();
            words.forEach((word, count) -> {
                for (int at = 1; at < word.size(); at++) {
                    pairs.merge(new Merge(word.get(at - 1), word.get(at)), count, Long::sum);
                }
            });
            Merge best = pairs.keySet().stream()
                    .min(Comparator.comparingLong((Merge pair) -> -pairs.getOrDefault(pair, 0L))
                            .thenComparingInt(pair -> entries.indexOf(pair.left()))
                            .thenComparingInt(pair -> entries.indexOf(pair.right())))
                    .orElse(null);
            if (best == null || pairs.getOrDefault(best, 0L) < least) {
                break;
            }
            merges.add(best);
            if (!entries.contains(best.left() + best.right())) {
                entries.add(best.left() + best.right());
            }
            Map<List<String>, Long> joined = new HashMap<>();
            words.forEach((word, count) -> joined.merge(join(word, best), count, Long::sum));
            words.clear();
            words.putAll(joined);
        }
        return merges;
    }

    private static List<String> join(List<String> word, Merge pair) {
        List<String> joined = new ArrayList<>();
        for (int at = 0; at < word.size(); at++) {
            boolean found = at + 1 < word.size()
                    && word.get(at).equals(pair.left())
                    && word.get(at + 1).equals(pair.right());
            joined.add(found ? pair.left() + pair.right() : word.get(at));
            at += found ? 1 : 0;
        }
        return joined;
    }

    /// "low" 5, "lower" 2, "newest" 6, "widest" 3: the example of Sennrich et al., section 3.2, counted by hand; there
    /// an end-of-word mark stands where here nothing does.
    @Test
    void joinsByHand() {
        WordCounts words = new WordCounts(List.of());
        Map.of("low", 5, "lower", 2, "newest", 6, "widest", 3).forEach((word, count) -> {
            for (int time = 0; time < count; time++) {
                words.add(word);
            }
        });
        // 9 x e-s, s-t; of the two e-s has the lower ids. Then es-t 9; l-o, o-w 7: l before o.
        assertThat(PairEncoding.learn(words, 260, 1, _ -> {}).merges())
                .containsExactly(new Merge("e", "s"), new Merge("es", "t"), new Merge("l", "o"), new Merge("lo", "w"));
    }

    @Test
    void countsWordsAsTheyWillBeSplit() {
        WordCounts words = new WordCounts(List.of("<end>"));
        words.add("It's two  cats,2025\n\n<end>two");
        words.add("");
        assertThat(words.counts().keySet())
                .containsExactlyInAnyOrder("It", "'s", " two", " ", " cats", ",", "2025", "\n\n", "two");
        assertThat(words.words()).isEqualTo(9);
        assertThat(words.different()).isEqualTo(9);
        assertThat(words.counts().get(" two")).containsExactly(1);
    }

    @Test
    void theAlphabetIsThatOfGpt2() {
        StringBuilder letters = new StringBuilder();
        for (int place = 0; place < ByteLevel.LETTERS; place++) {
            letters.append(ByteLevel.letter(place));
        }
        assertThat(letters).startsWith("!\"#$%").contains("~¡¢£").contains("¬®").endsWith("łŃ");
        for (int value = 0; value < 256; value++) {
            String letter = String.valueOf(ByteLevel.letter(ByteLevel.place((byte) value)));
            assertThat(ByteLevel.bytes(letter)).containsExactly((byte) value);
        }
        assertThat(ByteLevel.letter(ByteLevel.place((byte) ' '))).isEqualTo('Ġ');
    }

    @Test
    void refusesSizesWithoutRoomForBytes() {
        WordCounts words = new WordCounts(List.of());
        assertThatThrownBy(() -> PairEncoding.learn(words, 255, 1, _ -> {}))
                .hasMessage("size must be at least 256 and least at least 1, got 255 and 1");
        assertThat(PairEncoding.learn(words, 300, 1, _ -> {}).merges()).isEmpty();
    }
}

package dev.poise.experiment;

import dev.poise.oracle.Lexical;
import dev.poise.oracle.Reward;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A world small enough to learn in seconds: animals that go somewhere and feel one way or another about it.
///
/// Its texts are generated, so that everything about them is known: which prompts exist, that moods are even, and
/// which of two answers is better, namely the more cheerful one.
final class TinyWorld {

    private static final List<String> ANIMALS = List.of(
            "badger", "bear", "cat", "crow", "deer", "dog", "duck", "fox", "frog", "goat", "hare", "hen", "horse",
            "mouse", "otter", "owl");
    private static final List<String> PLACES = List.of(
            "barn", "beach", "bridge", "city", "farm", "field", "forest", "garden", "harbour", "hill", "lake", "market",
            "meadow", "mill", "river", "village");
    private static final List<String> TIMES =
            List.of("morning", "noon", "evening", "night", "spring", "summer", "autumn", "winter");
    private static final List<String> GOOD_FEELINGS = List.of("happy", "glad", "merry", "calm", "proud", "warm");
    private static final List<String> BAD_FEELINGS = List.of("sad", "cross", "lonely", "afraid", "tired", "cold");
    private static final List<String> GOOD_DEEDS = List.of("sings", "dances", "laughs", "plays", "shares", "smiles");
    private static final List<String> BAD_DEEDS = List.of("weeps", "sighs", "hides", "shivers", "grumbles", "mopes");

    private static final Pattern WELL_FORMED =
            Pattern.compile("it is (F) and it (D) \\. (soon|later|then) it is (F) and it (D) \\."
                    .replace("F", String.join("|", join(GOOD_FEELINGS, BAD_FEELINGS)))
                    .replace("D", String.join("|", join(GOOD_DEEDS, BAD_DEEDS))));

    private final SplittableRandom random;

    TinyWorld(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /// A prompt and what may follow it.
    record Story(String prompt, String completion) {}

    /// Every word there is, and every sign.
    static Set<String> words() {
        Set<String> words = new LinkedHashSet<>(
                List.of(".", "at", "in", "the", "goes", "to", "it", "is", "and", "then", "soon", "later"));
        Stream.of(ANIMALS, PLACES, TIMES, GOOD_FEELINGS, BAD_FEELINGS, GOOD_DEEDS, BAD_DEEDS)
                .forEach(words::addAll);
        return words;
    }

    /// The ground truth: the share of cheerful words less that of gloomy ones.
    static Reward cheerfulness() {
        return new Lexical(
                Set.copyOf(join(GOOD_FEELINGS, GOOD_DEEDS)),
                Set.copyOf(join(BAD_FEELINGS, BAD_DEEDS)),
                Lexical.Measure.SHARE);
    }

    /// Whether an answer is a sentence of this world's language: what tuning must not break.
    static boolean isWellFormed(String completion) {
        return WELL_FORMED.matcher(completion.strip()).matches();
    }

    /// Distinct prompts in a random order: all there are, or the first few.
    List<String> prompts(int count) {
        List<String> all = new ArrayList<>();
        for (String animal : ANIMALS) {
            for (String place : PLACES) {
                for (String time : TIMES) {
                    all.add("at " + time + " the " + animal + " goes to the " + place + " .");
                }
            }
        }
        for (int i = all.size() - 1; i > 0; i--) {
            Collections.swap(all, i, random.nextInt(i + 1));
        }
        return List.copyOf(all.subList(0, count));
    }

    /// A story of two moods, each cheerful or gloomy by the toss of a coin.
    Story story(String prompt) {
        return new Story(prompt, " " + sentence("") + " " + sentence(pick(List.of("soon ", "later ", "then "))));
    }

    private String sentence(String opening) {
        boolean good = random.nextBoolean();
        return opening + "it is " + pick(good ? GOOD_FEELINGS : BAD_FEELINGS) + " and it "
                + pick(good ? GOOD_DEEDS : BAD_DEEDS) + " .";
    }

    private String pick(List<String> words) {
        return words.get(random.nextInt(words.size()));
    }

    private static List<String> join(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}

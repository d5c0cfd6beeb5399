package dev.poise.cli;

import dev.poise.advise.Survey;
import dev.poise.data.BadRow;
import dev.poise.data.Content;
import dev.poise.data.DataException;
import dev.poise.data.Drop;
import dev.poise.data.Encoded;
import dev.poise.data.Encoder;
import dev.poise.data.Encoding;
import dev.poise.data.Example;
import dev.poise.data.ExampleReader;
import dev.poise.data.Undecided;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// The rows of a data set that a survey measures: those with a prompt.
///
/// @param kept in the data's order
/// @param counts what became of the rows
record SurveyRows(List<Kept> kept, Survey.Counts counts) {

    /// One of them.
    ///
    /// @param index zero-based, of the row in its data
    /// @param example its texts
    /// @param encoded its tokens; nothing trained where it is a prompt alone
    /// @param prompt token ids of the prompt, as the model is asked
    /// @param question the prompt itself
    /// @param answers texts of its answers, of a pair the chosen one first
    record Kept(int index, Example example, Encoded encoded, int[] prompt, Content question, List<String> answers) {

        /// Where it was read.
        String where() {
            return encoded.source().toString();
        }
    }

    /// Reads the first rows of a data set.
    ///
    /// @param limit rows read at most
    /// @param notes told of rows that are left out
    static SurveyRows read(
            Path file,
            ExampleReader reader,
            Encoder encoder,
            DataOptions.BadRows badRows,
            int limit,
            Consumer<String> notes) {
        List<Kept> kept = new ArrayList<>();
        int read = 0;
        long same = 0;
        for (; read < limit && reader.hasNext(); read++) {
            switch (reader.next()) {
                case BadRow bad -> leaveOut(bad, badRows, notes);
                case Undecided tied -> notes.accept(tied.source() + ": left out: " + tied.reason());
                case Example example -> same += keep(read, example, encoder, badRows, notes, kept) ? 0 : 1;
            }
        }
        if (kept.isEmpty()) {
            throw new DataException(
                    file, "leaves nothing to look at: " + read + " rows, none with a prompt that fits the model");
        }
        long pairs = kept.stream().filter(row -> row.answers().size() == 2).count();
        long labelled = kept.stream()
                .filter(row -> row.example() instanceof Example.Completion one && one.desirable() != null)
                .count();
        return new SurveyRows(kept, new Survey.Counts(read, pairs, same, read - same - kept.size(), 0, labelled));
    }

    /// Keeps a row where it can be; false where its answers are the same tokens.
    private static boolean keep(
            int index,
            Example example,
            Encoder encoder,
            DataOptions.BadRows badRows,
            Consumer<String> notes,
            List<Kept> kept) {
        switch (encoder.encode(example)) {
            case Encoding.Refused refused -> leaveOut(refused.row(), badRows, notes);
            case Encoding.Dropped dropped -> {
                return dropped.reason() != Drop.SAME_TOKENS;
            }
            case Encoding.Kept row -> {
                Content question =
                        switch (example) {
                            case Example.Pair pair -> pair.promptOfChosen();
                            case Example.Completion one -> one.prompt();
                            case Example.Prompt one -> one.prompt();
                            case Example.Plain plain ->
                                throw new DataException(
                                        plain.source(),
                                        "must have a prompt, since a model is asked what it would answer");
                        };
                int[] prompt = encoder.encodePrompt(example.source(), question);
                kept.add(new Kept(index, example, row.row(), prompt, question, answers(example)));
            }
        }
        return true;
    }

    private static List<String> answers(Example example) {
        return switch (example) {
            case Example.Pair pair -> List.of(Contents.lastText(pair.chosen()), Contents.lastText(pair.rejected()));
            case Example.Completion one -> List.of(Contents.lastText(one.completion()));
            case Example.Plain _, Example.Prompt _ -> List.of();
        };
    }

    private static void leaveOut(BadRow bad, DataOptions.BadRows what, Consumer<String> notes) {
        switch (what) {
            case STOP -> throw new DataException(bad.source(), bad.reason());
            case QUARANTINE -> notes.accept(bad.source() + ": left out: " + bad.reason());
        }
    }

    /// Places of the rows whose prompts the model is asked: drawn without replacement, each prompt once.
    ///
    /// @param longest tokens of a prompt that leaves room for an answer
    /// @param count how many at most
    List<Integer> drawn(int longest, int count, long seed) {
        List<Integer> order = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < kept.size(); i++) {
            order.add(i);
        }
        for (int i = order.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            order.set(other, order.set(i, order.get(other)));
        }
        Set<List<Integer>> seen = new HashSet<>();
        return order.stream()
                .filter(i -> fits(kept.get(i), longest))
                .filter(i ->
                        seen.add(Arrays.stream(kept.get(i).prompt()).boxed().toList()))
                .limit(count)
                .sorted()
                .toList();
    }

    static boolean fits(Kept row, int longest) {
        return row.prompt().length > 0 && row.prompt().length <= longest;
    }

    /// Which pairs another row contradicts: the same prompt and answers the other way round, but for case, space and
    /// punctuation.
    boolean[] contradicted() {
        Set<List<String>> preferred = new HashSet<>();
        for (Kept row : kept) {
            if (row.answers().size() == 2) {
                preferred.add(key(row, 0, 1));
            }
        }
        boolean[] contradicted = new boolean[kept.size()];
        for (int i = 0; i < contradicted.length; i++) {
            contradicted[i] = kept.get(i).answers().size() == 2 && preferred.contains(key(kept.get(i), 1, 0));
        }
        return contradicted;
    }

    private static List<String> key(Kept row, int good, int bad) {
        return List.of(
                plain(row.question().toString()),
                plain(row.answers().get(good)),
                plain(row.answers().get(bad)));
    }

    private static String plain(String text) {
        StringBuilder plain = new StringBuilder();
        text.toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(Character::isLetterOrDigit)
                .forEach(plain::appendCodePoint);
        return plain.toString();
    }
}

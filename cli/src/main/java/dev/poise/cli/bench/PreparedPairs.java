package dev.poise.cli.bench;

import dev.poise.data.BadRow;
import dev.poise.data.Content;
import dev.poise.data.Encoded;
import dev.poise.data.Encoder;
import dev.poise.data.Encoding;
import dev.poise.data.Example;
import dev.poise.data.ExampleReader;
import dev.poise.data.Row;
import dev.poise.data.TooLong;
import dev.poise.data.Undecided;
import dev.poise.model.TokenBatch;
import dev.poise.tokenize.TokenSequence;
import dev.poise.tokenize.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/// Pairs that both sides use alike, in one file that both read.
///
/// Left out is what the sides would treat each in its own way: prompts that differ, empty or equal answers, answers
/// that are gone when a row is cut.
///
/// @param file rows of prompt, chosen and rejected, as JSON lines
/// @param encoded the same in tokens, cut as both sides cut
record PreparedPairs(Path file, List<Encoded.Pair> encoded) {

    private record Texts(String prompt, String chosen, String rejected) {}

    /// Takes the first usable pairs of a data file.
    ///
    /// @param source preference data in any shape
    /// @param model whose tokens are counted
    /// @param maxTokens the longest sequence
    /// @param count how many are needed
    /// @param target where they are written
    /// @throws IllegalArgumentException when there are fewer
    static PreparedPairs of(Path source, Path model, int maxTokens, int count, Path target) throws IOException {
        List<String> lines = new ArrayList<>();
        List<Encoded.Pair> encoded = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.read(model);
                ExampleReader reader = ExampleReader.open(source)) {
            Encoder encoder = new Encoder(tokenizer, Optional.empty(), maxTokens, TooLong.CUT);
            while (lines.size() < count && reader.hasNext()) {
                Optional<Example.Pair> pair = usable(reader.next());
                if (pair.isPresent()
                        && encoder.encode(pair.get()) instanceof Encoding.Kept kept
                        && kept.row() instanceof Encoded.Pair row) {
                    encoded.add(row);
                    lines.add(JsonMapper.shared().writeValueAsString(texts(pair.get())));
                }
            }
        }
        if (lines.size() < count) {
            throw new IllegalArgumentException(
                    source + ": must hold at least " + count + " usable pairs, got " + lines.size());
        }
        return new PreparedPairs(Files.write(target, lines), List.copyOf(encoded));
    }

    private static Optional<Example.Pair> usable(Row row) {
        return switch (row) {
            case Example.Pair pair
            when pair.promptOfChosen().equals(pair.promptOfRejected())
                    && pair.promptOfChosen() instanceof Content.Text
                    && pair.chosen() instanceof Content.Text(String chosen)
                    && pair.rejected() instanceof Content.Text(String rejected)
                    && !chosen.isBlank()
                    && !rejected.isBlank()
                    && !chosen.equals(rejected) -> Optional.of(pair);
            case Example _ -> Optional.empty();
            case BadRow _ -> Optional.empty();
            case Undecided _ -> Optional.empty();
        };
    }

    private static Texts texts(Example.Pair pair) {
        return new Texts(text(pair.promptOfChosen()), text(pair.chosen()), text(pair.rejected()));
    }

    private static String text(Content content) {
        return switch (content) {
            case Content.Text(String text) -> text;
            case Content.Conversation talk -> throw new IllegalStateException("checked to be text, got " + talk);
        };
    }

    /// The pairs of a stretch of steps as Poise lays them out: prompts shared, nothing padded.
    TokenBatch batch(int from, int to) {
        return TokenBatch.of(
                encoded.subList(from, to).stream().map(PreparedPairs::sequences).toList());
    }

    /// Lengths of the sequences of a stretch.
    int[] lengths(int from, int to) {
        return encoded.subList(from, to).stream()
                .flatMap(pair -> sequences(pair).stream())
                .mapToInt(TokenSequence::length)
                .toArray();
    }

    private static List<TokenSequence> sequences(Encoded.Pair pair) {
        return List.of(pair.chosen(), pair.rejected());
    }
}

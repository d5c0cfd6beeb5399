package dev.poise.data;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// The bare texts of a file, one after another, without regard to what is prompt and what is answer.
///
/// A file of rows (any that [DataFiles] knows) gives the texts of every row; any other file is plain text and gives
/// its lines, line ends included. Holds one row or line at a time.
///
/// @param file the file
/// @param columns of its rows to take, which must be strings; empty for all texts of a row of known shape
public record Texts(Path file, List<String> columns) {

    /// Longer lines are cut, so that a file without line ends needs no more memory than others.
    private static final int MAX_LINE_CHARS = 1 << 20;

    public Texts {
        columns = List.copyOf(columns);
    }

    /// Gives every text to a consumer, in the order of the file.
    ///
    /// @throws DataException when the file cannot be read, is no UTF-8, or a row lacks a column or cannot be used
    public void forEach(Consumer<String> consumer) {
        if (!Files.isRegularFile(file)) {
            throw new DataException(file, "must be a file, and there is none");
        }
        if (!DataFiles.isKnown(file)) {
            lines(consumer);
        } else if (columns.isEmpty()) {
            examples(consumer);
        } else {
            columns(consumer);
        }
    }

    private void lines(Consumer<String> consumer) {
        try (Reader reader = open()) {
            StringBuilder line = new StringBuilder();
            char[] buffer = new char[1 << 16];
            for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer)) {
                for (int at = 0; at < count; at++) {
                    char letter = buffer[at];
                    line.append(letter);
                    if (letter == '\n' || (line.length() >= MAX_LINE_CHARS && !Character.isHighSurrogate(letter))) {
                        consumer.accept(line.toString());
                        line.setLength(0);
                    }
                }
            }
            if (!line.isEmpty()) {
                consumer.accept(line.toString());
            }
        } catch (CharacterCodingException e) {
            throw new DataException(file, "must be UTF-8 text, or rows in .jsonl or .json", e);
        } catch (IOException e) {
            throw new DataException(file, "cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private Reader open() throws IOException {
        return new InputStreamReader(
                JsonRows.open(file),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
    }

    private void columns(Consumer<String> consumer) {
        try (FileRows rows = FileRows.open(file, Reading.MAX_ROW_BYTES)) {
            for (Optional<RawRow> next = rows.next(); next.isPresent(); next = rows.next()) {
                switch (next.get()) {
                    case RawRow.Unreadable(BadRow bad) -> throw new DataException(bad.source(), bad.reason());
                    case RawRow.Parsed row -> columns.forEach(column -> consumer.accept(text(row, column)));
                }
            }
        }
    }

    private static String text(RawRow.Parsed row, String column) {
        JsonNode value = row.columns().path(column);
        if (!value.isString()) {
            throw new DataException(
                    row.source(),
                    "column " + column + " must be a string, got "
                            + (value.isMissingNode()
                                    ? "none; columns are "
                                            + Excerpt.names(row.columns().propertyNames())
                                    : Columns.kind(value)));
        }
        return value.stringValue();
    }

    private void examples(Consumer<String> consumer) {
        try (ExampleReader reader = ExampleReader.open(file)) {
            while (reader.hasNext()) {
                Stream<Content> contents =
                        switch (reader.next()) {
                            case BadRow bad -> throw new DataException(bad.source(), bad.reason());
                            case Example.Pair pair ->
                                pair.promptOfChosen().equals(pair.promptOfRejected())
                                        ? Stream.of(pair.promptOfChosen(), pair.chosen(), pair.rejected())
                                        : Stream.of(
                                                pair.promptOfChosen(),
                                                pair.chosen(),
                                                pair.promptOfRejected(),
                                                pair.rejected());
                            case Example.Completion row -> Stream.of(row.prompt(), row.completion());
                            case Example.Plain row -> Stream.of(row.text());
                            case Example.Prompt row -> Stream.of(row.prompt());
                            case Undecided row -> Stream.of();
                        };
                contents.forEach(content -> give(content, consumer));
            }
        }
    }

    private static void give(Content content, Consumer<String> consumer) {
        switch (content) {
            case Content.Text text -> consumer.accept(text.text());
            case Content.Conversation turns -> turns.messages().forEach(message -> consumer.accept(message.content()));
        }
    }
}

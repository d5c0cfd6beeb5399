package dev.poise.data;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads the examples of a file or folder, one at a time, in the order of files and lines.
///
/// `.jsonl` holds one JSON object a line; `.json` holds an array of objects, or one object a line; both may be
/// compressed (`.gz`, `.zst`). `.parquet` holds rows in groups. A row that cannot be read or checked comes as a
/// [BadRow], one that prefers nothing as [Undecided]; what makes the rest of a file unreadable (broken gzip data,
/// an array without end) is a [DataException]. Holds one row at a time, of a Parquet file one group of rows, and a
/// few rows while it detects the shape.
public final class ExampleReader implements Iterator<Row>, AutoCloseable {

    /// The shape is what most of the first rows look like: at most this many rows...
    private static final int ROWS_LOOKED_AT = 32;

    /// ...and no more once they hold this many chars.
    private static final long CHARS_LOOKED_AT = 1 << 20;

    /// How far to look for a first readable row.
    private static final int ROWS_LOOKED_AT_FOR_ONE = 1000;

    private final DataFiles files;
    private final Iterator<Path> unopened;
    private final Reading reading;
    private final Deque<RawRow> waiting = new ArrayDeque<>();
    private final Deque<Row> made = new ArrayDeque<>();
    private final Set<Shape> alternatives = EnumSet.noneOf(Shape.class);
    private final Set<String> unread = new LinkedHashSet<>();
    private final ShapeReader shapeReader;
    private Optional<FileRows> open = Optional.empty();

    /// Opens a file or folder and detects the shape of its rows.
    ///
    /// @throws DataException when there is nothing to read, or the rows have no known shape
    public static ExampleReader open(Path path) {
        return open(path, Reading.DETECTED);
    }

    /// Opens a file or folder.
    ///
    /// @throws DataException when there is nothing to read, or the rows have no known shape
    public static ExampleReader open(Path path, Reading reading) {
        return open(List.of(path), reading);
    }

    /// Opens files and folders whose rows have one shape.
    ///
    /// @param paths at least one
    /// @throws DataException when there is nothing to read, or the rows have no known shape
    public static ExampleReader open(List<Path> paths, Reading reading) {
        return new ExampleReader(paths, reading);
    }

    private ExampleReader(List<Path> paths, Reading reading) {
        Path path = paths.getFirst();
        this.files = DataFiles.of(paths);
        this.unopened = files.read().iterator();
        this.reading = reading;
        Optional<Shape> asked = reading.shape();
        boolean opened = false;
        try {
            this.shapeReader =
                    new ShapeReader(asked.isPresent() ? asked.get() : detect(path), asked.isEmpty(), reading.ranking());
            if (waiting.isEmpty() && !readOne()) {
                throw new DataException(path, "holds no rows");
            }
            lookAround(path);
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    /// The shape of the rows.
    public Shape shape() {
        return shapeReader.shape();
    }

    /// The files that are read, and those of the folder that are not.
    public DataFiles files() {
        return files;
    }

    /// What is worth knowing of the way the rows are read, one line each: the shape, what pairs are made of, what
    /// else the first rows could have been, and which of their columns are not read.
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        remarks.add("shape " + shape().described());
        if (shape() == Shape.RANKED) {
            remarks.add("ranked completions make " + reading.ranking().description()
                    + "; data.ranking chooses: best_worst, adjacent or all");
        }
        for (Shape other : alternatives) {
            remarks.add("the rows could also be read as " + other.described() + "; data.shape: " + other.key()
                    + " does that, data.shape: " + shape().key() + " keeps this");
        }
        if (!unread.isEmpty()) {
            remarks.add("not read: " + Excerpt.names(unread));
        }
        return remarks;
    }

    @Override
    public boolean hasNext() {
        return !made.isEmpty() || !waiting.isEmpty() || readOne();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no row is left");
        }
        if (made.isEmpty()) {
            switch (waiting.remove()) {
                case RawRow.Unreadable unreadable -> made.add(unreadable.row());
                case RawRow.Parsed row -> made.addAll(shapeReader.read(row));
            }
        }
        return made.remove();
    }

    @Override
    public void close() {
        open.ifPresent(FileRows::close);
        open = Optional.empty();
    }

    /// Reads one more row into the queue. Returns whether there was one.
    private boolean readOne() {
        while (true) {
            if (open.isEmpty()) {
                if (!unopened.hasNext()) {
                    return false;
                }
                open = Optional.of(FileRows.open(unopened.next(), reading.maxRowBytes()));
            }
            Optional<RawRow> row = open.get().next();
            if (row.isPresent()) {
                waiting.add(row.get());
                return true;
            }
            close();
        }
    }

    /// Looks at the rows that are at hand for what the shape leaves alone. A text beside answers is usually made of
    /// them, and only told; what any other shape would read beside is another set of examples.
    ///
    /// @throws DataException when it could be what was meant, and nobody said
    private void lookAround(Path path) {
        for (RawRow raw : waiting) {
            if (raw instanceof RawRow.Parsed row) {
                shapeReader.reads(row).ifPresent(read -> {
                    Columns columns = new Columns(row.columns());
                    Set<String> left = columns.present();
                    left.removeAll(read);
                    unread.addAll(left);
                    if (reading.shape().isEmpty() && !left.isEmpty()) {
                        requireKnownPrompt(path, row, left);
                        Recognition.others(shape(), columns).stream()
                                .filter(other -> readsAnyOf(left, other, row))
                                .forEach(alternatives::add);
                    }
                });
            }
        }
        if (alternatives.stream().anyMatch(other -> other != Shape.TEXT)) {
            List<Shape> all =
                    Stream.concat(Stream.of(shape()), alternatives.stream()).toList();
            throw new DataException(
                    path,
                    "has rows that can be read in "
                            + all.size() + " ways: "
                            + all.stream().map(Shape::described).collect(Collectors.joining("; "))
                            + "; which one is meant must be said: data.shape in a recipe, --shape on the command line");
        }
    }

    /// Answers to nothing, beside a column that may well hold what was asked, are no guess to make.
    private void requireKnownPrompt(Path path, RawRow.Parsed row, Set<String> left) {
        boolean unasked = shapeReader.read(row).stream()
                .anyMatch(read -> read instanceof Example.Pair pair
                        && pair.promptOfChosen().equals(new Content.Text("")));
        List<String> wordy =
                left.stream().filter(new Columns(row.columns())::isWordy).toList();
        if (shape() == Shape.IMPLICIT_PREFERENCE && unasked && !wordy.isEmpty()) {
            throw new DataException(
                    path,
                    "has chosen and rejected that begin with nothing in common, and the prompt may be in "
                            + Excerpt.names(wordy) + ": call it prompt, or ask for data.shape: implicit_preference"
                            + " (--shape on the command line) to train answers to nothing");
        }
    }

    private boolean readsAnyOf(Set<String> columns, Shape other, RawRow.Parsed row) {
        return new ShapeReader(other, false, reading.ranking())
                .reads(row)
                .filter(read -> !Collections.disjoint(read, columns))
                .isPresent();
    }

    private Shape detect(Path path) {
        Map<Shape, Integer> votes = new EnumMap<>(Shape.class);
        Set<String> columns = new LinkedHashSet<>();
        List<BadRow> unreadable = new ArrayList<>();
        long chars = 0;
        while (looksFurther(votes, chars) && readOne()) {
            switch (waiting.getLast()) {
                case RawRow.Unreadable row -> unreadable.add(row.row());
                case RawRow.Parsed row -> {
                    columns.addAll(row.columns().propertyNames());
                    chars += row.text().length();
                    Recognition.shape(new Columns(row.columns()))
                            .ifPresent(shape -> votes.merge(shape, 1, Integer::sum));
                }
            }
        }
        if (waiting.isEmpty()) {
            throw new DataException(path, "holds no rows");
        }
        if (columns.isEmpty() && !unreadable.isEmpty()) {
            BadRow first = unreadable.getFirst();
            throw new DataException(first.source(), first.reason() + "; no readable row follows");
        }
        if (votes.isEmpty()) {
            throw new DataException(
                    path,
                    "has rows of no known shape: must hold the columns of " + Shape.known() + "; got "
                            + Excerpt.names(columns));
        }
        return Collections.max(votes.entrySet(), Map.Entry.comparingByValue()).getKey();
    }

    private boolean looksFurther(Map<Shape, Integer> votes, long chars) {
        int rows = votes.isEmpty() ? ROWS_LOOKED_AT_FOR_ONE : ROWS_LOOKED_AT;
        return waiting.size() < rows && chars < CHARS_LOOKED_AT;
    }
}

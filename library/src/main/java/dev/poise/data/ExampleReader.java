package dev.poise.data;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/// Reads the examples of a file or folder, one at a time, in the order of files and lines.
///
/// `.jsonl` holds one JSON object a line; `.json` holds an array of objects, or one object a line; both may be
/// gzipped. A row that cannot be read or checked comes as a [BadRow]; what makes the rest of a file unreadable
/// (broken gzip data, an array without end) is a [DataException]. Holds one row at a time, and a few while it
/// detects the shape.
public final class ExampleReader implements Iterator<Row>, AutoCloseable {

    /// The longest row that is read unless told otherwise, in bytes.
    public static final int MAX_ROW_BYTES = 16 << 20;

    /// The shape is what most of the first rows look like: at most this many rows...
    private static final int ROWS_LOOKED_AT = 32;

    /// ...and no more once they hold this many chars.
    private static final long CHARS_LOOKED_AT = 1 << 20;

    /// How far to look for a first readable row.
    private static final int ROWS_LOOKED_AT_FOR_ONE = 1000;

    private final DataFiles files;
    private final Iterator<Path> unopened;
    private final int maxRowBytes;
    private final Deque<RawRow> waiting = new ArrayDeque<>();
    private final ShapeReader shapeReader;
    private Optional<FileRows> open = Optional.empty();

    /// Opens a file or folder and detects the shape of its rows.
    ///
    /// @throws DataException when there is nothing to read, or the rows have no known shape
    public static ExampleReader open(Path path) {
        return open(path, Optional.empty(), MAX_ROW_BYTES);
    }

    /// Opens a file or folder.
    ///
    /// @param shape the shape of its rows; detected where empty
    /// @param maxRowBytes longer rows are bad rows; at least 1
    /// @throws DataException when there is nothing to read, or the rows have no known shape
    public static ExampleReader open(Path path, Optional<Shape> shape, int maxRowBytes) {
        if (maxRowBytes < 1) {
            throw new IllegalArgumentException("maxRowBytes must be at least 1, got " + maxRowBytes);
        }
        return new ExampleReader(path, shape, maxRowBytes);
    }

    private ExampleReader(Path path, Optional<Shape> asked, int maxRowBytes) {
        this.files = DataFiles.of(path);
        this.unopened = files.read().iterator();
        this.maxRowBytes = maxRowBytes;
        boolean opened = false;
        try {
            this.shapeReader = new ShapeReader(asked.isPresent() ? asked.get() : detect(path), asked.isEmpty());
            if (waiting.isEmpty() && !readOne()) {
                throw new DataException(path, "holds no rows");
            }
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

    @Override
    public boolean hasNext() {
        return !waiting.isEmpty() || readOne();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no row is left");
        }
        return switch (waiting.remove()) {
            case RawRow.Unreadable unreadable -> unreadable.row();
            case RawRow.Parsed row -> shapeReader.read(row);
        };
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
                open = Optional.of(new FileRows(unopened.next(), maxRowBytes));
            }
            Optional<RawRow> row = open.get().next();
            if (row.isPresent()) {
                waiting.add(row.get());
                return true;
            }
            close();
        }
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
                    Shape.of(new Columns(row.columns())).ifPresent(shape -> votes.merge(shape, 1, Integer::sum));
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

package dev.poise.train;

import dev.poise.data.ExampleReader;
import dev.poise.data.Row;
import dev.poise.data.Shape;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SequencedMap;

/// The rows of several files and folders, one after the other, up to a limit, counted by file.
///
/// All paths have the shape of the first.
public final class RowStream implements Iterator<Row>, AutoCloseable {

    private final Iterator<Path> unopened;
    private final SequencedMap<Path, Long> rowsByFile = new LinkedHashMap<>();
    private Optional<Shape> shape;
    private ExampleReader open;
    private long left;

    /// @param paths at least one
    /// @param shape the shape of all rows; detected from the first path where empty
    /// @param limit most rows to read
    public RowStream(List<Path> paths, Optional<Shape> shape, long limit) {
        this.unopened = paths.iterator();
        this.shape = shape;
        this.left = limit;
        this.open = next(unopened.next());
    }

    private ExampleReader next(Path path) {
        ExampleReader reader = ExampleReader.open(path, shape, ExampleReader.MAX_ROW_BYTES);
        shape = Optional.of(reader.shape());
        reader.files().read().forEach(file -> rowsByFile.put(file, 0L));
        return reader;
    }

    /// The shape of the rows.
    public Shape shape() {
        return open.shape();
    }

    /// Rows handed out so far, by file.
    public SequencedMap<Path, Long> rowsByFile() {
        return rowsByFile;
    }

    @Override
    public boolean hasNext() {
        if (left == 0) {
            return false;
        }
        while (!open.hasNext()) {
            if (!unopened.hasNext()) {
                return false;
            }
            open.close();
            open = next(unopened.next());
        }
        return true;
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no row is left");
        }
        left--;
        Row row = open.next();
        rowsByFile.merge(row.source().file(), 1L, Long::sum);
        return row;
    }

    @Override
    public void close() {
        open.close();
    }
}

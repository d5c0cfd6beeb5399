package dev.poise.train;

import dev.poise.data.ExampleReader;
import dev.poise.data.Reading;
import dev.poise.data.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SequencedMap;

/// The rows of several files and folders, one after the other, up to a limit, counted by file.
///
/// Each path has a shape of its own.
public final class RowStream implements Iterator<Row>, AutoCloseable {

    private final Iterator<Path> unopened;
    private final SequencedMap<Path, Long> rowsByFile = new LinkedHashMap<>();
    private final Reading reading;
    private final List<String> remarks = new ArrayList<>();
    private ExampleReader open;
    private long left;

    /// @param paths at least one
    /// @param limit most rows to read
    public RowStream(List<Path> paths, Reading reading, long limit) {
        this.unopened = paths.iterator();
        this.reading = reading;
        this.left = limit;
        this.open = next(unopened.next());
    }

    private ExampleReader next(Path path) {
        ExampleReader reader = ExampleReader.open(path, reading);
        reader.remarks().forEach(remark -> remarks.add(path.getFileName() + ": " + remark));
        reader.files().read().forEach(file -> rowsByFile.put(file, 0L));
        return reader;
    }

    /// What is worth knowing of the way the paths read so far are read, one line each.
    public List<String> remarks() {
        return List.copyOf(remarks);
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

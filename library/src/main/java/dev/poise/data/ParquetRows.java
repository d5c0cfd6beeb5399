package dev.poise.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import tools.jackson.databind.node.ObjectNode;

/// The rows of a Parquet file, one at a time; its groups of rows are held one at a time.
final class ParquetRows implements FileRows {

    private static final long MEGABYTE = 1_000_000;

    private final Path file;
    private final int maxBytes;
    private final ParquetFileReader reader;
    private final MessageType schema;
    private final MessageColumnIO columns;
    private Optional<RecordReader<Group>> group = Optional.empty();
    private long leftOfGroup;
    private long row;

    ParquetRows(Path file, int maxBytes) {
        this.file = file;
        this.maxBytes = maxBytes;
        ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                .withCodecFactory(new ParquetCodecs())
                .build();
        try {
            this.reader = ParquetFileReader.open(new LocalInputFile(file), options);
        } catch (IOException | RuntimeException e) {
            throw new DataException(file, "must be a Parquet file, and cannot be read as one (" + said(e) + ")", e);
        }
        this.schema = reader.getFileMetaData().getSchema();
        this.columns = new ColumnIOFactory(true).getColumnIO(schema);
        Set<CompressionCodecName> codecs = new LinkedHashSet<>();
        reader.getRowGroups().forEach(block -> block.getColumns().forEach(column -> codecs.add(column.getCodec())));
        long largest = reader.getRowGroups().stream()
                .mapToLong(BlockMetaData::getCompressedSize)
                .max()
                .orElse(0);
        codecs.removeAll(ParquetCodecs.KNOWN);
        if (!codecs.isEmpty()) {
            close();
            throw new DataException(
                    file,
                    "must be compressed by one of " + ParquetCodecs.names() + ", got "
                            + codecs.iterator().next());
        }
        requireRoom(file, largest, Runtime.getRuntime().maxMemory());
    }

    /// A group of rows is held while it is read, and what becomes of its rows beside it.
    ///
    /// @param largest bytes of the largest group
    /// @param memory bytes that Java has
    /// @throws DataException when it does not fit into half of them
    static void requireRoom(Path file, long largest, long memory) {
        if (largest > memory / 2) {
            throw new DataException(
                    file,
                    "holds " + largest / MEGABYTE + " MB in one group of rows, too much for the " + memory / MEGABYTE
                            + " MB that Java has; write it in smaller groups (row_group_size), or give Java more"
                            + " (POISE_JAVA_OPTIONS=-Xmx...)");
        }
    }

    @Override
    public Optional<RawRow> next() {
        try {
            while (leftOfGroup == 0) {
                PageReadStore pages = reader.readNextRowGroup();
                if (pages == null) {
                    return Optional.empty();
                }
                leftOfGroup = pages.getRowCount();
                group = Optional.of(columns.getRecordReader(pages, new GroupRecordConverter(schema)));
            }
            leftOfGroup--;
            row++;
            return Optional.of(raw(group.orElseThrow().read()));
        } catch (IOException | RuntimeException e) {
            String after = row == 0 ? "" : " after row " + row;
            throw new DataException(file, "broken Parquet data" + after + " (" + said(e) + ")", e);
        }
    }

    private RawRow raw(Group values) {
        Source source = new Source(file, row);
        ObjectNode json = ParquetValues.row(values);
        String text = json.toString();
        if (text.length() > maxBytes) {
            String reason = "a row must hold at most " + maxBytes + " bytes, got " + text.length();
            return new RawRow.Unreadable(new BadRow(source, Flaw.TOO_MANY_BYTES, reason, Excerpt.raw(text)));
        }
        return new RawRow.Parsed(source, json, text);
    }

    /// The library tells the file's name once more, and its own state behind the first line.
    private String said(Exception e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return message.lines().findFirst().orElse("").replace(file + " ", "");
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw new DataException(file, "cannot be closed (" + e.getMessage() + ")", e);
        }
    }
}

package dev.poise.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What came out of a run, as its report shows it: `results.json`.
///
/// @param title what the tables are about, one line
/// @param notes what a reader should know, a sentence each
public record Results(String title, List<Table> tables, List<String> notes) {

    /// Figures that belong together.
    ///
    /// @param name the table's heading
    public record Table(String name, List<Figure> figures) {

        public Table {
            figures = List.copyOf(figures);
        }
    }

    /// One number with what is needed to judge it.
    ///
    /// @param name what was measured
    /// @param value what came out
    /// @param low lower end of its interval; null where there is none
    /// @param high upper end of its interval; null where there is none
    /// @param n how many cases it rests on; null where it is no estimate
    /// @param unit its unit, such as `nats` or `%`; null for a bare number
    public record Figure(
            String name,
            double value,
            @Nullable Double low,
            @Nullable Double high,
            @Nullable Long n,
            @Nullable String unit) {}

    public Results {
        tables = List.copyOf(tables);
        notes = List.copyOf(notes);
    }

    /// Writes them, in place of earlier ones, whole or not at all. NaN and infinities are written as texts.
    public void writeTo(Path file) throws IOException {
        JsonFile.write(file, this);
    }

    /// Reads the results in `file`.
    ///
    /// @throws IOException when it cannot be read or holds none
    public static Results read(Path file) throws IOException {
        return JsonFile.read(file, Results.class);
    }
}

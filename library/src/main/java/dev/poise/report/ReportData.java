package dev.poise.report;

import dev.poise.monitor.Event;
import dev.poise.run.PairMoves;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a report shows, as plain data: what the page embeds, and what `--json` prints.
///
/// @param title of the page
/// @param run name of the run directory
/// @param figures the few numbers that matter, most telling first
/// @param findings what in the curves deserves a second look
/// @param events what monitors told and decided, in order
/// @param notes the run's own remarks
/// @param curves everything logged over steps, thinned for drawing
/// @param samples completions by prompt
/// @param moves the monitored pairs that moved most, at the last reading; null where none were read
/// @param recipe the bound recipe's text; null where there is none
/// @param manifest the manifest's facts under dotted keys, in the file's order
/// @param quarantine how many rows were put aside, by reason, most frequent first
/// @param problems what of the run directory could not be read
public record ReportData(
        String title,
        String run,
        List<Figure> figures,
        List<Finding> findings,
        List<Event> events,
        List<String> notes,
        List<Curve> curves,
        List<PromptSamples> samples,
        @Nullable PairMoves moves,
        @Nullable String recipe,
        Map<String, String> manifest,
        Map<String, Long> quarantine,
        List<String> problems) {

    /// Reads what a run directory holds. Missing files leave their part empty; a line that is cut or broken is left
    /// out and named in `problems`.
    ///
    /// @throws IOException where the directory is missing or a file cannot be read
    public static ReportData read(Path runDirectory) throws IOException {
        return new RunReader(runDirectory).read();
    }
}

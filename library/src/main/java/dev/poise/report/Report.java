package dev.poise.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// Writes a run's report.
public final class Report {

    /// The report's name in its run directory.
    public static final String FILE = "report.html";

    private Report() {}

    /// Reads the run and writes its page beside it; a page that is there is replaced, never left half written.
    ///
    /// @param runDirectory a run, finished or not
    /// @return the page
    /// @throws IOException where the directory is missing or a file cannot be read or written
    public static Path write(Path runDirectory) throws IOException {
        String page = Page.render(Report.class, "report", ReportData.read(runDirectory));
        Path target = runDirectory.resolve(FILE);
        Path unfinished = runDirectory.resolve(FILE + ".tmp");
        // Not writeString, which refuses the half characters that a sample cut inside an emoji can hold.
        Files.write(unfinished, page.getBytes(StandardCharsets.UTF_8));
        return Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING);
    }
}

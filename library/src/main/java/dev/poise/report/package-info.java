/// A run as one self-contained HTML page.
///
/// Reading and writing are apart: [dev.poise.report.ReportData#read] makes plain data of a run directory, and
/// [dev.poise.report.Report#write] puts that data, the charts and our script into one file that needs no network.
///
/// Not here: computing what the page shows, beyond means and differences of what was logged.
@NullMarked
package dev.poise.report;

import org.jspecify.annotations.NullMarked;

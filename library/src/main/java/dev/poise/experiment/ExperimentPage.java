package dev.poise.experiment;

import dev.poise.bandit.Band;
import dev.poise.evaluate.Estimate;
import dev.poise.report.Page;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an experiment found, as one HTML file that opens offline: a paper's claims beside what was measured, figures
/// with their intervals, and how it was made.
///
/// @param title of the page
/// @param lead what it is about, a sentence or two
/// @param parts of the experiment
/// @param notes what a reader should know, a sentence or two each
public record ExperimentPage(String title, String lead, List<Part> parts, List<String> notes) {

    /// A setting in which the paper's claims were put to the test.
    ///
    /// @param name of the setting
    /// @param lead what was done, a sentence or two
    /// @param claims the paper's, each with what was measured
    /// @param charts figures side by side
    /// @param plots points and lines
    /// @param tables what is read rather than looked at
    /// @param facts how it was made, name and value
    public record Part(
            String name,
            String lead,
            List<Claim> claims,
            List<Chart> charts,
            List<Plot> plots,
            List<Table> tables,
            List<Fact> facts) {}

    /// Whether a claim holds here.
    public enum Verdict {
        /// The interval lies on the claim's side.
        HOLDS,
        /// The interval lies on the other side.
        FAILS,
        /// The interval does not tell.
        OPEN;

        /// By the side of zero on which an interval lies.
        static Verdict positive(Estimate difference) {
            if (difference.interval().low() > 0) {
                return HOLDS;
            }
            return difference.interval().high() < 0 ? FAILS : OPEN;
        }

        /// Of a claim that two differences are both above zero.
        static Verdict positive(Estimate one, Estimate other) {
            Verdict first = positive(one);
            return first == HOLDS ? positive(other) : first;
        }

        /// Of a claim that something is below zero.
        static Verdict negative(Estimate difference) {
            return switch (positive(difference)) {
                case HOLDS -> FAILS;
                case FAILS -> HOLDS;
                case OPEN -> OPEN;
            };
        }

        /// By where an interval lies: in a band that was set before, off it, or partly in it.
        static Verdict of(Band band, Estimate estimate) {
            if (band.of(estimate) == Band.Verdict.INSIDE) {
                return HOLDS;
            }
            return band.misses(estimate) ? FAILS : OPEN;
        }
    }

    /// A paper's claim and what was measured of it.
    ///
    /// @param text the claim, with its source
    /// @param measured what came out here, in words and numbers
    public record Claim(String text, String measured, Verdict verdict) {}

    /// Figures of one kind.
    ///
    /// @param name what was measured
    /// @param hint how to read it
    /// @param unit of the values
    /// @param line a value to compare with; null for none
    /// @param bars from top to bottom
    public record Chart(
            String name, String hint, String unit, @Nullable Double line, List<Bar> bars) {}

    /// One figure.
    ///
    /// @param name whose
    /// @param value the estimate
    /// @param low lower end of its interval
    /// @param high upper end of its interval
    /// @param n independent values behind it
    public record Bar(String name, double value, double low, double high, long n) {

        static Bar of(Estimate estimate) {
            return new Bar(
                    estimate.name(),
                    estimate.value(),
                    estimate.interval().low(),
                    estimate.interval().high(),
                    estimate.n());
        }
    }

    /// Points and lines over two quantities.
    ///
    /// @param name what is shown
    /// @param hint how to read it
    /// @param across what the horizontal axis is, with its unit
    /// @param up the same of the vertical axis
    public record Plot(String name, String hint, String across, String up, List<Trace> traces) {}

    /// How a trace is drawn.
    public enum Mark {
        /// Every point by itself.
        POINTS,
        /// A line through all points.
        LINE,
        /// A thin broken line, for what is fitted or compared with.
        BROKEN
    }

    /// One line or cloud of a plot.
    ///
    /// @param name in the legend
    /// @param x from left to right for a line
    /// @param y one an x
    public record Trace(String name, Mark mark, double[] x, double[] y) {}

    /// Rows of text and numbers.
    ///
    /// @param name what is shown
    /// @param hint how to read it
    /// @param head a title a column
    /// @param rows as many cells each
    public record Table(String name, String hint, List<String> head, List<List<String>> rows) {}

    /// How it was made.
    public record Fact(String name, String value) {}

    /// The page.
    public String html() {
        return Page.render(ExperimentPage.class, "experiment", this);
    }
}

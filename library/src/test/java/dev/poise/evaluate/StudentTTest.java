package dev.poise.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StudentTTest {

    /// Published tables of the two-sided 5 % point.
    @ParameterizedTest
    @CsvSource({"1, 12.706", "2, 4.303", "3, 3.182", "4, 2.776", "7, 2.365", "10, 2.228", "30, 2.042", "120, 1.980"})
    void agreesWithThePublishedTable(long freedom, double critical) {
        assertThat(StudentT.criticalValue(freedom)).isCloseTo(critical, within(5e-4));
    }

    /// tan(0.475 π) in closed form, and the closed form 2 a sqrt(2 / (1 - a²)) / 2 of two degrees.
    @Test
    void isExactWhereAClosedFormExists() {
        assertThat(StudentT.criticalValue(1)).isCloseTo(Math.tan(0.475 * Math.PI), within(1e-10));
        assertThat(StudentT.criticalValue(2)).isCloseTo(0.95 * Math.sqrt(2 / (1 - 0.95 * 0.95)), within(1e-12));
    }

    @Test
    void sumAndExpansionMeet() {
        double expanded = StudentT.criticalValue(2001);
        assertThat(StudentT.probabilityWithin(expanded, 2001)).isCloseTo(0.95, within(1e-12));
        assertThat(StudentT.criticalValue(1_000_000_000L)).isCloseTo(Interval.Z, within(1e-8));
    }

    @Test
    void refusesNoFreedom() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StudentT.criticalValue(0))
                .withMessage("degrees of freedom must be at least 1, got 0");
    }
}

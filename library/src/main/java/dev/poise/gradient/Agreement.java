package dev.poise.gradient;

import java.util.Arrays;

/// How well forecasts agree with what happened.
///
/// @param n how many were compared
/// @param correlation Pearson's, of forecasts and outcomes; NaN where either does not vary
/// @param slope least squares of outcomes on forecasts, with an intercept: 1 is perfect, less says that steps fall
/// short
///     of their forecast; NaN where forecasts do not vary
/// @param signs share with the same sign
/// @param relativeError ‖outcomes − forecasts‖ / ‖outcomes‖, over all
/// @param medianError median over them of |outcome − forecast| / |outcome|
public record Agreement(
        int n, double correlation, double slope, double signs, double relativeError, double medianError) {

    /// Compares forecasts with outcomes.
    ///
    /// @param forecasts at least one
    /// @param outcomes one a forecast, in their order
    public static Agreement of(double[] forecasts, double[] outcomes) {
        int n = forecasts.length;
        if (n == 0 || outcomes.length != n) {
            throw new IllegalArgumentException(
                    "outcomes must be as many as forecasts and at least one, got " + outcomes.length + " for " + n);
        }
        double meanForecast = Arrays.stream(forecasts).average().orElseThrow();
        double meanOutcome = Arrays.stream(outcomes).average().orElseThrow();
        double both = 0;
        double ofForecasts = 0;
        double ofOutcomes = 0;
        double missed = 0;
        double moved = 0;
        int agree = 0;
        double[] errors = new double[n];
        for (int i = 0; i < n; i++) {
            both += (forecasts[i] - meanForecast) * (outcomes[i] - meanOutcome);
            ofForecasts += square(forecasts[i] - meanForecast);
            ofOutcomes += square(outcomes[i] - meanOutcome);
            missed += square(outcomes[i] - forecasts[i]);
            moved += square(outcomes[i]);
            agree += Math.signum(forecasts[i]) == Math.signum(outcomes[i]) ? 1 : 0;
            errors[i] = Math.abs(outcomes[i] - forecasts[i]) / Math.abs(outcomes[i]);
        }
        return new Agreement(
                n,
                both / Math.sqrt(ofForecasts * ofOutcomes),
                both / ofForecasts,
                (double) agree / n,
                Math.sqrt(missed / moved),
                Quantiles.of(errors).at(0.5));
    }

    private static double square(double x) {
        return x * x;
    }
}

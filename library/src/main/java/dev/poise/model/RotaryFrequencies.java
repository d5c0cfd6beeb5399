package dev.poise.model;

/// Rotary frequencies from a configuration: the base, and the scaling that stretches a trained context.
///
/// Both layouts in use are read: `rope_theta` beside `rope_scaling`, and `rope_parameters` that holds everything.
final class RotaryFrequencies {

    private RotaryFrequencies() {}

    /// Radians a position of every pair of coordinates, `[headWidth / 2]`.
    static double[] of(Config config, int headWidth) {
        Config scaling = config.object("rope_parameters")
                .or(() -> config.object("rope_scaling"))
                .orElse(config);
        double theta = scaling.number("rope_theta", config.number("rope_theta", 10000));
        for (Config place : new Config[] {config, scaling}) {
            if (place.number("partial_rotary_factor", 1) != 1) {
                throw place.problem("partial_rotary_factor", "must be 1: partial rotation is not supported");
            }
        }
        double[] frequencies = new double[headWidth / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(theta, -2.0 * i / headWidth);
        }
        return scaled(frequencies, scaling);
    }

    private static double[] scaled(double[] frequencies, Config scaling) {
        String kind = scaling.text("rope_type", scaling.text("type", "default"));
        return switch (kind) {
            case "default" -> frequencies;
            case "linear" -> linear(frequencies, factor(scaling));
            case "llama3" -> llama3(frequencies, scaling);
            // A configuration is open text: what is not named above is refused by its name.
            default ->
                throw scaling.problem("rope_type", "must be one of default, linear, llama3, got \"" + kind + "\"");
        };
    }

    /// Position interpolation: all positions divided by the factor (Chen et al. 2023,
    /// <https://arxiv.org/abs/2306.15595>).
    private static double[] linear(double[] frequencies, double factor) {
        double[] scaled = new double[frequencies.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = frequencies[i] / factor;
        }
        return scaled;
    }

    /// Llama 3.1's: low frequencies are divided, high ones kept, and those between are interpolated.
    ///
    /// Source: the Llama 3.1 reference code's `apply_scaling`
    /// (<https://github.com/meta-llama/llama-models/blob/main/models/llama3/model.py>).
    private static double[] llama3(double[] frequencies, Config scaling) {
        double factor = factor(scaling);
        double low = required(scaling, "low_freq_factor");
        double high = required(scaling, "high_freq_factor");
        double original = required(scaling, "original_max_position_embeddings");
        if (!(high > low)) {
            throw scaling.problem("high_freq_factor", "must be above low_freq_factor " + low + ", got " + high);
        }
        double[] scaled = new double[frequencies.length];
        for (int i = 0; i < scaled.length; i++) {
            double turns = original * frequencies[i] / (2 * Math.PI); // over the original context
            double kept = Math.clamp((turns - low) / (high - low), 0, 1);
            scaled[i] = (1 - kept) * frequencies[i] / factor + kept * frequencies[i];
        }
        return scaled;
    }

    private static double factor(Config scaling) {
        double factor = required(scaling, "factor");
        if (!(factor >= 1)) {
            throw scaling.problem("factor", "must be at least 1, got " + factor);
        }
        return factor;
    }

    private static double required(Config scaling, String key) {
        if (!scaling.has(key)) {
            throw scaling.problem(key, "is missing");
        }
        return scaling.number(key, 0);
    }
}

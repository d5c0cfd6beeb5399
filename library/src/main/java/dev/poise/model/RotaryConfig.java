package dev.poise.model;

import java.util.List;
import java.util.Optional;

/// Rotary positions from a configuration: the base, how much of a head turns, and the scaling that stretches a trained
/// context.
///
/// All layouts in use are read: `rope_theta` beside `rope_scaling`, `rope_parameters` that holds everything, and
/// `rope_parameters` with an object for each type of layer. Where a source is not named, formulas and defaults are
/// those of `transformers` (`modeling_rope_utils.py`).
///
/// @param config the model's
/// @param family the model's
/// @param headWidth W
/// @param trained `max_position_embeddings`
record RotaryConfig(Config config, Family family, int headWidth, int trained) {

    private static final String ORIGINAL = "original_max_position_embeddings";

    /// The longest sequence that a model is for, in tokens: the trained context, or where it stretches as it is needed,
    /// as far as that goes.
    int context(List<LayerType> layers) {
        return layers.stream()
                .map(LayerType::rotary)
                .mapToInt(rotary -> rotary instanceof Rotary.DynamicNtk dynamic ? dynamic.longest() : trained)
                .min()
                .orElse(trained);
    }

    /// The rotary positions of a family whose layers all turn alike.
    ///
    /// @param theta the base where the configuration does not say
    Rotary of(double theta) {
        Optional<Config> parameters = config.object("rope_parameters");
        if (parameters.isPresent() && byType(parameters.get())) {
            throw config.problem(
                    "rope_parameters",
                    "must not differ by layer type in this family, got "
                            + parameters.get().json());
        }
        String beside = family == Family.GPT_NEOX ? "rotary_emb_base" : "rope_theta";
        return of(parameters.or(() -> config.object("rope_scaling")).orElse(config), beside, theta);
    }

    /// The rotary positions of layers that see all, in a family where those with a window have others.
    ///
    /// @param theta the base where the configuration does not say
    Rotary full(double theta) {
        Config place =
                ofType("full_attention").or(() -> config.object("rope_scaling")).orElse(config);
        return of(place, "rope_theta", theta);
    }

    /// The rotary positions of layers with a window, in a family where those that see all have others. Scaling that
    /// older configurations name is not for them.
    ///
    /// @param theta the base where the configuration does not say
    Rotary sliding(double theta) {
        Optional<Config> own = ofType("sliding_attention");
        return own.isPresent()
                ? of(own.get(), "rope_local_base_freq", theta)
                : new Rotary.Fixed(Rotary.geometric(base(config, "rope_local_base_freq", theta), headWidth), 1);
    }

    private Optional<Config> ofType(String layerType) {
        Optional<Config> parameters = config.object("rope_parameters");
        if (parameters.isPresent() && !byType(parameters.get())) {
            throw config.problem(
                    "rope_parameters",
                    "must hold full_attention and sliding_attention, got "
                            + parameters.get().json());
        }
        return parameters.flatMap(all -> all.object(layerType));
    }

    private static boolean byType(Config parameters) {
        return parameters.has("full_attention") || parameters.has("sliding_attention");
    }

    /// @param scaling where the parameters stand
    /// @param beside the base's name where it stands in the configuration itself
    private Rotary of(Config scaling, String beside, double theta) {
        double base = base(scaling, "rope_theta", base(config, beside, theta));
        int rotated = rotated(scaling);
        double[] frequencies = Rotary.geometric(base, rotated);
        String kind = kind(scaling);
        return switch (kind) {
            case "default" -> new Rotary.Fixed(frequencies, 1);
            case "linear" -> new Rotary.Fixed(linear(frequencies, factor(scaling)), 1);
            case "dynamic" -> dynamic(scaling, base, rotated);
            case "llama3" -> new Rotary.Fixed(llama3(frequencies, scaling), 1);
            case "yarn" -> yarn(scaling, base, frequencies);
            case "longrope" -> longRope(scaling, frequencies);
            // A configuration is open text: what is not named above is refused by its name.
            default ->
                throw scaling.problem(
                        "rope_type",
                        "must be one of default, linear, dynamic, llama3, yarn, longrope, got \"" + kind + "\"");
        };
    }

    /// Phi 3 spelt LongRoPE `su` at first, and for a while `yarn`.
    private String kind(Config scaling) {
        String kind = scaling.text("rope_type", scaling.text("type", "default"));
        return family == Family.PHI3 && (kind.equals("su") || kind.equals("yarn")) ? "longrope" : kind;
    }

    private static double base(Config place, String key, double otherwise) {
        double base = place.number(key, otherwise);
        if (!(base > 1)) {
            throw place.problem(key, "must be above 1, got " + base);
        }
        return base;
    }

    /// How many coordinates of a head turn.
    private int rotated(Config scaling) {
        double share = family == Family.GPT_NEOX ? config.number("rotary_pct", 0.25) : 1;
        double part = scaling.number("partial_rotary_factor", config.number("partial_rotary_factor", share));
        if (part != 1 && family != Family.GPT_NEOX && family != Family.PHI3) {
            throw scaling.problem("partial_rotary_factor", "must be 1 in this family, got " + part);
        }
        int rotated = (int) (headWidth * part);
        if (rotated < 2 || rotated % 2 != 0 || rotated > headWidth) {
            throw scaling.problem(
                    "partial_rotary_factor",
                    "must turn an even number of coordinates of a head of " + headWidth + ", got " + part + ", that is "
                            + rotated);
        }
        return rotated;
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

    private Rotary dynamic(Config scaling, double base, int rotated) {
        if (rotated < 4) {
            throw scaling.problem("rope_type", "dynamic needs at least 4 rotated coordinates, got " + rotated);
        }
        return new Rotary.DynamicNtk(base, rotated, factor(scaling), trained);
    }

    /// Llama 3.1's: low frequencies are divided, high ones kept, and those between are interpolated.
    ///
    /// Source: the Llama 3.1 reference code's `apply_scaling`
    /// (<https://github.com/meta-llama/llama-models/blob/main/models/llama3/model.py>).
    private double[] llama3(double[] frequencies, Config scaling) {
        double factor = factor(scaling);
        double low = required(scaling, "low_freq_factor");
        double high = required(scaling, "high_freq_factor");
        int original = original(scaling);
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

    /// YaRN (Peng et al. 2023, <https://arxiv.org/abs/2309.00071>, sections 3.2 and 3.4): pairs that turn more
    /// than `beta_fast` times over the original context keep their frequency, those that turn less than
    /// `beta_slow` times have it divided, and those between are interpolated by their index.
    private Rotary yarn(Config scaling, double base, double[] frequencies) {
        int original = original(scaling);
        double factor = scaling.has("factor") ? factor(scaling) : trained / (double) original;
        double fast = scaling.number("beta_fast", 32);
        double slow = scaling.number("beta_slow", 1);
        if (!(slow > 0 && fast >= slow)) {
            throw scaling.problem(
                    "beta_fast", "must be at least beta_slow, and that positive, got " + fast + " and " + slow);
        }
        double low = indexOf(fast, base, 2 * frequencies.length, original);
        double high = indexOf(slow, base, 2 * frequencies.length, original);
        if (scaling.truth("truncate", true)) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, 2 * frequencies.length - 1);
        high += low == high ? 0.001 : 0; // a step, where the ramp has no length
        double[] scaled = new double[frequencies.length];
        for (int i = 0; i < scaled.length; i++) {
            double divided = Math.clamp((i - low) / (high - low), 0, 1);
            scaled[i] = divided * frequencies[i] / factor + (1 - divided) * frequencies[i];
        }
        return new Rotary.Fixed(scaled, magnitude(scaling, yarnMagnitude(scaling, factor)));
    }

    /// The index, as a real number, of the pair that turns so many times over some positions.
    private static double indexOf(double turns, double base, int rotated, int positions) {
        return rotated * Math.log(positions / (turns * 2 * Math.PI)) / (2 * Math.log(base));
    }

    /// The square root of section 3.4's 1/t; DeepSeek's `mscale` and `mscale_all_dim` weigh it.
    private static double yarnMagnitude(Config scaling, double factor) {
        double mscale = scaling.number("mscale", 0);
        double all = scaling.number("mscale_all_dim", 0);
        return mscale != 0 && all != 0 ? grown(factor, mscale) / grown(factor, all) : grown(factor, 1);
    }

    private static double grown(double factor, double weight) {
        return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
    }

    private Rotary longRope(Config scaling, double[] frequencies) {
        int original = original(scaling);
        double factor = scaling.has("factor") ? factor(scaling) : trained / (double) original;
        double grown = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
        return new Rotary.LongRope(
                divided(frequencies, scaling, "short_factor"),
                divided(frequencies, scaling, "long_factor"),
                original,
                magnitude(scaling, grown));
    }

    private static double[] divided(double[] frequencies, Config scaling, String key) {
        double[] factors = scaling.numbers(key);
        if (factors.length != frequencies.length) {
            throw scaling.problem(
                    key, "must hold " + frequencies.length + " numbers, one a rotated pair, got " + factors.length);
        }
        double[] scaled = new double[frequencies.length];
        for (int i = 0; i < scaled.length; i++) {
            if (!(factors[i] > 0)) {
                throw scaling.problem(key, "must hold positive numbers, got " + factors[i]);
            }
            scaled[i] = frequencies[i] / factors[i];
        }
        return scaled;
    }

    private static double magnitude(Config scaling, double otherwise) {
        double magnitude = scaling.number("attention_factor", otherwise);
        if (!(magnitude > 0)) {
            throw scaling.problem("attention_factor", "must be positive, got " + magnitude);
        }
        return magnitude;
    }

    /// Tokens of the context before it was stretched: beside the scaling as Phi 3 has it, or in it.
    private int original(Config scaling) {
        int unsaid = family == Family.PHI3 ? 4096 : trained;
        int original = config.integer(ORIGINAL, scaling.integer(ORIGINAL, unsaid));
        if (original < 2) {
            throw scaling.problem(ORIGINAL, "must be at least 2, got " + original);
        }
        if (scaling.integer(ORIGINAL, original) != original) {
            throw scaling.problem(
                    ORIGINAL,
                    "must be the " + original + " that the configuration says beside it, got "
                            + scaling.integer(ORIGINAL));
        }
        return original;
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

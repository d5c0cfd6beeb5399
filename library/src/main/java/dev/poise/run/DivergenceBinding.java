package dev.poise.run;

import dev.poise.objective.Divergence;

/// Divergences by the names that TRL has for them.
final class DivergenceBinding {

    private enum Name {
        REVERSE_KL,
        FORWARD_KL,
        JS_DIVERGENCE,
        ALPHA_DIVERGENCE
    }

    private DivergenceBinding() {}

    /// The divergence of an objective's section; reverse KL unless it says another.
    static Divergence bind(Section section) {
        return switch (section.choice("divergence", Name.values(), Name.REVERSE_KL)) {
            case REVERSE_KL -> new Divergence.ReverseKl();
            case FORWARD_KL -> new Divergence.ForwardKl();
            case JS_DIVERGENCE -> new Divergence.JensenShannon();
            case ALPHA_DIVERGENCE -> new Divergence.Alpha(section.number("divergence_coefficient", Interval.ANY, 0.5));
        };
    }

    /// Adds what binds to `divergence`.
    static FlowMapping write(FlowMapping mapping, Divergence divergence) {
        return switch (divergence) {
            case Divergence.ReverseKl kl -> mapping.with("divergence", Name.REVERSE_KL);
            case Divergence.ForwardKl kl -> mapping.with("divergence", Name.FORWARD_KL);
            case Divergence.JensenShannon js -> mapping.with("divergence", Name.JS_DIVERGENCE);
            case Divergence.Alpha(double coefficient) ->
                mapping.with("divergence", Name.ALPHA_DIVERGENCE).with("divergence_coefficient", coefficient);
        };
    }
}

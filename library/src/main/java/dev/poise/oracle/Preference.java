package dev.poise.oracle;

/// How likely one completion is preferred to another: what a reward, a judge or a person answers.
///
/// Preferences need not come from a reward; cyclic ones are legal.
@FunctionalInterface
public interface Preference {

    /// P(completion beats other | prompt), in [0, 1]; 0.5 where neither is better.
    double probability(String prompt, String completion, String other);
}

package dev.poise.advise;

/// What to do first.
public enum Course {
    /// The policy's own answers, scored, as pairs for DPO while it is tuned.
    ON_POLICY("on-policy DPO"),
    /// The same with the data's answers among its own.
    ON_POLICY_WITH_DATA("on-policy DPO, with the data's answers among its own"),
    /// Likelihood of the best of N of the reference's own answers, drawn once.
    BEST_OF_N("the best of N own answers, learnt by likelihood"),
    /// Likelihood of the chosen answers.
    SUPERVISED("supervised tuning on the chosen answers"),
    /// A loss with a negative gradient on the pairs as they are.
    CONTRASTIVE("offline DPO"),
    /// A loss of labelled answers on the data as they are.
    LABELLED("KTO on the labelled answers");

    private final String title;

    Course(String title) {
        this.title = title;
    }

    /// For people.
    public String title() {
        return title;
    }
}

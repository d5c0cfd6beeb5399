package dev.poise.train;

import dev.poise.run.Recipe;

/// The learning rate of every step.
///
/// As Hugging Face's schedules: during warm-up, step t of w (from zero) uses t / w of the peak, so the first step of
/// a warm-up does not move; afterwards a straight line or half a cosine falls to zero at the last step's end.
final class LearningRate {

    private LearningRate() {}

    /// The rate of a step.
    ///
    /// @param step from zero
    /// @param total steps of the run
    static double at(Recipe.Train train, long step, long total) {
        if (step < train.warmupSteps()) {
            return train.learningRate() * step / train.warmupSteps();
        }
        double done = (step - train.warmupSteps()) / (double) Math.max(1, total - train.warmupSteps());
        return train.learningRate()
                * switch (train.schedule()) {
                    case CONSTANT -> 1.0;
                    case LINEAR -> Math.max(0, 1 - done);
                    case COSINE -> 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done)));
                };
    }
}

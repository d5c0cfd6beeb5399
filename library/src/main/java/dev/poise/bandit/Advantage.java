package dev.poise.bandit;

/// How much better than expected an answer is: its return against a baseline that its own draw does not move, or
/// hardly.
public enum Advantage {
    /// The return itself.
    NONE,
    /// (r − mean)/(deviation + 10⁻¹²) over all returns so far. Source: the code released with arXiv 2404.14367.
    RUNNING,
    /// (r − mean)/(deviation + 10⁻¹²) over the state's answers. Source: GRPO, Shao et al. 2024, section 4.1
    /// (<https://arxiv.org/abs/2402.03300>).
    STATE,
    /// r less the mean of the state's other answers. Source: RLOO, Kool et al. 2019; Ahmadian et al. 2024, eq. 8
    /// (<https://arxiv.org/abs/2402.14740>).
    LEAVE_ONE_OUT;

    private static final double SMALL = 1e-12;

    /// One a sample.
    ///
    /// @throws IllegalArgumentException when others are to be left and there are none
    double[] of(Round round) {
        int samples = round.samples();
        if (this == LEAVE_ONE_OUT && samples < 2) {
            throw new IllegalArgumentException("leaving one out takes at least 2 samples a state, got " + samples);
        }
        double[] advantages = new double[round.size()];
        for (int from = 0; from < round.size(); from += samples) {
            double mean = Round.mean(round.returns(), from, from + samples);
            double variance = 0;
            for (int i = from; i < from + samples; i++) {
                variance += (round.returns()[i] - mean) * (round.returns()[i] - mean) / samples;
            }
            for (int i = from; i < from + samples; i++) {
                double value = round.returns()[i];
                advantages[i] = switch (this) {
                    case NONE -> value;
                    case RUNNING -> (value - round.mean()) / (round.deviation() + SMALL);
                    case STATE -> (value - mean) / (Math.sqrt(variance) + SMALL);
                    case LEAVE_ONE_OUT -> (value - mean) * samples / (samples - 1);
                };
            }
        }
        return advantages;
    }
}

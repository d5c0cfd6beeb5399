package dev.poise.experiment;

import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Torch;
import dev.poise.train.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleConsumer;

/// The comparison of arXiv 2408.16751 at the scale of a laptop: ExMATE against MLE, and DPO with ExMATE against DPO
/// with MLE, on real text under a known reward and on fake causes.
public final class GradientComparison {

    private static final Arm HALF_MLE = Arm.dpoWith(0.5, Arm.MLE);
    private static final Arm HALF_EX_MATE = Arm.dpoWith(0.5, Arm.EX_MATE);

    /// How much is done.
    ///
    /// @param stories of the part under a known reward
    /// @param causes of the part with fake causes
    record Work(StoryComparison.Scale stories, CauseComparison.Scale causes) {

        /// Decoders to tune.
        long decoders() {
            return (long) stories.arms().size() * stories.seeds()
                    + (long) causes.arms().size() * causes.seeds();
        }
    }

    /// How much is done, by name.
    public enum Scale {
        /// Minutes.
        QUICK,
        /// What is quoted.
        FULL
    }

    private GradientComparison() {}

    /// Runs the comparison.
    ///
    /// @param model a decoder that writes stories, in the Hugging Face layout
    /// @param play dialogues, each turn a line with a name and a colon, then text, then an empty line
    /// @return its page
    /// @throws dev.poise.data.DataException where the play holds too few turns
    public static ExperimentPage run(Path model, Path play, Scale scale, Progress progress) throws IOException {
        return run(model, play, work(scale), progress);
    }

    static ExperimentPage run(Path model, Path play, Work work, Progress progress) throws IOException {
        Torch.start(0);
        AtomicLong tuned = new AtomicLong();
        try (Tokenizer tokenizer = Tokenizer.read(model)) {
            // The play is read first: what is wrong with it is said before the work.
            CauseComparison.Data data = CauseComparison.Data.read(play, work.causes());
            progress.note("stories under a known reward");
            StoryComparison stories = StoryComparison.of(
                    model, tokenizer, work.stories(), counting("P_win", tuned, work.decoders(), progress));
            progress.note("fake causes");
            CauseComparison causes = CauseComparison.of(
                    model, tokenizer, data, work.causes(), counting("agility", tuned, work.decoders(), progress));
            return GradientComparisonText.page(stories, causes);
        }
    }

    private static DoubleConsumer counting(String figure, AtomicLong tuned, long all, Progress progress) {
        return value ->
                progress.advanced("decoders", tuned.incrementAndGet(), all, new LinkedHashMap<>(Map.of(figure, value)));
    }

    private static Work work(Scale scale) {
        return switch (scale) {
            case QUICK ->
                new Work(
                        new StoryComparison.Scale(
                                List.of(Arm.MLE, Arm.EX_MATE, HALF_MLE, HALF_EX_MATE, Arm.PLAIN_DPO),
                                3,
                                240,
                                1000,
                                2e-4),
                        new CauseComparison.Scale(
                                List.of(Arm.MLE, Arm.EX_MATE, HALF_MLE, HALF_EX_MATE), 3, 60, 60, 1e-3));
            case FULL ->
                new Work(
                        new StoryComparison.Scale(
                                List.of(
                                        Arm.MLE,
                                        Arm.EX_MATE,
                                        Arm.MILD_EX_MATE,
                                        Arm.UNLIKELIHOOD,
                                        Arm.TOKEN_UNLIKELIHOOD,
                                        HALF_MLE,
                                        HALF_EX_MATE,
                                        Arm.dpoWith(0.5, Arm.MILD_EX_MATE),
                                        Arm.dpoWith(0.1, Arm.MLE),
                                        Arm.dpoWith(0.1, Arm.EX_MATE),
                                        Arm.dpoWith(0.1, Arm.MILD_EX_MATE),
                                        Arm.PLAIN_DPO),
                                5,
                                800,
                                1000,
                                2e-4),
                        new CauseComparison.Scale(
                                List.of(
                                        Arm.MLE,
                                        Arm.EX_MATE,
                                        Arm.MILD_EX_MATE,
                                        Arm.TOKEN_UNLIKELIHOOD,
                                        HALF_MLE,
                                        HALF_EX_MATE,
                                        Arm.PLAIN_DPO),
                                5,
                                200,
                                100,
                                1e-3));
        };
    }
}

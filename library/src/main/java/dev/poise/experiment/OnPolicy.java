package dev.poise.experiment;

import dev.poise.bandit.LengthGoal;
import dev.poise.bandit.LengthStudy;
import dev.poise.bandit.Tables;
import dev.poise.bandit.Theory;
import dev.poise.run.AtomicWrite;
import dev.poise.torch.Torch;
import dev.poise.train.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.LongStream;

/// On-policy data and negative gradients (arXiv 2404.14367) at the scale of a laptop: which methods find the best
/// answer, from whose samples, and where the reward has its peak.
public final class OnPolicy {

    private static final int DRAWS = 2000;

    /// How much is done, by name.
    public enum Scale {
        /// Minutes: three seeds, fewer rounds over nine tokens, and stories that should be short alone.
        QUICK,
        /// An hour on two cores: five seeds, and three of stories that should be short.
        DEFAULT,
        /// Two hours: stories of every wanted length.
        FULL
    }

    private OnPolicy() {}

    /// Runs the study.
    ///
    /// @param model a decoder that writes stories and ends them, in the Hugging Face layout
    /// @return its page
    public static ExperimentPage run(Path model, Scale scale, Progress progress) throws IOException {
        int workers = Torch.start(0);
        Torch.start(1);
        List<LengthGoal> minimum = List.of(LengthGoal.MIN);
        Work work =
                switch (scale) {
                    case QUICK -> new Work(3, 30, new LengthProblem.Scale(128, 64, 50, 8, 1e-4, true), minimum, 2);
                    case DEFAULT -> new Work(5, 100, LengthProblem.Scale.USUAL, minimum, 3);
                    case FULL -> new Work(5, 100, LengthProblem.Scale.USUAL, List.of(LengthGoal.values()), 3);
                };
        return page(model, work, workers, progress);
    }

    /// How much is done.
    ///
    /// @param seeds of bandits and lengths
    /// @param rounds over nine tokens, on-policy on R1
    /// @param stories of which goals, how much
    /// @param storySeeds of them
    private record Work(int seeds, int rounds, LengthProblem.Scale stories, List<LengthGoal> goals, int storySeeds) {}

    private static ExperimentPage page(Path model, Work work, int workers, Progress progress) throws IOException {
        progress.note("one action");
        int runs = Tables.settings().size() * work.seeds();
        Tables tables = Tables.run(work.seeds(), workers, count -> advanced(progress, count, runs));
        progress.note("nine tokens");
        List<SequenceStudy.Plan> plans = SequenceStudy.plans(work.rounds());
        int sequences = plans.size() * work.seeds();
        SequenceStudy study =
                SequenceStudy.run(plans, work.seeds(), workers, count -> advanced(progress, count, sequences));
        progress.note("lengths alone");
        List<LengthGoal> goals = List.of(LengthGoal.values());
        int lengths = LengthStudy.size(goals, work.seeds());
        LengthStudy alone = LengthStudy.run(goals, work.seeds(), workers, count -> advanced(progress, count, lengths));
        return OnPolicyText.page(
                tables,
                study,
                alone,
                stories(model, work, progress),
                work.stories(),
                Theory.check(DRAWS, 1),
                work.seeds());
    }

    private static LengthProblem.Outcome stories(Path model, Work work, Progress progress) throws IOException {
        Path folder = Files.createTempDirectory("poise-stories");
        try {
            return LengthProblem.run(
                    model.toAbsolutePath(),
                    folder,
                    work.goals(),
                    List.of(LengthProblem.Way.values()),
                    LongStream.rangeClosed(1, work.storySeeds()).boxed().toList(),
                    work.stories(),
                    progress);
        } finally {
            AtomicWrite.delete(folder);
        }
    }

    /// Runs end on any thread, and progress has one owner.
    private static void advanced(Progress progress, long done, long total) {
        synchronized (progress) {
            progress.advanced("runs", done, total, new LinkedHashMap<>());
        }
    }
}

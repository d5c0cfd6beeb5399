package dev.poise.experiment;

import dev.poise.bandit.Tables;
import dev.poise.bandit.Theory;
import dev.poise.torch.Torch;
import dev.poise.train.Progress;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;

/// On-policy data and negative gradients (arXiv 2404.14367) at the scale of a laptop: which methods find the best
/// answer, from whose samples, and where the reward has its peak.
public final class OnPolicy {

    private static final int DRAWS = 2000;

    /// How much is done, by name.
    public enum Scale {
        /// Minutes: three seeds, and fewer rounds over nine tokens.
        QUICK,
        /// Five seeds of everything.
        FULL
    }

    private OnPolicy() {}

    /// Runs the study.
    ///
    /// @return its page
    public static ExperimentPage run(Scale scale, Progress progress) throws IOException {
        int workers = Torch.start(0);
        Torch.start(1);
        int seeds =
                switch (scale) {
                    case QUICK -> 3;
                    case FULL -> 5;
                };
        int rounds =
                switch (scale) {
                    case QUICK -> 30;
                    case FULL -> 100;
                };
        progress.note("one action");
        int runs = Tables.settings().size() * seeds;
        Tables tables = Tables.run(seeds, workers, count -> {
            // Runs end on any thread, and progress has one owner.
            synchronized (progress) {
                progress.advanced("runs", count, runs, new LinkedHashMap<>());
            }
        });
        progress.note("nine tokens");
        List<SequenceStudy.Plan> plans = SequenceStudy.plans(rounds);
        SequenceStudy sequences = SequenceStudy.run(
                plans,
                seeds,
                workers,
                count -> progress.advanced("runs", count, (long) plans.size() * seeds, new LinkedHashMap<>()));
        return OnPolicyText.page(tables, sequences, Theory.check(DRAWS, 1), seeds);
    }
}

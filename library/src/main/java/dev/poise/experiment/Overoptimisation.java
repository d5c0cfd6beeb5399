package dev.poise.experiment;

import dev.poise.parallel.Cores;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Torch;
import dev.poise.train.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Likelihood over-optimisation (arXiv 2410.11677) at the scale of a laptop: the same pairs tuned on in many ways and
/// for many epochs, judged by a truth that the pairs' labels only stand in for, with what the monitors read meanwhile.
public final class Overoptimisation {

    private static final double LAMBDA = 1;
    private static final double GAIN = 4;

    /// How much is done, by name.
    public enum Scale {
        /// Minutes: three runs and two seeds.
        QUICK,
        /// Three strengths of three objectives, without and with NLL, and five seeds of the governor.
        DEFAULT,
        /// Six strengths, ExMATE and the governor too.
        FULL
    }

    /// How much is done.
    ///
    /// @param grid settings of the first seed
    /// @param governed settings of every seed
    /// @param governedEvery steps between their looks, and so between the governor's readings
    record Work(Trail.Scale trail, List<Setting> grid, List<Setting> governed, int governedEvery, int seeds) {

        long runs() {
            return grid.size() + (long) seeds * governed.size();
        }
    }

    private Overoptimisation() {}

    /// Runs the study.
    ///
    /// @param model a decoder that writes stories, in the Hugging Face layout
    /// @param questions a JSON array of objects with `prompt` and `reference`, asked at every look; null for none.
    ///     Worth asking of decoders that know anything
    /// @return its page
    /// @throws IllegalArgumentException where the file holds no questions
    public static ExperimentPage run(Path model, @Nullable Path questions, Scale scale, Progress progress)
            throws IOException {
        Questions asked = questions == null ? null : Questions.read(questions);
        return LikelihoodStudyText.page(run(model, asked, work(scale), progress));
    }

    static LikelihoodStudy run(Path model, @Nullable Questions questions, Work work, Progress progress) {
        // Products of a decoder this small are not worth sharing: runs are, a core each.
        int workers = Torch.start(0);
        Torch.start(1);
        List<Trail> grid = new ArrayList<>();
        List<Series<Trail>> governed = work.governed().stream()
                .map(setting -> new Series<Trail>(setting.name(), new ArrayList<>()))
                .toList();
        AtomicLong done = new AtomicLong();
        Consumer<Trail> tell = trail -> progress.advanced(
                "runs",
                done.incrementAndGet(),
                work.runs(),
                new LinkedHashMap<>(Map.of("P_win", trail.last().win())));
        long pairs = 0;
        try (Tokenizer tokenizer = Tokenizer.read(model)) {
            for (int seed = 0; seed < work.seeds(); seed++) {
                progress.note("seed " + (seed + 1) + " of " + work.seeds());
                try (Trail.Ground ground = new Trail.Ground(model, tokenizer, work.trail(), questions, seed)) {
                    pairs += ground.pairs();
                    if (seed == 0) {
                        grid.addAll(Cores.map(
                                workers,
                                work.grid(),
                                setting -> ground.follow(setting, work.trail().every()),
                                tell));
                    }
                    List<Trail> trails = Cores.map(
                            workers, work.governed(), setting -> ground.follow(setting, work.governedEvery()), tell);
                    for (int i = 0; i < trails.size(); i++) {
                        governed.get(i).outcomes().add(trails.get(i));
                    }
                }
            }
        }
        return new LikelihoodStudy(work.trail(), (double) pairs / work.seeds(), grid, governed);
    }

    static Work work(Scale scale) {
        return switch (scale) {
            case QUICK ->
                new Work(
                        new Trail.Scale(96, 4, 150, 25, 64, 16, 32, 5e-4),
                        List.of(
                                new Setting(Setting.Family.DPO, 0.05, new Setting.None()),
                                new Setting(Setting.Family.IPO, 0.05, new Setting.None()),
                                new Setting(Setting.Family.HINGE, 0.1, new Setting.None())),
                        curbs().subList(2, 4),
                        25,
                        2);
            case DEFAULT ->
                new Work(
                        new Trail.Scale(128, 4, 400, 25, 96, 16, 48, 5e-4),
                        grid(3, List.of(new Setting.None(), new Setting.Nll(LAMBDA))),
                        curbs(),
                        50,
                        5);
            case FULL ->
                new Work(
                        new Trail.Scale(256, 8, 400, 25, 256, 64, 96, 5e-4),
                        grid(
                                6,
                                List.of(
                                        new Setting.None(),
                                        new Setting.Nll(LAMBDA),
                                        new Setting.Matched(LAMBDA),
                                        new Setting.Governed(LAMBDA, GAIN))),
                        curbs(),
                        50,
                        5);
        };
    }

    private static List<Setting> grid(int strengths, List<Setting.Curb> curbs) {
        return Stream.of(Setting.Family.values())
                .flatMap(family -> curbs.stream().flatMap(curb -> family.strengths().subList(0, strengths).stream()
                        .map(strength -> new Setting(family, strength, curb))))
                .toList();
    }

    /// The most aggressive DPO of the default grid with nothing, with a fixed λ, and with the governor.
    private static List<Setting> curbs() {
        return Stream.of(
                        new Setting.None(),
                        new Setting.Nll(0.3),
                        new Setting.Nll(1),
                        new Setting.Governed(LAMBDA, GAIN),
                        new Setting.Nll(3))
                .map(curb -> new Setting(Setting.Family.DPO, 0.05, curb))
                .toList();
    }
}

package dev.poise.cli;

import dev.poise.bandit.BanditJson;
import dev.poise.bandit.BanditPage;
import dev.poise.bandit.LengthGoal;
import dev.poise.bandit.LengthStudy;
import dev.poise.bandit.Method;
import dev.poise.bandit.MethodGrammar;
import dev.poise.bandit.Outcome;
import dev.poise.bandit.Problem;
import dev.poise.bandit.Setting;
import dev.poise.bandit.Setting.Anchor;
import dev.poise.bandit.Setting.Source;
import dev.poise.bandit.Sweep;
import dev.poise.bandit.Tables;
import dev.poise.evaluate.Estimate;
import dev.poise.evaluate.Interval;
import dev.poise.experiment.SequenceBandit;
import dev.poise.run.AtomicWrite;
import dev.poise.torch.Torch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `poise bandit`: fine-tuning methods on problems small enough to know everything about.
@Command(
        footer = {
            "",
            "Methods: pref-ft, best-of-n, rwr, rest, reinforce, rloo, ppo, grpo, dpo, ipo, each with options behind"
                    + " colons: dpo:beta=0.1:threshold=0.2, best-of-n:push=worst:beta=0.1, ppo:kl=0.01:kl-by=score.",
            "Rewards: R1 and R2 (peak where the reference is thin, or thick), R1-wide, R1-widest, and in ten numbers"
                    + " C1, C2, C3.",
            "",
            "Options that take a LIST take several values with commas between; every combination is run. What the"
                    + " numbers mean is in docs/bandit.md."
        })
final class Bandit implements Callable<Integer> {

    private final Console console;

    @Option(
            names = "--tables",
            description = "Runs the study instead: offline, on-policy and reuse, beside what is expected.")
    private boolean tables;

    @Option(
            names = "--length",
            paramLabel = "LIST",
            split = ",",
            description = "Runs the length study instead, on policies that are nothing but lengths and a reward that is"
                    + " learnt: min, mode, skew, or several of them.")
    private @Nullable List<LengthGoal> lengths;

    @Option(
            names = "--sequence",
            description =
                    "Nine tokens of a hundred in place of one action, and a small transformer as policy, trained by"
                            + " the engine; reward and divergence are then of drawn answers.")
    private boolean sequence;

    @Option(
            names = "--reward",
            paramLabel = "LIST",
            split = ",",
            defaultValue = "R1",
            description = "Problems (default: ${DEFAULT-VALUE}).")
    private List<String> rewards;

    @Option(
            names = "--method",
            paramLabel = "LIST",
            split = ",",
            defaultValue = "all",
            description = "Methods, or all (default: ${DEFAULT-VALUE}).")
    private List<String> methods;

    @Option(
            names = "--source",
            paramLabel = "LIST",
            split = ",",
            defaultValue = "online",
            description = "Where samples come from: offline, online (default: ${DEFAULT-VALUE}).")
    private List<Source> sources;

    @Option(
            names = "--states",
            paramLabel = "LIST",
            split = ",",
            description = "S, states (prompts) a round (default: 10 online, 100 offline).")
    private @Nullable List<Integer> states;

    @Option(
            names = "--samples",
            paramLabel = "LIST",
            split = ",",
            defaultValue = "10",
            description = "N, answers a state (default: ${DEFAULT-VALUE}).")
    private List<Integer> samples;

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds (default: 100 online, 20 offline).")
    private @Nullable Integer rounds;

    @Option(
            names = "--inner",
            paramLabel = "LIST",
            split = ",",
            description = "T, how often a round's samples are used (default: 15 online, 10 offline).")
    private @Nullable List<Integer> inner;

    @Option(
            names = "--minibatch",
            paramLabel = "M",
            defaultValue = "0",
            description = "States of a step; 0 for all (default: ${DEFAULT-VALUE}).")
    private int minibatch;

    @Option(
            names = "--learning-rate",
            paramLabel = "LIST",
            split = ",",
            description = "Of Adam (default: 1e-3 online, 3e-3 offline).")
    private @Nullable List<Double> learningRates;

    @Option(
            names = "--reference",
            paramLabel = "LIST",
            split = ",",
            defaultValue = "initial",
            description = "Whose log-probabilities are the reference's: the initial policy's, or those of the previous"
                    + " round (default: ${DEFAULT-VALUE}).")
    private List<Anchor> references;

    @Option(names = "--clip-norm", paramLabel = "X", description = "Longest gradient (default: any).")
    private double clipNorm = Double.POSITIVE_INFINITY;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Seeds 1 to N (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Option(
            names = "--evaluate-every",
            paramLabel = "N",
            description = "Rounds between two measurements (default: so that there are about 50).")
    private @Nullable Integer evaluateEvery;

    @Option(names = "--threads", paramLabel = "N", description = "Runs at once (default: as many as cores).")
    private @Nullable Integer threads;

    @Option(names = "--output", paramLabel = "PAGE", description = "Writes a self-contained page there.")
    private @Nullable Path output;

    @Option(names = "--json", description = "Prints one JSON object a line: a setting, a row or a claim.")
    private boolean json;

    Bandit(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        long start = System.nanoTime();
        int cores = Optional.ofNullable(threads).orElse(Runtime.getRuntime().availableProcessors());
        if (cores < 1) {
            throw new UsageException("--threads must be at least 1, got " + cores);
        }
        Path folder = output == null ? null : output.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw new UsageException(output + " must be in a folder that exists");
        }
        if (sequence) {
            sequences();
            return 0;
        }
        if (lengths != null) {
            lengths(lengths, cores);
            return 0;
        }
        String page = tables ? study(cores) : sweep(cores);
        if (output != null) {
            AtomicWrite.file(output, page.getBytes(StandardCharsets.UTF_8));
            console.note("page  " + output);
        }
        console.note(String.format(Locale.ROOT, "took  %.1f s", (System.nanoTime() - start) / 1e9));
        return 0;
    }

    /// The problem over sequences, one policy after the other.
    private void sequences() throws IOException {
        if (tables || lengths != null || output != null || minibatch != 0 || clipNorm < Double.POSITIVE_INFINITY) {
            throw new UsageException(
                    "--sequence goes without --tables, --length, --output, --minibatch and --clip-norm");
        }
        if (references.stream().anyMatch(anchor -> anchor != Anchor.INITIAL)) {
            throw new UsageException("--reference must be initial where --sequence is given");
        }
        Map<String, SequenceBandit.Setting> chosen = new LinkedHashMap<>();
        try {
            settings()
                    .forEach((name, setting) -> chosen.put(
                            name,
                            new SequenceBandit.Setting(
                                    setting.problem(),
                                    setting.method(),
                                    setting.source(),
                                    setting.states(),
                                    setting.samples(),
                                    setting.rounds(),
                                    setting.inner(),
                                    setting.learningRate(),
                                    setting.rounds())));
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        int cores = Torch.start(Optional.ofNullable(threads).orElse(0));
        Torch.start(1); // products this small are not worth sharing: runs are, a core each
        List<SequenceBandit.Setting> all = List.copyOf(chosen.values());
        List<List<List<SequenceBandit.Point>>> trained;
        try (ProgressLine progress = progress(chosen.size() * seeds)) {
            trained = SequenceBandit.sweep(all, seeds, cores, done -> progress.update(done, ""));
        }
        List<String> names = List.copyOf(chosen.keySet());
        int width = names.stream().mapToInt(String::length).max().orElse(0);
        for (int i = 0; i < names.size(); i++) {
            List<SequenceBandit.Point> last =
                    trained.get(i).stream().map(List::getLast).toList();
            tell(
                    names.get(i),
                    width,
                    last.stream().mapToDouble(point -> point.reward().value()).toArray(),
                    last.stream()
                            .mapToDouble(SequenceBandit.Point::toData)
                            .average()
                            .orElse(Double.NaN),
                    last.getFirst().queries());
        }
    }

    /// The length problems.
    private void lengths(List<LengthGoal> goals, int cores) {
        if (tables || output != null) {
            throw new UsageException("--length goes without --tables and --output");
        }
        if (seeds < 2) {
            throw new UsageException("--seeds must be at least 2, since one run has no interval, got " + seeds);
        }
        LengthStudy study;
        try (ProgressLine progress = progress(LengthStudy.size(goals, seeds))) {
            study = LengthStudy.run(goals, seeds, cores, told(progress));
        }
        if (json) {
            study.rows().forEach(row -> console.result(BanditJson.of(row).toString()));
            study.claims().forEach(claim -> console.result(BanditJson.of(claim).toString()));
        } else {
            new BanditText(console.out().colours()).lines(study).forEach(console::result);
        }
    }

    private void tell(String name, int width, double[] rewardsOf, double divergence, long queries) {
        Optional<Interval> interval = rewardsOf.length < 2
                ? Optional.empty()
                : Optional.of(Estimate.mean("reward", "reward", rewardsOf).interval());
        double mean = Arrays.stream(rewardsOf).average().orElse(Double.NaN);
        if (json) {
            ObjectNode line = JsonMapper.shared().createObjectNode();
            line.put("setting", name).put("reward", mean).put("seeds", rewardsOf.length);
            interval.ifPresent(ends -> line.put("reward_low", ends.low()).put("reward_high", ends.high()));
            console.result(line.put("kl_data_per_token", divergence)
                    .put("queries", queries)
                    .toString());
            return;
        }
        console.result(String.format(
                Locale.ROOT,
                "%-" + Math.max(width, 1) + "s  reward %.4f%s  KL to data %.3f nats a token  %d rewards asked for",
                name,
                mean,
                interval.map(ends -> String.format(Locale.ROOT, " (%.4f to %.4f)", ends.low(), ends.high()))
                        .orElse(""),
                divergence,
                queries));
    }

    private String study(int cores) {
        if (seeds < 2) {
            throw new UsageException("--seeds must be at least 2, since one run has no interval, got " + seeds);
        }
        Tables study;
        try (ProgressLine progress = progress(Tables.settings().size() * seeds)) {
            study = Tables.run(seeds, cores, told(progress));
        }
        if (json) {
            study.tables().forEach(table -> table.rows()
                    .forEach(row -> console.result(BanditJson.of(table, row).toString())));
            study.claims().forEach(claim -> console.result(BanditJson.of(claim).toString()));
        } else {
            new BanditText(console.out().colours()).lines(study).forEach(console::result);
        }
        return BanditPage.of(study, seeds);
    }

    private String sweep(int cores) {
        Map<String, Setting> settings = settings();
        Sweep sweep;
        try {
            sweep = new Sweep(List.copyOf(settings.values()), seeds);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        List<Outcome> outcomes;
        try (ProgressLine progress = progress(sweep.size())) {
            outcomes = sweep.run(cores, told(progress));
        }
        Map<Setting, Outcome> known = new LinkedHashMap<>();
        outcomes.forEach(outcome -> known.put(outcome.setting(), outcome));
        Map<String, Outcome> named = new LinkedHashMap<>();
        settings.forEach((name, setting) -> named.put(name, known.get(setting)));
        if (json) {
            named.forEach((name, outcome) ->
                    console.result(BanditJson.of(name, outcome).toString()));
        } else {
            new BanditText(console.out().colours()).lines(named).forEach(console::result);
        }
        return BanditPage.of(named, seeds);
    }

    /// Every combination of the options, by what sets it apart.
    private Map<String, Setting> settings() {
        List<String> words = methods.contains("all") ? MethodGrammar.names() : methods;
        Map<String, Setting> settings = new LinkedHashMap<>();
        try {
            for (String reward : rewards) {
                Problem problem = Problem.of(reward);
                for (Source source : sources) {
                    for (String word : words) {
                        add(settings, problem, source, word, MethodGrammar.parse(word));
                    }
                }
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        return settings;
    }

    private void add(Map<String, Setting> settings, Problem problem, Source source, String word, Method method) {
        boolean online = source == Source.ONLINE;
        int last = Optional.ofNullable(rounds).orElse(online ? 100 : sequence ? 10 : 20);
        int every = Optional.ofNullable(evaluateEvery).orElse(Math.max(1, last / 50));
        List<Integer> inners = Optional.ofNullable(inner).orElse(List.of(online && !sequence ? 15 : 10));
        List<Double> rates = Optional.ofNullable(learningRates).orElse(List.of(online ? 1e-3 : 3e-3));
        for (int some : Optional.ofNullable(states).orElse(List.of(online ? 10 : 100))) {
            for (int many : samples) {
                for (int times : inners) {
                    for (double rate : rates) {
                        for (Anchor anchor : references) {
                            List<String> name = new ArrayList<>(List.of(word));
                            tell(name, rewards, problem.name());
                            tell(name, sources, source.name().toLowerCase(Locale.ROOT));
                            tell(name, states, "S=" + some);
                            tell(name, samples, "N=" + many);
                            tell(name, inner, "T=" + times);
                            tell(name, learningRates, "lr " + rate);
                            tell(name, references, anchor.name().toLowerCase(Locale.ROOT));
                            settings.put(
                                    String.join(" ", name),
                                    new Setting(
                                            problem, method, source, some, many, last, times, minibatch, rate, anchor,
                                            clipNorm, every));
                        }
                    }
                }
            }
        }
    }

    /// An option's value is part of a name where there are several.
    private static void tell(List<String> name, @Nullable List<?> values, String word) {
        if (values != null && values.size() > 1) {
            name.add(word);
        }
    }

    private ProgressLine progress(int total) {
        ProgressLine line = new ProgressLine(console.err(), "train", "policies", total);
        line.update(0, "");
        return line;
    }

    /// Runs end on any thread, and a line has one owner.
    private static IntConsumer told(ProgressLine progress) {
        return done -> {
            synchronized (progress) {
                progress.update(done, "");
            }
        };
    }
}

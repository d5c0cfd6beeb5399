package dev.poise.run;

import dev.poise.data.Ranking;
import dev.poise.data.Shape;
import dev.poise.data.TooLong;
import dev.poise.objective.Mixture;
import dev.poise.run.Recipe.Adapter;
import dev.poise.run.Recipe.BadRows;
import dev.poise.run.Recipe.Better;
import dev.poise.run.Recipe.Checkpoint;
import dev.poise.run.Recipe.Data;
import dev.poise.run.Recipe.Evaluate;
import dev.poise.run.Recipe.HeldOut;
import dev.poise.run.Recipe.Log;
import dev.poise.run.Recipe.Method;
import dev.poise.run.Recipe.Monitor;
import dev.poise.run.Recipe.Online;
import dev.poise.run.Recipe.Reference;
import dev.poise.run.Recipe.Sample;
import dev.poise.run.Recipe.Schedule;
import dev.poise.run.Recipe.Sink;
import dev.poise.run.Recipe.Train;
import dev.poise.tokenize.ChatTemplate;
import dev.poise.torch.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Binds YAML to a [Recipe]: what keys there are, what they may be, and what they are when left out.
final class RecipeBinding {

    private static final Interval SHARE = Interval.closed(0, 0.5);

    private RecipeBinding() {}

    static Recipe bind(String name, String text, List<RecipeOverride> overrides) {
        Diagnosis diagnosis = new Diagnosis(name);
        Optional<Yaml> document = YamlReader.read(name, text, diagnosis);
        if (document.isEmpty()) {
            diagnosis.check();
        }
        Yaml edited = document.orElseThrow();
        for (RecipeOverride override : overrides) {
            edited = override.applyTo(edited, diagnosis);
        }
        Recipe recipe = recipe(Section.of("", edited, diagnosis));
        RecipeConflicts.report(recipe, diagnosis);
        diagnosis.check();
        return recipe;
    }

    private static Recipe recipe(Section root) {
        Method method = root.requiredChoice("method", Method.values());
        Path model = root.requiredPath("model", "a model directory");
        Adapter adapter = AdapterBinding.bind(root);
        Reference reference = root.read(
                "reference",
                "initial | none | a model directory",
                switch (method) {
                    case SUPERVISED, REWARD -> new Reference.None();
                    case PREFERENCE, UNPAIRED, ONLINE -> new Reference.Initial();
                },
                RecipeBinding::reference);
        Data data = data(root.section("data"));
        Mixture objective = ObjectiveBinding.bind(root, method);
        Online online = OnlineBinding.bind(root, method);
        Train train = train(root.section("train"));
        Evaluate evaluate = evaluate(root.section("evaluate"));
        Checkpoint checkpoint = checkpoint(root.section("checkpoint"), method);
        Log log = log(root.section("log"));
        Sample sample = sample(root.section("sample"));
        Monitor monitor = MonitorBinding.bind(root.section("monitor"), method);
        long seed = root.wholeNumber("seed", 0);
        Path output = root.requiredPath("output", "a directory for the run");
        root.finish();
        return new Recipe(
                method,
                model,
                adapter,
                reference,
                data,
                objective,
                online,
                train,
                evaluate,
                checkpoint,
                log,
                sample,
                monitor,
                seed,
                output);
    }

    private static Optional<Reference> reference(Yaml node) {
        return Section.path(node).map(path -> switch (path.toString()) {
            case "initial" -> new Reference.Initial();
            case "none" -> new Reference.None();
            default -> new Reference.Directory(path);
        });
    }

    private static Data data(Section section) {
        Data data = new Data(
                section.requiredPaths("train", "a file or folder"),
                section.read(
                        "evaluate",
                        "a share " + SHARE + " of the training data, or a file",
                        new HeldOut.Share(0),
                        RecipeBinding::heldOut),
                section.choiceOr("detect", "shape", Shape.values()).orElse(null),
                section.choice("ranking", Ranking.values(), Ranking.BEST_WORST),
                section.text(
                        "chat_template",
                        String.join(" | ", ChatTemplate.NAMES) + " | a file",
                        "model",
                        ChatTemplate::isLegal),
                section.choice("bad_rows", BadRows.values(), BadRows.STOP),
                section.choice("too_long", TooLong.values(), TooLong.CUT),
                section.limit("limit", 1).orElse(null));
        section.finish();
        return data;
    }

    private static Optional<HeldOut> heldOut(Yaml node) {
        Optional<Double> share = Section.scalar(node).flatMap(Yaml.Scalar::number);
        return share.isPresent()
                ? share.filter(SHARE::contains).map(HeldOut.Share::new)
                : Section.path(node).map(HeldOut.File::new);
    }

    private static Train train(Section section) {
        Train train = new Train(
                section.number("epochs", Interval.above(0), 1),
                section.limit("max_steps", 1).orElse(null),
                section.count("batch_pairs", 1, 32),
                section.count("micro_batch_tokens", 1, 2048),
                section.flag("gradient_checkpointing", false),
                section.count("max_tokens", 2, 1024),
                section.number("learning_rate", Interval.openClosed(0, 1), 1e-6),
                section.choice("schedule", Schedule.values(), Schedule.LINEAR),
                section.count("warmup_steps", 0, 0),
                section.number("clip_norm", Interval.atLeast(0), 1),
                section.number("weight_decay", Interval.closed(0, 1), 0),
                section.number("adam_beta1", Interval.closedOpen(0, 1), 0.9),
                section.number("adam_beta2", Interval.closedOpen(0, 1), 0.999),
                section.number("adam_epsilon", Interval.openClosed(0, 1), 1e-8),
                section.choice("precision", Precision.values(), Precision.FLOAT32),
                section.flag("shuffle", true),
                section.count("threads", 0, 0));
        section.finish();
        return train;
    }

    private static Evaluate evaluate(Section section) {
        Evaluate evaluate = new Evaluate(section.count("every", 0, 0));
        section.finish();
        return evaluate;
    }

    private static Checkpoint checkpoint(Section section, Method method) {
        int every = section.count("every", 0, 500);
        int keep = section.count("keep", 1, 2);
        String best = section.text(
                "best",
                "none, an evaluation metric such as eval_loss or a monitor such as " + MonitorBinding.ENTROPY,
                method == Method.ONLINE ? "eval_reward" : "eval_loss",
                name -> name.equals("none") || name.startsWith("eval_") || name.startsWith("monitor/"));
        Better better = section.choice("better", Better.values(), Better.AUTO);
        section.finish();
        return new Checkpoint(every, keep, best.equals("none") ? null : best, better);
    }

    private static Log log(Section section) {
        Log log = new Log(section.count("every", 1, 10), section.choices("to", Sink.values()));
        section.finish();
        return log;
    }

    private static Sample sample(Section section) {
        Sample sample = new Sample(
                section.count("every", 0, 0),
                section.count("prompts", 1, 4),
                section.count("max_new_tokens", 1, 64),
                section.number("temperature", Interval.atLeast(0), 0));
        section.finish();
        return sample;
    }
}

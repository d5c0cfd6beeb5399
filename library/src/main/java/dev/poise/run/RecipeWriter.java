package dev.poise.run;

import dev.poise.data.Shape;
import dev.poise.objective.Mixture.Term;
import dev.poise.run.Recipe.HeldOut;
import dev.poise.run.Recipe.Reference;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Writes a [Recipe] as YAML, every key and every default visible.
final class RecipeWriter {

    private final StringBuilder yaml = new StringBuilder();
    private String indent = "";

    private RecipeWriter() {}

    static String write(Recipe recipe) {
        RecipeWriter writer = new RecipeWriter();
        writer.recipe(recipe);
        return writer.yaml.toString();
    }

    private void recipe(Recipe recipe) {
        key("method", recipe.method());
        key("model", recipe.model());
        adapter(recipe.adapter());
        key("reference", reference(recipe.reference()));
        section("data", () -> data(recipe.data()));
        section("objective", () -> {
            for (Term term : recipe.objective().terms()) {
                yaml.append(indent)
                        .append("- ")
                        .append(ObjectiveWriter.write(term))
                        .append('\n');
            }
        });
        Recipe.Online online = recipe.online();
        if (online != null) {
            section("online", () -> OnlineBinding.lines(online)
                    .forEach(line -> yaml.append(indent).append(line).append('\n')));
        }
        section("train", () -> train(recipe.train()));
        section("evaluate", () -> key("every", recipe.evaluate().every()));
        section("checkpoint", () -> {
            String best = recipe.checkpoint().best();
            key("every", recipe.checkpoint().every());
            key("keep", recipe.checkpoint().keep());
            key("best", best == null ? "none" : best);
            key("better", recipe.checkpoint().better());
        });
        section("log", () -> {
            key("every", recipe.log().every());
            key("to", recipe.log().to());
        });
        section("sample", () -> {
            key("every", recipe.sample().every());
            key("prompts", recipe.sample().prompts());
            key("max_new_tokens", recipe.sample().maxNewTokens());
            key("temperature", recipe.sample().temperature());
        });
        section("monitor", () -> MonitorWriter.lines(recipe.monitor())
                .forEach(line -> yaml.append(indent).append(line).append('\n')));
        key("seed", recipe.seed());
        key("output", recipe.output());
    }

    private void adapter(Recipe.Adapter adapter) {
        switch (adapter) {
            case Recipe.Adapter.None none -> key("adapter", "none");
            case Recipe.Adapter.Directory(Path directory) -> key("adapter", directory);
            case Recipe.Adapter.Lora lora ->
                section("adapter", () -> AdapterBinding.lines(lora)
                        .forEach(line -> yaml.append(indent).append(line).append('\n')));
        }
    }

    private static String reference(Reference reference) {
        return switch (reference) {
            case Reference.Initial initial -> "initial";
            case Reference.None none -> "none";
            case Reference.Directory other -> other.directory().toString();
        };
    }

    private static Object heldOut(HeldOut heldOut) {
        return switch (heldOut) {
            case HeldOut.Share part -> part.share();
            case HeldOut.File other -> other.file();
        };
    }

    private void data(Recipe.Data data) {
        key("train", data.train().size() == 1 ? data.train().getFirst() : data.train());
        key("evaluate", heldOut(data.evaluate()));
        Shape shape = data.shape();
        key("shape", shape == null ? "detect" : RecipeText.word(shape));
        key("ranking", data.ranking());
        key("chat_template", data.chatTemplate());
        key("bad_rows", data.badRows());
        key("too_long", data.tooLong());
        key("limit", data.limit());
    }

    private void train(Recipe.Train train) {
        key("epochs", train.epochs());
        key("max_steps", train.maxSteps());
        key("batch_pairs", train.batchPairs());
        key("micro_batch_tokens", train.microBatchTokens());
        key("gradient_checkpointing", train.gradientCheckpointing());
        key("max_tokens", train.maxTokens());
        key("learning_rate", train.learningRate());
        key("schedule", train.schedule());
        key("warmup_steps", train.warmupSteps());
        key("clip_norm", train.clipNorm());
        key("weight_decay", train.weightDecay());
        key("adam_beta1", train.adamBeta1());
        key("adam_beta2", train.adamBeta2());
        key("adam_epsilon", train.adamEpsilon());
        key("precision", train.precision());
        key("shuffle", train.shuffle());
        key("threads", train.threads());
    }

    private void section(String key, Runnable body) {
        yaml.append(key).append(":\n");
        indent = "  ";
        body.run();
        indent = "";
    }

    private void key(String key, @Nullable Object value) {
        yaml.append(indent).append(key).append(": ").append(value(value)).append('\n');
    }

    private static String value(@Nullable Object value) {
        if (value == null) {
            return "null";
        }
        return switch (value) {
            case Enum<?> constant -> RecipeText.word(constant);
            case Double number -> RecipeText.number(number);
            case List<?> list -> list.stream().map(RecipeWriter::value).collect(Collectors.joining(", ", "[", "]"));
            case Path path -> RecipeText.text(path.toString());
            case String text -> RecipeText.text(text);
            // Whole numbers and truth values print as they are read.
            default -> value.toString();
        };
    }
}

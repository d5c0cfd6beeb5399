package dev.poise.advise;

import dev.poise.advise.Advice.Settings;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Advice as a recipe that is ready to run.
///
/// @param model directory
/// @param data file or folder
/// @param shape of its rows; null to detect it
/// @param chatTemplate as recipes name it
/// @param rewards as command lines and recipes write them; empty without a reward
/// @param maxTokens the longest sequence
/// @param maxNewTokens where the policy's answers are cut
/// @param output the run directory
/// @param seed of everything drawn
public record RecipeDraft(
        String model,
        String data,
        @Nullable String shape,
        String chatTemplate,
        List<String> rewards,
        int maxTokens,
        int maxNewTokens,
        String output,
        long seed) {

    public RecipeDraft {
        rewards = List.copyOf(rewards);
    }

    /// The recipe as YAML.
    ///
    /// @param standing told in a comment
    public String yaml(Advice advice, String standing) {
        Settings settings = advice.settings();
        StringBuilder yaml = new StringBuilder();
        yaml.append("# Advised: ").append(advice.course().title()).append(".\n");
        yaml.append("# Found: ").append(standing).append(".\n");
        yaml.append(
                "# docs/advise.md says where each setting comes from. What a key means is said in recipes/dpo.yaml.\n\n");
        yaml.append("method: ").append(method(advice.course())).append('\n');
        yaml.append("model: ").append(quoted(model)).append('\n');
        yaml.append("reference: ")
                .append(advice.course() == Course.SUPERVISED ? "none" : "initial")
                .append("\n\n");
        yaml.append("data:\n");
        yaml.append("  train: ").append(quoted(data)).append('\n');
        yaml.append("  evaluate: 0.05\n");
        if (shape != null) {
            yaml.append("  shape: ").append(shape).append('\n');
        }
        yaml.append("  chat_template: ").append(quoted(chatTemplate)).append('\n');
        yaml.append("  bad_rows: quarantine\n  too_long: cut\n\n");
        yaml.append("objective:\n").append(objective(advice.course(), settings)).append('\n');
        if (settings.samples() > 0) {
            yaml.append(online(advice.course(), settings)).append('\n');
        }
        yaml.append("train:\n  epochs: 1\n  batch_pairs: 32\n");
        yaml.append("  max_tokens: ").append(maxTokens).append('\n');
        yaml.append("  learning_rate: ")
                .append(String.format(Locale.ROOT, "%.0e", settings.learningRate()))
                .append("\n\n");
        yaml.append("evaluate: {every: 0}\n");
        if (settings.samples() > 0) {
            yaml.append("checkpoint: {every: 500, keep: 2, best: eval_reward, better: auto}\n");
            yaml.append("monitor: {every: 0}\n");
        }
        yaml.append("seed: ").append(seed).append('\n');
        yaml.append("output: ").append(quoted(output)).append('\n');
        return yaml.toString();
    }

    private static String method(Course course) {
        return switch (course) {
            case ON_POLICY, ON_POLICY_WITH_DATA, BEST_OF_N -> "online";
            case SUPERVISED -> "supervised";
            case CONTRASTIVE -> "preference";
            case LABELLED -> "unpaired";
        };
    }

    private static String objective(Course course, Settings settings) {
        return switch (course) {
            case ON_POLICY, ON_POLICY_WITH_DATA -> "  - {type: dpo, beta: 0.1}\n";
            case BEST_OF_N -> "  - {type: best_of_n}\n";
            case SUPERVISED -> "  - {type: mle}\n";
            case CONTRASTIVE ->
                String.format(
                                Locale.ROOT,
                                "  - {type: dpo, beta: 0.1, label_smoothing: %s}\n",
                                Double.toString(settings.labelSmoothing()))
                        + (settings.likelihood() > 0
                                ? "  - {type: mle, weight: " + settings.likelihood()
                                        + "}    # keeps chosen answers from losing likelihood\n"
                                : "");
            case LABELLED -> "  - {type: kto, beta: 0.1}\n";
        };
    }

    private String online(Course course, Settings settings) {
        boolean offline = course == Course.BEST_OF_N;
        return "online:\n  reward: ["
                + String.join(", ", rewards.stream().map(RecipeDraft::quoted).toList()) + "]\n"
                + "  prompts: 32\n"
                + "  samples: {policy: " + (offline ? 0 : settings.samples()) + ", reference: "
                + (offline ? settings.samples() : 0) + ", data: " + settings.dataAnswers() + "}\n"
                + "  inner: " + settings.inner() + "\n"
                + "  max_new_tokens: " + maxNewTokens + "\n"
                + "  temperature: 1.0\n";
    }

    /// A string of JSON is one of YAML.
    private static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }
}

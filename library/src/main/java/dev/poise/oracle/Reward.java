package dev.poise.oracle;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// How good a completion of a prompt is, as a number without unit: higher is better.
///
/// Implementations give the same answer the same reward, and are safe for use by several threads. Users add their own
/// as a lambda.
@FunctionalInterface
public interface Reward {

    /// The reward of `completion` after `prompt`, finite.
    double score(String prompt, String completion);

    /// The rewards of one completion for every prompt.
    ///
    /// @param prompts as many as `completions`
    /// @throws RewardException naming the index of the first answer whose reward fails or is not finite
    default double[] scoreAll(List<String> prompts, List<String> completions) {
        if (prompts.size() != completions.size()) {
            throw new IllegalArgumentException("completions must be one a prompt, got " + completions.size() + " for "
                    + prompts.size() + " prompts");
        }
        double[] rewards = new double[prompts.size()];
        for (int i = 0; i < rewards.length; i++) {
            try {
                rewards[i] = score(prompts.get(i), completions.get(i));
            } catch (RuntimeException e) {
                throw new RewardException(i, "failed: " + e.getMessage(), e);
            }
            // The texts stay out of the message: they may be long, private or offensive.
            if (!Double.isFinite(rewards[i])) {
                throw new RewardException(i, "must be finite, got " + rewards[i], null);
            }
        }
        return rewards;
    }

    /// The rule reward that `specification` describes; the grammar is in the package's documentation.
    ///
    /// @throws IllegalArgumentException saying what is wrong and listing the legal forms
    static Reward parse(String specification) {
        return RewardGrammar.RULES.parse(specification);
    }

    /// The sum of the rule rewards that `specifications` describe, one each; a single one stands for itself.
    ///
    /// @param specifications at least one
    static Reward parse(List<String> specifications) {
        return sum(RewardGrammar.RULES, specifications);
    }

    /// The same, of specifications that may name reward models, commands and endpoints.
    ///
    /// @param models reads the reward model in a directory
    /// @param services opens what asks a command or an endpoint
    static Reward parse(
            List<String> specifications, Function<Path, Reward> models, Function<Service, Reward> services) {
        return sum(new RewardGrammar(models, services), specifications);
    }

    /// A specification with the reward model that it names, if it names one, where it lies.
    ///
    /// @param models gives the directory of a reward model that is named
    static String located(String specification, UnaryOperator<Path> models) {
        return RewardGrammar.located(specification, models);
    }

    private static Reward sum(RewardGrammar grammar, List<String> specifications) {
        List<Reward> rewards = specifications.stream().map(grammar::parse).toList();
        return rewards.size() == 1
                ? rewards.getFirst()
                : new Sum(
                        rewards.stream().map(reward -> new Sum.Term(1, reward)).toList());
    }
}

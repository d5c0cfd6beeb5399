package dev.poise.cli;

import dev.poise.data.Content;
import dev.poise.oracle.Reward;
import dev.poise.train.LearnedReward;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// The option of what makes an answer good.
final class RewardOptions {

    /// Tokens of one forward pass of a reward model.
    private static final int MICRO_BATCH_TOKENS = 4096;

    @Option(
            names = "--reward",
            required = true,
            paramLabel = "SPEC",
            description = "A rule such as length:words:closest=20, lexical:good,happy;-bad or regex:EXPRESSION, or"
                    + " model:DIR for a reward model, with WEIGHT* before it if wanted. Several are added up.")
    private List<String> specifications;

    /// A reward for as long as it is used.
    ///
    /// @param reward what scores answers
    /// @param models the reward models it reads
    record Opened(Reward reward, List<LearnedReward> models) implements AutoCloseable {

        /// Refuses conversations of several turns where a reward model would see the last one only.
        void requireWhole(List<Content> prompts) {
            boolean several = prompts.stream()
                    .anyMatch(prompt -> prompt instanceof Content.Conversation talk
                            && talk.messages().size() > 1);
            if (several && !models.isEmpty()) {
                throw new UsageException(
                        "prompts must be texts or single messages where a reward model scores their answers, got a"
                                + " conversation of several turns");
            }
        }

        /// Says how much was asked of the reward models.
        void tell(Console console) {
            models.forEach(model -> console.note(model.directory() + ": scored " + model.calls() + " answers"));
        }

        @Override
        public void close() {
            models.forEach(LearnedReward::close);
        }
    }

    /// Reads what is asked for, before anything is sampled.
    ///
    /// @param model whose threads and precision reward models have
    /// @param chat how reward models read prompts and answers
    Opened open(ModelOptions model, ChatOptions chat) {
        List<LearnedReward> models = new ArrayList<>();
        boolean opened = false;
        try {
            Reward reward = Reward.parse(specifications, directory -> learned(directory, model, chat, models));
            opened = true;
            return new Opened(reward, models);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--reward: " + e.getMessage());
        } finally {
            if (!opened) {
                models.forEach(LearnedReward::close);
            }
        }
    }

    private static Reward learned(Path directory, ModelOptions model, ChatOptions chat, List<LearnedReward> models) {
        ModelOptions.requireDirectory(directory);
        model.start();
        LearnedReward learned = LearnedReward.read(directory, chat.name(), model.precision, MICRO_BATCH_TOKENS);
        models.add(learned);
        return learned;
    }
}

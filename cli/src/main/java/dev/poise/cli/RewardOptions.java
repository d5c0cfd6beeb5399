package dev.poise.cli;

import dev.poise.data.Content;
import dev.poise.oracle.Reward;
import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.Tokenizer;
import dev.poise.train.LearnedReward;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    List<String> specifications;

    /// A reward for as long as it is used.
    ///
    /// @param reward what scores answers
    /// @param models the reward models it reads
    record Opened(Reward reward, List<LearnedReward> models) implements AutoCloseable {

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
    /// @param chat how reward models read prompts and answers: as messages where policies do
    /// @param prompts what will be answered
    Opened open(ModelOptions model, ChatOptions chat, List<Content> prompts) {
        List<LearnedReward> models = new ArrayList<>();
        boolean opened = false;
        try {
            Reward reward = Reward.parse(specifications, directory -> learned(directory, model, chat, prompts, models));
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

    private static Reward learned(
            Path directory, ModelOptions model, ChatOptions chat, List<Content> prompts, List<LearnedReward> models) {
        ModelOptions.requireDirectory(directory);
        boolean messages = prompts.getFirst() instanceof Content.Conversation;
        for (Content prompt : prompts) {
            requireWhole(prompt, messages);
        }
        model.start();
        LearnedReward learned = LearnedReward.read(
                directory,
                tokenizer -> messages || chat.asked() ? template(directory, chat, tokenizer) : Optional.empty(),
                model.precision,
                MICRO_BATCH_TOKENS);
        models.add(learned);
        return learned;
    }

    /// A reward is shown one text as the prompt: of several turns a reward model would see the last only, and of texts
    /// among messages it could not tell which is which.
    private static void requireWhole(Content prompt, boolean messages) {
        if (prompt instanceof Content.Conversation != messages
                || (prompt instanceof Content.Conversation talk
                        && talk.messages().size() > 1)) {
            throw new UsageException("prompts must be all texts or all single messages where a reward model scores"
                    + " their answers, got a conversation of several turns or both");
        }
    }

    private static Optional<ChatTemplate> template(Path directory, ChatOptions chat, Tokenizer tokenizer) {
        Optional<ChatTemplate> template = chat.template(directory, tokenizer);
        if (template.isEmpty()) {
            throw new UsageException(directory + ": messages need a --chat-template");
        }
        return template;
    }
}

package dev.poise.cli;

import dev.poise.data.Content;
import dev.poise.model.ModelFiles;
import dev.poise.oracle.Reward;
import dev.poise.remote.Answers;
import dev.poise.remote.Counts;
import dev.poise.remote.RemoteReward;
import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.Tokenizer;
import dev.poise.train.LearnedReward;
import dev.poise.train.OpenedReward;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/// The option of what makes an answer good.
final class RewardOptions {

    /// Tokens of one forward pass of a reward model.
    private static final int MICRO_BATCH_TOKENS = 4096;

    @Option(
            names = "--reward",
            required = true,
            paramLabel = "SPEC",
            description = "A rule such as length:words:closest=20, lexical:good,happy;-bad, regex:EXPRESSION or"
                    + " expr:FORMULA, model:DIR for a reward model, command:PROGRAM ARGUMENTS or endpoint:URL for what"
                    + " scores outside, with WEIGHT* before it if wanted. Several are added up.")
    List<String> specifications;

    @Option(
            names = "--answers",
            paramLabel = "FILE",
            description = "Keeps what commands and endpoints answer there, and asks nothing that it holds already.")
    private @Nullable Path kept;

    /// A reward for as long as it is used.
    ///
    /// @param opened what scores answers
    /// @param answers what commands and endpoints have answered
    record Opened(OpenedReward opened, Answers answers) implements AutoCloseable {

        Reward reward() {
            return opened.reward();
        }

        /// Says how much was asked of reward models, commands and endpoints.
        void tell(Console console) {
            opened.models()
                    .forEach(model -> console.note(model.directory() + ": scored " + model.calls() + " answers"));
            for (RemoteReward service : opened.services()) {
                Counts counts = service.counts();
                console.note(String.format(
                        Locale.ROOT,
                        "%s: answered %d, %d known already, %d retries, %.1f s",
                        service.service().name(),
                        counts.calls(),
                        counts.remembered(),
                        counts.retries(),
                        counts.seconds()));
            }
        }

        /// Adds the same to an object for programs, where a command or an endpoint was asked.
        void putInto(ObjectNode json) {
            if (!opened.services().isEmpty()) {
                Counts counts = opened.counts();
                json.put("oracle_calls", counts.calls())
                        .put("oracle_remembered", counts.remembered())
                        .put("oracle_retries", counts.retries())
                        .put("oracle_seconds", counts.seconds());
            }
        }

        @Override
        public void close() {
            opened.close();
            answers.close();
        }
    }

    /// Reads what is asked for, before anything is sampled.
    ///
    /// @param model whose threads and precision reward models have
    /// @param chat how reward models read prompts and answers: as messages where policies do
    /// @param prompts what will be answered
    /// @param console told how downloads go and of what must be asked again
    Opened open(ModelOptions model, ChatOptions chat, List<Content> prompts, Console console) {
        Answers answers = answers();
        boolean opened = false;
        try {
            OpenedReward reward = OpenedReward.of(
                    specifications,
                    directory -> learned(HubInputs.of(console).model(directory), model, chat, prompts),
                    service -> new RemoteReward(service, answers, 0, console::note));
            opened = true;
            return new Opened(reward, answers);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--reward: " + e.getMessage());
        } finally {
            if (!opened) {
                answers.close();
            }
        }
    }

    private Answers answers() {
        if (kept == null) {
            return Answers.forgetful();
        }
        try {
            return Answers.in(kept);
        } catch (IOException e) {
            throw new UsageException("--answers: " + e.getMessage());
        }
    }

    private static LearnedReward learned(Path directory, ModelOptions model, ChatOptions chat, List<Content> prompts) {
        ModelOptions.requireDirectory(directory);
        boolean messages = prompts.getFirst() instanceof Content.Conversation;
        for (Content prompt : prompts) {
            requireWhole(prompt, messages);
        }
        model.start();
        return LearnedReward.read(
                directory,
                tokenizer -> messages || chat.asked()
                        ? template(ModelFiles.of(directory).tokens(), chat, tokenizer)
                        : Optional.empty(),
                model.precision,
                MICRO_BATCH_TOKENS);
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

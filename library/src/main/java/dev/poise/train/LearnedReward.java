package dev.poise.train;

import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.model.ModelException;
import dev.poise.model.ModelFiles;
import dev.poise.model.TokenBatch;
import dev.poise.oracle.Reward;
import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.ChatTemplateException;
import dev.poise.tokenize.MarkedText;
import dev.poise.tokenize.MarkedTokens;
import dev.poise.tokenize.Message;
import dev.poise.tokenize.SequenceTokenizer;
import dev.poise.tokenize.TokenSequence;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A reward that was learnt: the scores that a reward model gives answers.
///
/// An answer is read behind its prompt and with its end of sequence, as answers are in training, and scored at its
/// last token. With a chat template the prompt is a user's turn and the answer the assistant's. Scores have no unit
/// and no zero: only differences on one prompt were learnt. They do not depend on what is scored beside them, but for
/// rounding.
///
/// It lives beside the training that makes such models and not among the rules of `oracle`, which know neither models
/// nor tensors. May be used from several threads, which take turns.
public final class LearnedReward implements Reward, AutoCloseable {

    private final Path directory;
    private final Decoder model;
    private final Tokenizer tokenizer;
    private final SequenceTokenizer sequences;
    private final Optional<ChatTemplate> template;
    private final int microBatchTokens;
    private long calls;

    private LearnedReward(
            Path directory, Decoder model, Tokenizer tokenizer, Optional<ChatTemplate> template, int microBatchTokens) {
        this.directory = directory;
        this.model = model;
        this.tokenizer = tokenizer;
        this.sequences = new SequenceTokenizer(tokenizer);
        this.template = template;
        this.microBatchTokens = microBatchTokens;
    }

    /// Reads a reward model. libtorch must have been started.
    ///
    /// @param directory as a run of method reward leaves it, or a sequence classifier of one class by
    ///     `transformers`
    /// @param template how a prompt and its answer become text, by the model's tokenizer; empty where the text is
    ///     one behind the other
    /// @param microBatchTokens tokens of one forward pass, at least 1
    /// @throws ModelException when it is no reward model
    public static LearnedReward read(
            Path directory,
            Function<Tokenizer, Optional<ChatTemplate>> template,
            Precision precision,
            int microBatchTokens) {
        Tokenizer tokenizer = Tokenizer.read(ModelFiles.of(directory).tokens());
        try {
            Optional<ChatTemplate> chosen = template.apply(tokenizer);
            Decoder model = ModelDirectory.readReward(directory, precision);
            if (tokenizer.vocabularySize() > model.architecture().vocabulary()) {
                model.close();
                throw new ModelException(directory + ": the tokenizer knows " + tokenizer.vocabularySize()
                        + " tokens, but the model only " + model.architecture().vocabulary());
            }
            return new LearnedReward(directory, model, tokenizer, chosen, microBatchTokens);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /// Where it was read.
    public Path directory() {
        return directory;
    }

    /// How many answers were scored so far.
    public synchronized long calls() {
        return calls;
    }

    @Override
    public double score(String prompt, String completion) {
        return scoreAll(List.of(prompt), List.of(completion))[0];
    }

    /// The scores of one completion for every prompt, many in one forward pass.
    ///
    /// @param prompts as many as `completions`
    /// @throws IllegalArgumentException naming the index of an answer that is too long for the model or empty, or
    ///     whose score is not finite
    @Override
    public synchronized double[] scoreAll(List<String> prompts, List<String> completions) {
        if (prompts.size() != completions.size()) {
            throw new IllegalArgumentException("completions must be one a prompt, got " + completions.size() + " for "
                    + prompts.size() + " prompts");
        }
        List<TokenSequence> answers = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            answers.add(sequence(i, prompts.get(i), completions.get(i)));
        }
        double[] scores = new double[answers.size()];
        for (int[] micro : MicroBatches.split(answers.stream().map(List::of).toList(), microBatchTokens)) {
            TokenBatch batch = TokenBatch.ofEnds(
                    TokenBatch.alike(Arrays.stream(micro).mapToObj(answers::get).toList()));
            double[] some = model.scores(batch);
            for (int i = 0; i < micro.length; i++) {
                if (!Double.isFinite(some[i])) {
                    throw new IllegalArgumentException(
                            directory + ": score of answer " + micro[i] + " must be finite, got " + some[i]);
                }
                scores[micro[i]] = some[i];
            }
        }
        calls += scores.length;
        return scores;
    }

    private TokenSequence sequence(int index, String prompt, String completion) {
        MarkedTokens tokens = sequences.encode(text(index, prompt, completion));
        int context = model.architecture().context();
        if (tokens.length() == 0 || tokens.length() > context) {
            throw new IllegalArgumentException(directory + ": answer " + index + " with its prompt must hold 1 to "
                    + context + " tokens, the reward model's context, got " + tokens.length());
        }
        return tokens.first(context);
    }

    private MarkedText text(int index, String prompt, String completion) {
        if (template.isEmpty()) {
            return MarkedText.completion(prompt, completion);
        }
        List<Message> messages = List.of(new Message("user", prompt), new Message("assistant", completion));
        try {
            return template.get().conversation(messages, 1);
        } catch (ChatTemplateException e) {
            throw new IllegalArgumentException(directory + ": answer " + index + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        model.close();
        tokenizer.close();
    }
}

package dev.poise.train;

import dev.poise.data.Encoded;
import dev.poise.model.Decoder;
import dev.poise.run.Recipe;
import dev.poise.run.SampleLine;
import dev.poise.run.Samples;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sampler;
import dev.poise.sample.TextSample;
import dev.poise.sample.TextSampler;
import dev.poise.tokenize.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The same few prompts, answered again and again while a policy is tuned.
///
/// @param settings how many prompts, how long the answers, how drawn
/// @param prompts token ids of the prompts
/// @param tokenizer turns ids back into text
/// @param sink where the answers go
/// @param seed of the draws, the same at every step
record SampleSheet(Recipe.Sample settings, List<int[]> prompts, Tokenizer tokenizer, Samples sink, long seed) {

    /// Rows answered together.
    private static final int BATCH = 16;

    /// The prompts of the first rows that have one and leave room for an answer.
    static List<int[]> prompts(List<? extends Encoded> rows, int count, int context) {
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < rows.size() && prompts.size() < count; i++) {
            int[] prompt = TrainingRow.prompt(rows.get(i));
            if (prompt.length > 0 && prompt.length < context) {
                prompts.add(prompt);
            }
        }
        return prompts;
    }

    /// Answers every prompt and writes the answers down under a step. Does nothing where the recipe asks for none.
    void write(long step, Decoder policy) throws IOException {
        if (settings.every() == 0 || prompts.isEmpty()) {
            return;
        }
        Decoding decoding = new Decoding(settings.temperature(), 0, 1, settings.maxNewTokens(), seed);
        Sampler sampler = new Sampler(policy, tokenizer.specialTokens().stop(), BATCH);
        List<TextSample> answers = new ArrayList<>();
        new TextSampler(sampler, tokenizer).sample(prompts, decoding, (index, answer) -> answers.add(answer));
        for (int i = 0; i < answers.size(); i++) {
            TextSample answer = answers.get(i);
            sink.append(new SampleLine(
                    step,
                    i,
                    tokenizer.decode(prompts.get(i), true),
                    answer.text(),
                    answer.sample().tokens().length,
                    answer.sample().ended()));
        }
    }
}

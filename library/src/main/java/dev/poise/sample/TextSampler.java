package dev.poise.sample;

import dev.poise.tokenize.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;

/// Samples completions and reads them back as text.
///
/// @param sampler of tokens
/// @param tokenizer the model's
public record TextSampler(Sampler sampler, Tokenizer tokenizer) {

    /// Samples one completion a prompt, and hands out each as soon as its batch is done.
    ///
    /// @param prompts token ids, at least one each and fewer than the model's context
    /// @param done told the zero-based index of a prompt and its completion, in the order of the prompts
    public void sample(List<int[]> prompts, Decoding decoding, BiConsumer<Integer, TextSample> done) {
        sampler.sample(
                prompts,
                decoding,
                (index, sample) -> done.accept(index, new TextSample(text(prompts.get(index), sample), sample)));
    }

    /// Samples several completions a prompt; every one draws from a stream of its own.
    ///
    /// @param prompts token ids, at least one each and fewer than the model's context
    /// @param each completions a prompt, at least 1
    /// @param progress told how many completions there are, after each
    /// @return a list of `each` completions for every prompt
    public List<List<TextSample>> sample(List<int[]> prompts, int each, Decoding decoding, IntConsumer progress) {
        if (each < 1) {
            throw new IllegalArgumentException("completions a prompt must be at least 1, got " + each);
        }
        List<int[]> repeated = prompts.stream()
                .flatMap(prompt -> Collections.nCopies(each, prompt).stream())
                .toList();
        List<TextSample> samples = new ArrayList<>();
        sample(repeated, decoding, (index, sample) -> {
            samples.add(sample);
            progress.accept(index + 1);
        });
        List<List<TextSample>> byPrompt = new ArrayList<>();
        for (int from = 0; from < samples.size(); from += each) {
            byPrompt.add(List.copyOf(samples.subList(from, from + each)));
        }
        return byPrompt;
    }

    private String text(int[] prompt, Sample sample) {
        int[] tokens = sample.tokens();
        return added(prompt, sample.ended() ? Arrays.copyOf(tokens, tokens.length - 1) : tokens);
    }

    /// What prompt and completion read as together, less what the prompt reads as alone, since a tokenizer may treat
    /// a first token in its own way.
    private String added(int[] prompt, int[] completion) {
        int[] whole = Arrays.copyOf(prompt, prompt.length + completion.length);
        System.arraycopy(completion, 0, whole, prompt.length, completion.length);
        String before = tokenizer.decode(prompt, true);
        String both = tokenizer.decode(whole, true);
        return both.startsWith(before) ? both.substring(before.length()) : tokenizer.decode(completion, true);
    }
}

package dev.poise.cli;

import dev.poise.data.Content;
import dev.poise.model.Decoder;
import dev.poise.model.ModelFiles;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sample;
import dev.poise.sample.Sampler;
import dev.poise.sample.TextSample;
import dev.poise.sample.TextSampler;
import dev.poise.tokenize.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options of how models answer prompts.
final class AnswerOptions {

    @Mixin
    private final DecodingOptions decoding = new DecodingOptions();

    @Mixin
    final ChatOptions chat = new ChatOptions();

    @Option(
            names = "--batch",
            paramLabel = "B",
            defaultValue = "32",
            description = "Answers that grow together; the results do not depend on it (default: ${DEFAULT-VALUE}).")
    private int batch;

    /// The options as the sampler takes them, checked before any model is read.
    Decoding decoding() {
        if (batch < 1) {
            throw new UsageException("--batch must be at least 1, got " + batch);
        }
        return decoding.decoding();
    }

    /// What becomes of prompts and a sampler that is ready for them.
    @FunctionalInterface
    interface Use<T> {
        /// Uses them.
        ///
        /// @param sampler of the model's texts
        /// @param asked the prompts as the model is asked
        /// @param tokens the same as token ids
        T apply(TextSampler sampler, List<Content> asked, List<int[]> tokens);
    }

    /// Prompts with their answers.
    ///
    /// @param asked the prompts as the model was asked
    /// @param answers a list of answers for every prompt
    record Answered(List<Content> asked, List<List<TextSample>> answers) {

        /// What a reward reads: the answers' texts.
        List<List<String>> texts() {
            return answers.stream()
                    .map(samples -> samples.stream().map(TextSample::text).toList())
                    .toList();
        }

        /// All answers, in the order of their prompts.
        List<Sample> samples() {
            return answers.stream()
                    .flatMap(List::stream)
                    .map(TextSample::sample)
                    .toList();
        }
    }

    /// Lets a model answer every prompt, and shows how far it is.
    ///
    /// @param files the model's
    /// @param each answers a prompt, at least 1
    Answered answers(ModelOptions model, ModelFiles files, List<Content> contents, int each, Console console) {
        Decoding how = decoding();
        return with(model, files, contents, console, (sampler, asked, tokens) -> {
            long total = (long) contents.size() * each;
            try (ProgressLine progress = new ProgressLine(console.err(), "sample", "answers", total)) {
                progress.update(0, "");
                return new Answered(asked, sampler.sample(tokens, each, how, count -> progress.update(count, "")));
            }
        });
    }

    /// Reads a model for as long as it is used, and prompts in its tokens. Says on standard error what is in doubt.
    <T> T with(ModelOptions model, ModelFiles files, List<Content> contents, Console console, Use<T> use) {
        try (Decoder decoder = model.read(files);
                Tokenizer tokenizer = Tokenizer.read(files.tokens())) {
            Prompts prompts = new Prompts(
                    tokenizer, chat.template(files.tokens(), tokenizer), chat.asked(), decoder.architecture());
            prompts.warnings().forEach(console::note);
            List<int[]> tokens = new ArrayList<>();
            for (int i = 0; i < contents.size(); i++) {
                tokens.add(prompts.tokens(i, contents.get(i)));
            }
            Sampler sampler = new Sampler(decoder, prompts.stopIds(), batch);
            List<Content> asked = contents.stream().map(prompts::asked).toList();
            return use.apply(new TextSampler(sampler, tokenizer), asked, tokens);
        }
    }
}

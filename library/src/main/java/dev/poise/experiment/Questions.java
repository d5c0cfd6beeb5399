package dev.poise.experiment;

import dev.poise.evaluate.WordF1;
import dev.poise.model.Decoder;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sampler;
import dev.poise.sample.TextSampler;
import dev.poise.tokenize.SequenceTokenizer;
import dev.poise.tokenize.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Questions with known answers, asked without help: what a decoder knows by heart.
///
/// @param all at least one
record Questions(List<Question> all) {

    private static final int MOST = 200;
    private static final int TOKENS = 32;
    private static final int BATCH = 64;

    /// @param references texts that answer it, at least one
    record Question(String text, List<String> references) {}

    /// Reads a JSON array of objects with `prompt` and `reference`, a text or a list of them; the first 200.
    ///
    /// @throws IllegalArgumentException where the file is none
    static Questions read(Path file) throws IOException {
        String wanted = file + " must be a JSON array of objects with prompt and reference, got ";
        List<Question> questions = new ArrayList<>();
        try {
            for (JsonNode node : JsonMapper.shared().readTree(Files.readString(file, StandardCharsets.UTF_8))) {
                JsonNode reference = node.path("reference");
                List<String> texts = reference.isArray()
                        ? reference
                                .valueStream()
                                .filter(JsonNode::isString)
                                .map(JsonNode::asString)
                                .toList()
                        : List.of(reference.asString(""));
                String prompt = node.path("prompt").asString("");
                if (prompt.isBlank() || texts.stream().allMatch(String::isBlank)) {
                    throw new IllegalArgumentException(wanted + "entry " + questions.size() + " without one of them");
                }
                if (questions.size() < MOST) {
                    questions.add(new Question(prompt, texts));
                }
            }
        } catch (JacksonException e) {
            throw new IllegalArgumentException(wanted + "something else: " + e.getOriginalMessage(), e);
        }
        if (questions.isEmpty()) {
            throw new IllegalArgumentException(wanted + "no entry");
        }
        return new Questions(List.copyOf(questions));
    }

    /// Mean word-level F1 of a decoder's greedy answers, cut at 32 tokens and at the end of the line.
    double f1(Decoder decoder, Tokenizer tokenizer) {
        SequenceTokenizer sequences = new SequenceTokenizer(tokenizer);
        List<int[]> prompts = all.stream()
                .map(question -> sequences.encode("Question: " + question.text() + "\nAnswer:"))
                .toList();
        double[] scores = new double[prompts.size()];
        Sampler sampler = new Sampler(decoder, tokenizer.specialTokens().stop(), BATCH);
        new TextSampler(sampler, tokenizer)
                .sample(
                        prompts,
                        Decoding.greedy(TOKENS),
                        (i, answer) -> scores[i] = WordF1.of(
                                answer.text().strip().lines().findFirst().orElse(""),
                                all.get(i).references()));
        return Sides.mean(scores);
    }
}

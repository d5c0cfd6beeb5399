package dev.poise.data;

import dev.poise.tokenize.ChatTemplateException;
import dev.poise.tokenize.MarkedText;
import dev.poise.tokenize.TokenSequence;
import dev.poise.tokenize.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A row as the model sees it, or why it does not.
public sealed interface Inspection {

    /// Zero-based index of the row.
    long index();

    /// Where it was read.
    Source source();

    /// One sequence of a row.
    ///
    /// @param rendered the text that went to the tokenizer, before anything was cut
    /// @param tokens what the model reads
    record Sequence(String rendered, List<InspectedToken> tokens) {

        ObjectNode toJson(ObjectNode json) {
            json.put("rendered", rendered);
            ArrayNode list = json.putArray("tokens");
            for (InspectedToken token : tokens) {
                list.addObject().put("id", token.id()).put("text", token.text()).put("trained", token.trained());
            }
            return json;
        }
    }

    /// A row of one sequence.
    ///
    /// @param truncated whether its end was cut off
    record Single(long index, Source source, boolean truncated, Sequence sequence) implements Inspection {}

    /// A row of two.
    ///
    /// @param truncated whether the end of either was cut off
    /// @param sharedPrefix how many tokens both share from the start
    record Pair(long index, Source source, boolean truncated, int sharedPrefix, Sequence chosen, Sequence rejected)
            implements Inspection {}

    /// A row that is not trained on.
    ///
    /// @param reason why
    record Refused(long index, Source source, String reason) implements Inspection {}

    /// Looks at one row.
    ///
    /// @param index zero-based index of the row
    /// @throws DataException as [Encoder#encode]
    static Inspection of(long index, Row row, Encoder encoder, Tokenizer tokenizer) {
        return switch (row) {
            case BadRow bad -> new Refused(index, bad.source(), bad.reason());
            case Undecided tied -> new Refused(index, tied.source(), tied.reason());
            case Example.Prompt prompt -> {
                try {
                    yield prompt(index, prompt, encoder, tokenizer);
                } catch (ChatTemplateException e) {
                    yield new Refused(index, prompt.source(), String.valueOf(e.getMessage()));
                }
            }
            case Example example ->
                switch (encoder.encode(example)) {
                    case Encoding.Dropped dropped ->
                        new Refused(index, dropped.source(), dropped.reason().description());
                    case Encoding.Refused refused ->
                        new Refused(index, refused.source(), refused.row().reason());
                    case Encoding.Kept kept -> kept(index, kept, encoder.render(example), tokenizer);
                };
        };
    }

    private static Inspection prompt(long index, Example.Prompt prompt, Encoder encoder, Tokenizer tokenizer) {
        int[] ids = encoder.encodePrompt(prompt.source(), prompt.prompt());
        String rendered = encoder.render(prompt).getFirst().text();
        return new Single(
                index, prompt.source(), false, new Sequence(rendered, tokens(ids, new boolean[ids.length], tokenizer)));
    }

    private static Inspection kept(long index, Encoding.Kept kept, List<MarkedText> texts, Tokenizer tokenizer) {
        return switch (kept.row()) {
            case Encoded.Single single ->
                new Single(
                        index, single.source(), kept.cut(), sequence(texts.getFirst(), single.sequence(), tokenizer));
            case Encoded.Pair pair ->
                new Pair(
                        index,
                        pair.source(),
                        kept.cut(),
                        pair.sharedPrefix(),
                        sequence(texts.getFirst(), pair.chosen(), tokenizer),
                        sequence(texts.getLast(), pair.rejected(), tokenizer));
        };
    }

    private static Sequence sequence(MarkedText text, TokenSequence sequence, Tokenizer tokenizer) {
        return new Sequence(text.text(), tokens(sequence.ids(), sequence.trained(), tokenizer));
    }

    private static List<InspectedToken> tokens(int[] ids, boolean[] trained, Tokenizer tokenizer) {
        List<InspectedToken> tokens = new ArrayList<>();
        for (int index = 0; index < ids.length; index++) {
            tokens.add(new InspectedToken(ids[index], tokenizer.piece(ids[index]), trained[index]));
        }
        return tokens;
    }

    /// The row as one JSON object on one line.
    default String toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("index", index());
        return switch (this) {
            case Single single ->
                single.sequence()
                        .toJson(json)
                        .put("truncated", single.truncated())
                        .toString();
            case Pair pair -> {
                json.put("shared_prefix", pair.sharedPrefix()).put("truncated", pair.truncated());
                pair.chosen().toJson(json.putObject("chosen"));
                pair.rejected().toJson(json.putObject("rejected"));
                yield json.toString();
            }
            case Refused refused -> json.put("refused", refused.reason()).toString();
        };
    }
}

package dev.poise.data;

import dev.poise.tokenize.ChatTemplate;
import dev.poise.tokenize.ChatTemplateException;
import dev.poise.tokenize.MarkedText;
import dev.poise.tokenize.MarkedTokens;
import dev.poise.tokenize.Message;
import dev.poise.tokenize.SequenceTokenizer;
import dev.poise.tokenize.TokenSequence;
import dev.poise.tokenize.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Turns examples into token sequences with loss masks.
///
/// Completions are trained, prompts are not; of a text without prompt everything, of conversations what the
/// assistant says and its end of turn. Plain text ends in one end-of-sequence token; a conversation ends as its
/// template ends it.
public final class Encoder {

    private final SequenceTokenizer sequences;
    private final Optional<ChatTemplate> template;
    private final int maxTokens;
    private final TooLong tooLong;
    private final boolean keepPrompts;

    /// @param template how conversations become text; rows of plain text need none
    /// @param maxTokens the most tokens a sequence may hold; at least 2
    /// @param tooLong what becomes of rows with a longer sequence
    public Encoder(Tokenizer tokenizer, Optional<ChatTemplate> template, int maxTokens, TooLong tooLong) {
        this(tokenizer, template, maxTokens, tooLong, false);
    }

    /// @param keepPrompts whether rows of a prompt alone are kept, as sequences of which nothing is trained, for
    ///     whoever lets a model complete them; otherwise they drop out
    public Encoder(
            Tokenizer tokenizer, Optional<ChatTemplate> template, int maxTokens, TooLong tooLong, boolean keepPrompts) {
        if (maxTokens < 2) {
            throw new IllegalArgumentException("maxTokens must be at least 2, got " + maxTokens);
        }
        this.sequences = new SequenceTokenizer(tokenizer);
        this.template = template;
        this.maxTokens = maxTokens;
        this.tooLong = tooLong;
        this.keepPrompts = keepPrompts;
    }

    /// Encodes one example.
    ///
    /// @throws DataException when it holds messages and there is no chat template, or it is too long and that stops
    public Encoding encode(Example example) {
        try {
            return switch (example) {
                case Example.Pair pair -> pair(pair);
                case Example.Completion row ->
                    single(row.source(), completion(row.source(), row.prompt(), row.completion()), row.desirable());
                case Example.Plain row -> single(row.source(), plain(row.source(), row.text()), null);
                case Example.Prompt row -> prompt(row);
            };
        } catch (ChatTemplateException e) {
            return new Encoding.Refused(refused(example.source(), e));
        }
    }

    private Encoding prompt(Example.Prompt row) {
        if (!keepPrompts) {
            return new Encoding.Dropped(row.source(), Drop.NOTHING_TRAINED);
        }
        int[] ids = encodePrompt(row.source(), row.prompt());
        if (ids.length < maxTokens && ids.length > 0) {
            return new Encoding.Kept(
                    new Encoded.Single(row.source(), new TokenSequence(ids, new boolean[ids.length]), null), false, 0);
        }
        if (tooLong == TooLong.STOP && ids.length > 0) {
            throw new DataException(
                    row.source(), "a prompt must hold fewer than " + maxTokens + " tokens, got " + ids.length);
        }
        return new Encoding.Dropped(row.source(), ids.length == 0 ? Drop.NOTHING_TRAINED : Drop.PROMPT_TOO_LONG);
    }

    private static BadRow refused(Source source, ChatTemplateException e) {
        return new BadRow(source, Flaw.CHAT_TEMPLATE, String.valueOf(e.getMessage()), "");
    }

    /// Encodes rows one by one, hands them on, and counts what became of every one of them.
    ///
    /// @throws DataException as `badRows` and [#encode] decide
    public EncodingCounts encodeAll(Iterator<Row> rows, BadRows badRows, Consumer<Encoded> sink) {
        EncodingCounts counts = EncodingCounts.NONE;
        while (rows.hasNext()) {
            counts = switch (rows.next()) {
                case BadRow bad -> {
                    badRows.accept(bad);
                    yield counts.plus(bad);
                }
                case Undecided row -> counts.plus(new Encoding.Dropped(row.source(), Drop.UNDECIDED));
                case Example example -> {
                    Encoding encoding = encode(example);
                    switch (encoding) {
                        case Encoding.Kept kept -> sink.accept(kept.row());
                        case Encoding.Refused refused -> badRows.accept(refused.row());
                        case Encoding.Dropped _ -> {}
                    }
                    yield counts.plus(encoding);
                }
            };
        }
        return counts;
    }

    /// Token ids of a prompt to sample from; of a conversation with the header of the assistant's turn. Not cut.
    public int[] encodePrompt(Source source, Content prompt) {
        return sequences.encode(promptText(source, prompt));
    }

    /// The texts of an example as they go to the tokenizer: of a pair chosen and rejected, else one.
    public List<MarkedText> render(Example example) {
        return switch (example) {
            case Example.Pair pair ->
                List.of(
                        completion(pair.source(), pair.promptOfChosen(), pair.chosen()),
                        completion(pair.source(), pair.promptOfRejected(), pair.rejected()));
            case Example.Completion row -> List.of(completion(row.source(), row.prompt(), row.completion()));
            case Example.Plain row -> List.of(plain(row.source(), row.text()));
            case Example.Prompt row ->
                List.of(new MarkedText(promptText(row.source(), row.prompt()), List.of(), false));
        };
    }

    private String promptText(Source source, Content prompt) {
        return switch (prompt) {
            case Content.Text plain -> plain.text();
            case Content.Conversation talk -> template(source).prompt(talk.messages(), talk.given());
        };
    }

    private MarkedText plain(Source source, Content text) {
        return switch (text) {
            case Content.Text plain -> MarkedText.plain(plain.text());
            case Content.Conversation talk -> template(source).conversation(talk.messages(), 0, talk.given());
        };
    }

    private MarkedText completion(Source source, Content prompt, Content completion) {
        if (prompt instanceof Content.Text before && completion instanceof Content.Text after) {
            return MarkedText.completion(before.text(), after.text());
        }
        if (prompt instanceof Content.Conversation before && completion instanceof Content.Conversation after) {
            List<Message> messages = new ArrayList<>(before.messages());
            messages.addAll(after.messages());
            return template(source).conversation(messages, before.messages().size(), before.given());
        }
        throw new DataException(source, "prompt and completion must be both text or both messages");
    }

    private ChatTemplate template(Source source) {
        return template.orElseThrow(() -> new DataException(
                source,
                "the row holds messages, and there is no chat template for them: data.chat_template must be one of "
                        + ChatTemplate.LEGAL.replace(", none", "")
                        + ", where model is the model directory's own"));
    }

    private Encoding single(Source source, MarkedText text, @Nullable Boolean desirable) {
        MarkedTokens tokens = sequences.encode(text);
        Optional<Drop> drop = drop(source, tokens);
        if (drop.isPresent()) {
            return new Encoding.Dropped(source, drop.get());
        }
        Encoded row = new Encoded.Single(source, tokens.first(maxTokens), desirable);
        return new Encoding.Kept(row, tokens.length() > maxTokens, tokens.boundaryMerges());
    }

    private Encoding pair(Example.Pair pair) {
        Source source = pair.source();
        List<MarkedText> texts = render(pair);
        MarkedTokens chosen = sequences.encode(texts.getFirst());
        MarkedTokens rejected = sequences.encode(texts.getLast());
        Optional<Drop> drop = drop(source, chosen).or(() -> drop(source, rejected));
        if (drop.isPresent()) {
            return new Encoding.Dropped(source, drop.get());
        }
        TokenSequence good = chosen.first(maxTokens);
        TokenSequence bad = rejected.first(maxTokens);
        if (Arrays.equals(good.ids(), bad.ids()) && Arrays.equals(good.trained(), bad.trained())) {
            return new Encoding.Dropped(source, Drop.SAME_TOKENS);
        }
        boolean cut = Math.max(chosen.length(), rejected.length()) > maxTokens;
        return new Encoding.Kept(
                new Encoded.Pair(source, good, bad, pair.margin()),
                cut,
                chosen.boundaryMerges() + rejected.boundaryMerges());
    }

    /// Why a sequence makes its row drop out, if it does.
    private Optional<Drop> drop(Source source, MarkedTokens tokens) {
        boolean tooMany = tokens.length() > maxTokens;
        if (tooMany && tooLong == TooLong.STOP) {
            throw new DataException(
                    source, "a sequence must hold at most " + maxTokens + " tokens, got " + tokens.length());
        }
        if (tooMany && tooLong == TooLong.DROP) {
            return Optional.of(Drop.TOO_LONG);
        }
        if (tokens.trainedWithin(maxTokens) == 0) {
            boolean cutOff = tokens.trainedWithin(tokens.length()) > 0;
            return Optional.of(cutOff ? Drop.PROMPT_TOO_LONG : Drop.NOTHING_TRAINED);
        }
        return Optional.empty();
    }
}

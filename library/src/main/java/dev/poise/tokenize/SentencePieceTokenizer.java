package dev.poise.tokenize;

import dev.poise.sentencepiece.Piece;
import dev.poise.sentencepiece.SentencePiece;
import dev.poise.tokenize.AddedTokens.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A directory's `tokenizer.model`, with the special tokens and switches of the files around it.
///
/// A text is cut at special tokens first; what lies between them goes through the model. The space that a model puts
/// before every text stands before the first stretch only, or before every one where `tokenizer_config.json` says
/// `legacy` (as `LlamaTokenizer` of `transformers`). A beginning of sequence is added unless `add_bos_token` is false,
/// an end only where `add_eos_token` is true.
final class SentencePieceTokenizer implements Tokenizer {

    private static final String FILE = "tokenizer.model";

    private final SentencePiece model;
    private final Map<Integer, AddedToken> added;
    private final AddedTokens inText;
    private final Vocabulary vocabulary;
    private final SpecialTokens specialTokens;
    private final boolean prefixesAll;
    private final OptionalInt first;
    private final OptionalInt last;
    private volatile boolean closed;

    private SentencePieceTokenizer(Path directory, SentencePiece model) {
        JsonNode settings =
                JsonFile.read(directory, "tokenizer_config.json").orElseGet(JsonNodeFactory.instance::objectNode);
        this.model = model;
        this.added = addedTokens(directory, model);
        this.inText = new AddedTokens(added.values());
        this.vocabulary = Vocabulary.ofPieces(model.pieces(), added.values());
        this.specialTokens = SpecialTokens.read(directory, vocabulary, roles(model));
        this.prefixesAll = settings.path("legacy").booleanValue(false);
        this.first = settings.path("add_bos_token").booleanValue(true) ? specialTokens.bos() : OptionalInt.empty();
        this.last = settings.path("add_eos_token").booleanValue(false) ? specialTokens.eos() : OptionalInt.empty();
    }

    /// Whether a directory's tokenizer is of this kind.
    static boolean isIn(Path directory) {
        return Files.isRegularFile(directory.resolve(FILE))
                && !Files.isRegularFile(directory.resolve("tokenizer.json"));
    }

    static SentencePieceTokenizer read(Path directory) {
        Path file = directory.resolve(FILE);
        try {
            return new SentencePieceTokenizer(directory, SentencePiece.parse(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new TokenizerException(file, "cannot be read (" + e.getMessage() + ")", e);
        } catch (IllegalArgumentException e) {
            throw new TokenizerException(
                    file,
                    "not a SentencePiece model that Poise reads: " + e.getMessage()
                            + "; where it is of another kind, save the tokenizer as tokenizer.json with transformers",
                    e);
        }
    }

    private static Map<Integer, AddedToken> addedTokens(Path directory, SentencePiece model) {
        List<AddedToken> own = new ArrayList<>();
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < model.pieces().size(); id++) {
            Piece piece = model.pieces().get(id);
            ids.putIfAbsent(piece.text(), id);
            if (piece.kind() == Piece.Kind.CONTROL || piece.kind() == Piece.Kind.UNKNOWN) {
                own.add(AddedToken.plain(id, piece.text(), true));
            }
        }
        return AddedToken.read(directory, own, ids);
    }

    /// What the model itself calls its special tokens, as `tokenizer_config.json` would.
    private static ObjectNode roles(SentencePiece model) {
        ObjectNode roles = JsonNodeFactory.instance.objectNode();
        model.beginning().ifPresent(token -> roles.put("bos_token", token));
        model.end().ifPresent(token -> roles.put("eos_token", token));
        model.padding().ifPresent(token -> roles.put("pad_token", token));
        return roles;
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
        requireOpen();
        IntStream.Builder ids = IntStream.builder();
        if (addSpecialTokens) {
            first.ifPresent(ids::add);
        }
        int from = 0;
        for (Optional<Place> next = inText.next(text, 0); next.isPresent(); next = inText.next(text, from)) {
            Place place = next.get();
            encode(text, from, place.start(), ids);
            ids.add(place.token().id());
            from = place.end();
        }
        encode(text, from, text.length(), ids);
        if (addSpecialTokens) {
            last.ifPresent(ids::add);
        }
        return ids.build().toArray();
    }

    private void encode(String text, int from, int to, IntStream.Builder ids) {
        if (from < to) {
            for (int id : model.encode(text.substring(from, to), from == 0 || prefixesAll)) {
                ids.add(id);
            }
        }
    }

    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        requireOpen();
        StringBuilder text = new StringBuilder();
        IntStream.Builder plain = IntStream.builder();
        for (int id : ids) {
            AddedToken token = added.get(id);
            if (token == null) {
                plain.add(id);
            } else if (!token.special() || !skipSpecialTokens) {
                text.append(decode(plain.build(), text.isEmpty())).append(token.content());
                plain = IntStream.builder();
            }
        }
        return text.append(decode(plain.build(), text.isEmpty())).toString();
    }

    private String decode(IntStream ids, boolean atStart) {
        int size = model.pieces().size();
        return model.decode(ids.filter(id -> id >= 0 && id < size).toArray(), atStart);
    }

    @Override
    public String piece(int id) {
        return vocabulary.piece(id);
    }

    @Override
    public int vocabularySize() {
        return vocabulary.size();
    }

    @Override
    public OptionalInt idOf(String token) {
        return vocabulary.idOf(token);
    }

    @Override
    public SpecialTokens specialTokens() {
        return specialTokens;
    }

    /// Nothing native is held; it refuses to go on as every other tokenizer does.
    @Override
    public void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the tokenizer must be open, got one that was closed");
        }
    }
}

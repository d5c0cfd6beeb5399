package dev.poise.tokenize;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;

/// Hugging Face's own tokenizers library, reached through DJL.
final class NativeTokenizer implements Tokenizer {

    /// DJL cuts at 512 tokens and pads unless told not to, and it obeys such blocks in `tokenizer.json`.
    private static final Map<String, String> WHOLE_TEXTS =
            Map.of("truncation", "do_not_truncate", "padding", "do_not_pad", "addSpecialTokens", "true");

    static {
        // DJL fetches GPU builds of its library and reports usage unless it is told to stay offline.
        System.setProperty("ai.djl.offline", "true");
    }

    private final HuggingFaceTokenizer library;
    private final Vocabulary vocabulary;
    private final SpecialTokens specialTokens;

    private NativeTokenizer(HuggingFaceTokenizer library, Vocabulary vocabulary, SpecialTokens specialTokens) {
        this.library = library;
        this.vocabulary = vocabulary;
        this.specialTokens = specialTokens;
    }

    static NativeTokenizer read(Path directory) {
        TokenizerJson json = TokenizerJson.of(directory);
        Vocabulary vocabulary = new Vocabulary(json.tree());
        SpecialTokens specialTokens = SpecialTokens.read(directory, vocabulary);
        return new NativeTokenizer(load(json), vocabulary, specialTokens);
    }

    private static HuggingFaceTokenizer load(TokenizerJson json) {
        byte[] bytes = json.text().getBytes(StandardCharsets.UTF_8);
        try {
            return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), WHOLE_TEXTS);
        } catch (IOException | RuntimeException e) {
            throw new TokenizerException(json.file(), "not a usable tokenizer: " + e.getMessage(), e);
        }
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
        long[] ids = library.encode(text, addSpecialTokens, false).getIds();
        int[] narrow = new int[ids.length];
        for (int index = 0; index < ids.length; index++) {
            narrow[index] = Math.toIntExact(ids[index]);
        }
        return narrow;
    }

    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        long[] wide = new long[ids.length];
        for (int index = 0; index < ids.length; index++) {
            wide[index] = ids[index];
        }
        return library.decode(wide, skipSpecialTokens);
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

    @Override
    public void close() {
        library.close();
    }
}

package dev.poise.tokenize;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;

/// Hugging Face's own tokenizers library, reached through DJL's native bridge.
///
/// The bridge is called directly: DJL's tokenizer above it also fetches every token's spelling and place, which
/// doubles the time, and it cuts and pads by default.
final class NativeTokenizer implements Tokenizer {

    private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;

    static {
        // DJL looks for GPU builds of its library on the network unless it is told to stay offline.
        System.setProperty("ai.djl.offline", "true");
    }

    /// Address of the native tokenizer; 0 once it is closed.
    private final AtomicLong address;

    private final Vocabulary vocabulary;
    private final SpecialTokens specialTokens;

    private NativeTokenizer(long address, Vocabulary vocabulary, SpecialTokens specialTokens) {
        this.address = new AtomicLong(address);
        this.vocabulary = vocabulary;
        this.specialTokens = specialTokens;
    }

    static NativeTokenizer read(Path directory) {
        TokenizerJson json = TokenizerJson.of(directory);
        Vocabulary vocabulary = new Vocabulary(json.tree());
        SpecialTokens specialTokens = SpecialTokens.read(directory, vocabulary);
        return new NativeTokenizer(load(json), vocabulary, specialTokens);
    }

    private static long load(TokenizerJson json) {
        loadLibrary(json.file());
        try {
            long address = LIBRARY.createTokenizerFromString(json.text());
            LIBRARY.disableTruncation(address);
            LIBRARY.disablePadding(address);
            return address;
        } catch (RuntimeException e) {
            throw new TokenizerException(json.file(), "not a usable tokenizer: " + e.getMessage(), e);
        }
    }

    private static void loadLibrary(Path file) {
        try {
            LibUtils.checkStatus();
        } catch (EngineException e) {
            throw new TokenizerException(file, "the native tokenizer library does not load: " + e.getMessage(), e);
        }
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
        long encoding = LIBRARY.encode(open(), text, addSpecialTokens);
        try {
            long[] wide = LIBRARY.getTokenIds(encoding);
            int[] ids = new int[wide.length];
            for (int index = 0; index < wide.length; index++) {
                ids[index] = Math.toIntExact(wide[index]);
            }
            return ids;
        } finally {
            LIBRARY.deleteEncoding(encoding);
        }
    }

    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        long[] wide = new long[ids.length];
        for (int index = 0; index < ids.length; index++) {
            wide[index] = ids[index];
        }
        return LIBRARY.decode(open(), wide, skipSpecialTokens);
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
        long open = address.getAndSet(0);
        if (open != 0) {
            LIBRARY.deleteTokenizer(open);
        }
    }

    /// A closed tokenizer's address would bring the process down.
    private long open() {
        long open = address.get();
        if (open == 0) {
            throw new IllegalStateException("the tokenizer must be open, got one that was closed");
        }
        return open;
    }
}

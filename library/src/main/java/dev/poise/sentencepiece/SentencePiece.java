package dev.poise.sentencepiece;

import dev.poise.sentencepiece.Piece.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// A SentencePiece model (Kudo and Richardson, <https://arxiv.org/abs/1808.06226>): text to the ids of pieces and back,
/// as the `sentencepiece` package does it, id for id.
///
/// Unigram, pair, word and character models, with or without bytes to fall back on. Immutable; may be used from several
/// threads.
public final class SentencePiece {

    private static final String SPACE_MARK = "\u2581";

    private final ModelFile file;
    private final Normaliser normaliser;
    private final Segmentation segmentation;
    private final int[] ofByte = new int[256];
    private final byte[] byteOf;

    private SentencePiece(ModelFile file) {
        this.file = file;
        PieceIndex pieces = new PieceIndex(file.pieces(), Piece::isText);
        PieceIndex whole = new PieceIndex(file.pieces(), piece -> piece.kind() == Kind.USER_DEFINED);
        this.normaliser = Normaliser.of(file, whole);
        this.segmentation = Segmentation.of(file, pieces, whole, find(Kind.UNKNOWN));
        this.byteOf = new byte[file.pieces().size()];
        for (int id = 0; id < byteOf.length; id++) {
            Piece piece = file.pieces().get(id);
            if (piece.kind() == Kind.BYTE) {
                byteOf[id] = byteOf(piece, id);
                ofByte[byteOf[id] & 0xFF] = id;
            }
        }
    }

    private static byte byteOf(Piece piece, int id) {
        if (!piece.text().matches("<0x[0-9A-F]{2}>")) {
            throw new IllegalArgumentException(
                    "piece " + id + " is a byte and must be spelled like <0x0A>, got \"" + piece.text() + "\"");
        }
        return (byte) Integer.parseInt(piece.text(), 3, 5, 16);
    }

    private int find(Kind kind) {
        return IntStream.range(0, file.pieces().size())
                .filter(id -> file.pieces().get(id).kind() == kind)
                .findFirst()
                .orElseThrow();
    }

    /// Reads a model from the content of its file.
    ///
    /// @throws IllegalArgumentException when the bytes are no model, or one that asks for what is not read
    public static SentencePiece parse(byte[] content) {
        return new SentencePiece(ModelFile.parse(content));
    }

    /// The vocabulary; a piece's id is its place.
    public List<Piece> pieces() {
        return file.pieces();
    }

    /// Ids of a text.
    ///
    /// @param text half a surrogate pair in it becomes a question mark, as Java encodes it
    /// @param prefixes whether the space may be put before it that the model puts before every text; false for what
    ///     goes on in the middle of one
    public int[] encode(String text, boolean prefixes) {
        byte[] normal = normaliser.normalise(text.getBytes(StandardCharsets.UTF_8), prefixes);
        IntStream.Builder ids = IntStream.builder();
        boolean behindUnknown = false;
        for (Segment segment : segmentation.cut(normal)) {
            boolean unknown = file.pieces().get(segment.id()).kind() == Kind.UNKNOWN;
            if (unknown && file.byteFallback()) {
                for (int at = segment.from(); at < segment.to(); at++) {
                    ids.add(ofByte[normal[at] & 0xFF]);
                }
            } else if (!unknown || !behindUnknown) {
                ids.add(segment.id()); // neighbours that are unknown are one
            }
            behindUnknown = unknown;
        }
        return ids.build().toArray();
    }

    /// The control piece that begins a sequence, where the model has one.
    public Optional<String> beginning() {
        return control(file.beginning());
    }

    /// The control piece that ends a sequence, where the model has one.
    public Optional<String> end() {
        return control(file.end());
    }

    /// The control piece that pads a sequence, where the model has one.
    public Optional<String> padding() {
        return control(file.padding());
    }

    private Optional<String> control(String text) {
        return file.pieces().stream()
                .filter(piece -> piece.kind() == Kind.CONTROL && piece.text().equals(text))
                .map(Piece::text)
                .findFirst();
    }

    /// Text of ids. Bytes that are no characters become U+FFFD each, control pieces nothing.
    ///
    /// @param begins whether they begin a text, whose first space is then the model's own and no part of it
    /// @throws IllegalArgumentException when an id is not in the vocabulary
    public String decode(int[] ids, boolean begins) {
        StringBuilder text = new StringBuilder();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean atStart = begins;
        boolean tookSpace = false;
        for (int id : ids) {
            if (id < 0 || id >= byteOf.length) {
                throw new IllegalArgumentException("a piece must be from 0 to " + (byteOf.length - 1) + ", got " + id);
            }
            Piece piece = file.pieces().get(id);
            if (piece.kind() == Kind.BYTE) {
                bytes.write(byteOf[id]);
                continue;
            }
            Utf8.append(bytes, text);
            atStart &= !tookSpace && text.isEmpty();
            tookSpace = false;
            switch (piece.kind()) {
                case CONTROL, BYTE -> {}
                case UNKNOWN -> text.append(file.unknownSurface());
                case NORMAL, USER_DEFINED -> {
                    boolean takes = atStart
                            && (file.dummyPrefix() || file.removesSpaces())
                            && piece.text().startsWith(SPACE_MARK);
                    tookSpace = takes && !file.removesSpaces();
                    text.append(piece.text().substring(takes ? 1 : 0).replace(SPACE_MARK, " "));
                }
            }
        }
        Utf8.append(bytes, text);
        return text.toString();
    }
}

package dev.poise.sentencepiece;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.sentencepiece.Piece.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Vocabularies so small that every way to cut a text can be added up by hand.
final class SegmentationTest {

    private static final Piece UNKNOWN = new Piece("<unk>", 0, Kind.UNKNOWN);

    private static Piece normal(String text, float score) {
        return new Piece(text, score, Kind.NORMAL);
    }

    private static List<Piece> vocabulary(Piece... pieces) {
        return Stream.concat(Stream.of(UNKNOWN), Stream.of(pieces)).toList();
    }

    private static List<String> cut(Segmentation segmentation, List<Piece> vocabulary, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return segmentation.cut(bytes).stream()
                .map(segment -> vocabulary.get(segment.id()).kind() == Kind.UNKNOWN
                        ? "?" + new String(bytes, segment.from(), segment.to() - segment.from(), StandardCharsets.UTF_8)
                        : vocabulary.get(segment.id()).text())
                .toList();
    }

    private static List<String> unigram(List<Piece> vocabulary, String text) {
        return cut(Unigram.of(vocabulary, new PieceIndex(vocabulary, Piece::isText), 0), vocabulary, text);
    }

    /// "x" has no piece: it costs the least score and 10 more, 30.
    @Test
    void anUnknownCharacterLiesTenBelowTheLeastPiece() {
        // xb + cd is −20 − 9 = −29; an unknown x and bcd are −30 + s.
        assertThat(unigram(vocabulary(normal("xb", -20), normal("cd", -9), normal("bcd", 0.9f)), "xbcd"))
                .containsExactly("xb", "cd");
        assertThat(unigram(vocabulary(normal("xb", -20), normal("cd", -9), normal("bcd", 1.1f)), "xbcd"))
                .containsExactly("?x", "bcd");
    }

    /// The best score, 2, for each of two bytes, less 0.1: 3.9.
    @Test
    void aPieceOfTheUsersIsWorthTheBestOfItsLengthLessATenth() {
        Piece own = new Piece("ab", -50, Kind.USER_DEFINED);
        assertThat(unigram(vocabulary(own, normal("a", 2), normal("b", 1.95f)), "ab"))
                .containsExactly("a", "b");
        assertThat(unigram(vocabulary(own, normal("a", 2), normal("b", 1.85f)), "ab"))
                .containsExactly("ab");
        // Where no score is above 0, neither is the best: 3 × 0 − 0.1.
        Piece longer = new Piece("abc", -50, Kind.USER_DEFINED);
        assertThat(unigram(vocabulary(longer, normal("ab", -0.04f), normal("c", -0.04f)), "abc"))
                .containsExactly("ab", "c");
        assertThat(unigram(vocabulary(longer, normal("ab", -0.04f), normal("c", -0.08f)), "abc"))
                .containsExactly("abc");
    }

    /// azz and zzb are pieces, yet zz is whole.
    @Test
    void aPieceOfTheUsersIsJoinedToNeitherSide() {
        List<Piece> vocabulary = vocabulary(
                normal("a", -3),
                normal("b", -4),
                normal("c", -5),
                new Piece("zz", 0, Kind.USER_DEFINED),
                normal("azz", -1),
                normal("zzb", -2),
                normal("ca", -6));
        PieceIndex whole = new PieceIndex(vocabulary, piece -> piece.kind() == Kind.USER_DEFINED);
        Pairs pairs = new Pairs(vocabulary, new PieceIndex(vocabulary, Piece::isText), whole, 0);

        assertThat(cut(pairs, vocabulary, "azz")).containsExactly("a", "zz");
        assertThat(cut(pairs, vocabulary, "zzb")).containsExactly("zz", "b");
        assertThat(cut(pairs, vocabulary, "cazzb")).containsExactly("ca", "zz", "b");
    }
}

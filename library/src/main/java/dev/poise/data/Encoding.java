package dev.poise.data;

/// What became of an example.
public sealed interface Encoding {

    /// Where the example was read.
    Source source();

    /// It is encoded.
    ///
    /// @param row the encoded row
    /// @param cut whether any of its sequences lost its end
    /// @param boundaryMerges tokens that reach across the edge of a trained part
    record Kept(Encoded row, boolean cut, int boundaryMerges) implements Encoding {
        @Override
        public Source source() {
            return row.source();
        }
    }

    /// It was left out.
    record Dropped(Source source, Drop reason) implements Encoding {}

    /// The chat template does not take it.
    ///
    /// @param row the example as a bad row, with what the template says
    record Refused(BadRow row) implements Encoding {
        @Override
        public Source source() {
            return row.source();
        }
    }
}

package dev.poise.oracle;

/// Text that may be read only so often: what keeps a regular expression from backtracking for hours.
///
/// The bound counts characters and not time, so that a completion's reward is the same on every machine.
final class BoundedText implements CharSequence {

    /// Thrown at the read after the last one allowed.
    static final class ReadTooOften extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final String text;
    private long left;

    BoundedText(String text, long reads) {
        this.text = text;
        this.left = reads;
    }

    @Override
    public char charAt(int index) {
        if (left-- <= 0) {
            throw new ReadTooOften();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.subSequence(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}

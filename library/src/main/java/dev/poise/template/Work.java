package dev.poise.template;

/// What a rendering has used of its [Limits]. Everything that takes time or memory is paid for here, before it is
/// done.
final class Work {

    /// Rough sizes in a Java heap: a char as UTF-16, an element of a list, an entry of a map with its key.
    private static final int CHAR = 2;

    private static final int ELEMENT = 16;
    private static final int ENTRY = 64;

    private final Limits limits;
    private long steps;
    private long bytes;
    private int depth;

    Work(Limits limits) {
        this.limits = limits;
    }

    void step() {
        steps(1);
    }

    void steps(long count) {
        steps += count;
        if (steps > limits.steps()) {
            throw Fault.limit("takes more than " + limits.steps() + " steps");
        }
    }

    /// Pays for looking through a text of so many chars: memory is read fast.
    void scan(long chars) {
        steps(1 + chars / 64);
    }

    /// Pays for a text of so many chars.
    void chars(long count) {
        bytes(count, CHAR);
    }

    /// Pays for a list of so many elements.
    void elements(long count) {
        bytes(count, ELEMENT);
        steps(count);
    }

    /// Pays for a dictionary of so many entries.
    void entries(long count) {
        bytes(count, ENTRY);
        steps(count);
    }

    private void bytes(long count, int each) {
        if (count > (limits.bytes() - bytes) / each) {
            throw Fault.limit("makes values of more than " + limits.bytes() + " bytes in all");
        }
        bytes += count * each;
    }

    /// Goes one level deeper: into a call, or into a value within a value. [#leave] comes back.
    void enter() {
        if (depth >= limits.depth()) {
            throw Fault.limit("nests calls or values more than " + limits.depth() + " deep");
        }
        depth++;
    }

    void leave() {
        depth--;
    }

    Limits limits() {
        return limits;
    }
}

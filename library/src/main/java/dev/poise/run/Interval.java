package dev.poise.run;

/// The numbers that a key may have.
///
/// @param from lower end
/// @param fromIncluded whether the lower end is legal
/// @param to upper end; infinite where there is none, and never legal then
/// @param toIncluded whether the upper end is legal
record Interval(double from, boolean fromIncluded, double to, boolean toIncluded) {

    /// Every finite number.
    static final Interval ANY = new Interval(Double.NEGATIVE_INFINITY, false, Double.POSITIVE_INFINITY, false);

    static Interval atLeast(double from) {
        return new Interval(from, true, Double.POSITIVE_INFINITY, false);
    }

    static Interval above(double from) {
        return new Interval(from, false, Double.POSITIVE_INFINITY, false);
    }

    /// [from, to]
    static Interval closed(double from, double to) {
        return new Interval(from, true, to, true);
    }

    /// (from, to)
    static Interval open(double from, double to) {
        return new Interval(from, false, to, false);
    }

    /// (from, to]
    static Interval openClosed(double from, double to) {
        return new Interval(from, false, to, true);
    }

    /// [from, to)
    static Interval closedOpen(double from, double to) {
        return new Interval(from, true, to, false);
    }

    boolean contains(double value) {
        return (fromIncluded ? value >= from : value > from) && (toIncluded ? value <= to : value < to);
    }

    /// As it follows "must be a number".
    @Override
    public String toString() {
        if (Double.isInfinite(from)) {
            return "that is finite";
        }
        if (Double.isInfinite(to)) {
            return (fromIncluded ? "of at least " : "above ") + RecipeText.number(from);
        }
        return "in " + (fromIncluded ? "[" : "(") + RecipeText.number(from) + ", " + RecipeText.number(to)
                + (toIncluded ? "]" : ")");
    }
}

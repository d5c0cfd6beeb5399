package dev.poise.run;

import java.util.List;
import java.util.stream.Collectors;

/// A recipe that cannot be run, with everything that is wrong with it.
public final class RecipeException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    /// @param problems at least one, in the order in which a reader meets them
    public RecipeException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining(System.lineSeparator())));
        this.problems = List.copyOf(problems);
    }

    /// Everything that is wrong, in reading order; flags last.
    public List<Problem> problems() {
        return problems;
    }
}

package dev.poise.template;

/// A template that cannot be read, or that cannot render what it was given.
public final class TemplateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// What went wrong.
    public enum Kind {
        /// The template's text is no template.
        SYNTAX,
        /// An expression has no value, such as a field of what is undefined, or a word added to a number.
        EVALUATION,
        /// The template itself refuses its input, by `raise_exception`.
        RAISED,
        /// The template asks for more than [Limits] grants.
        LIMIT
    }

    private final Kind kind;
    private final int line;
    private final String problem;

    /// @param line one-based, of the template
    /// @param problem what is wrong; of [Kind#RAISED] the template's own words
    TemplateException(Kind kind, int line, String problem) {
        super("template line " + line + ": " + problem);
        this.kind = kind;
        this.line = line;
        this.problem = problem;
    }

    public Kind kind() {
        return kind;
    }

    /// Line of the template, one-based.
    public int line() {
        return line;
    }

    /// What is wrong, without the line; of [Kind#RAISED] the template's own words.
    public String problem() {
        return problem;
    }
}

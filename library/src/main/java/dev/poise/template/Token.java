package dev.poise.template;

/// A piece of a template's text.
///
/// @param text of data and strings what they say; of all else the source itself
/// @param line one-based, where it begins
record Token(Kind kind, String text, int line) {

    /// The kinds of pieces.
    enum Kind {
        /// Text between tags, after white space was controlled.
        DATA,
        /// `{{`
        PRINT_BEGIN,
        /// `}}`
        PRINT_END,
        /// `{%`
        TAG_BEGIN,
        /// `%}`
        TAG_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        /// Behind the last piece.
        END
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    /// The piece as an error names it.
    String shown() {
        return switch (kind) {
            case DATA -> "text";
            case PRINT_BEGIN, PRINT_END, TAG_BEGIN, TAG_END, NAME, INTEGER, FLOAT, OPERATOR -> "'" + text + "'";
            case STRING -> "a string";
            case END -> "the end of the template";
        };
    }
}

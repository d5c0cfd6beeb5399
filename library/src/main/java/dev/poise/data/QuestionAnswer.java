package dev.poise.data;

import java.util.List;
import java.util.Optional;

/// Two columns of plain text that ask and answer, by the names that data sets have for them.
record QuestionAnswer(String question, String answer) {

    private static final List<QuestionAnswer> KNOWN = List.of(
            new QuestionAnswer("question", "answer"),
            new QuestionAnswer("query", "response"),
            new QuestionAnswer("prompt", "response"),
            new QuestionAnswer("question", "response"),
            new QuestionAnswer("input", "output"),
            new QuestionAnswer("problem", "solution"),
            new QuestionAnswer("problem", "answer"));

    /// The first of the known two that a row holds.
    static Optional<QuestionAnswer> of(Columns row) {
        return KNOWN.stream()
                .filter(names -> row.has(names.question) && row.has(names.answer))
                .findFirst();
    }
}

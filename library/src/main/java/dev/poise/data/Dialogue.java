package dev.poise.data;

/// A dialogue in one string, as in Anthropic's HH data: "\n\nHuman: ...\n\nAssistant: ...". The last answer is the
/// completion, all before it the prompt.
///
/// @param prompt everything up to and including the last "\n\nAssistant:"
/// @param answer what follows, usually with a leading space
record Dialogue(String prompt, String answer) {

    private static final String HUMAN = "\n\nHuman:";
    private static final String ASSISTANT = "\n\nAssistant:";

    static boolean looksLikeOne(String text) {
        return text.startsWith(HUMAN) && text.contains(ASSISTANT);
    }

    static Dialogue of(String column, String text) throws Columns.Unreadable {
        int last = text.lastIndexOf(ASSISTANT);
        if (last < 0) {
            throw new Columns.Unreadable(
                    Flaw.OTHER_SHAPE, column + " must hold \"\\n\\nAssistant:\", got a text without it");
        }
        int end = last + ASSISTANT.length();
        return new Dialogue(text.substring(0, end), text.substring(end));
    }
}

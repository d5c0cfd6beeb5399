package dev.poise.tokenize;

/// A conversation that a chat template does not take: one row's trouble, not the template's.
public final class ChatTemplateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// @param problem what the template says, or what it does to the conversation
    public ChatTemplateException(String problem) {
        super(problem);
    }

    /// @param problem what the template says, or what it does to the conversation
    /// @param cause what reported it first
    public ChatTemplateException(String problem, Throwable cause) {
        super(problem, cause);
    }
}

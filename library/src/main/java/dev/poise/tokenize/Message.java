package dev.poise.tokenize;

/// One turn of a conversation.
///
/// @param role who speaks, usually `system`, `user` or `assistant`
/// @param content what is said
public record Message(String role, String content) {}

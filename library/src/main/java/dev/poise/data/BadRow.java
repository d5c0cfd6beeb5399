package dev.poise.data;

/// A row that cannot be an example.
///
/// @param source where it was read
/// @param flaw what kind of flaw
/// @param reason what is wrong, in one line
/// @param raw the row's text as far as it can be shown: at most 65,536 chars, bytes that are no UTF-8 replaced
public record BadRow(Source source, Flaw flaw, String reason, String raw) implements Row {}

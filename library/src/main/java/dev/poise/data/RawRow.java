package dev.poise.data;

import tools.jackson.databind.JsonNode;

/// A row before its shape is known.
sealed interface RawRow {

    /// A JSON object.
    record Parsed(Source source, JsonNode columns, String text) implements RawRow {}

    /// Bytes that are none.
    record Unreadable(BadRow row) implements RawRow {}
}

package dev.poise.tokenize;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The text of a model directory's chat template, and where it stands.
///
/// @param file where it was found
/// @param text Jinja
record TemplateFile(Path file, String text) {

    /// Finds it where `transformers` does: `chat_template.jinja` before `chat_template` in `tokenizer_config.json`,
    /// which is one template or a list of named ones, of which the one called `default` counts; at last
    /// `chat_template.json`, as some older directories have it.
    static Optional<TemplateFile> of(Path directory) {
        Path own = directory.resolve("chat_template.jinja");
        if (Files.isRegularFile(own)) {
            return Optional.of(new TemplateFile(own, JsonFile.text(own)));
        }
        return in(directory, "tokenizer_config.json").or(() -> in(directory, "chat_template.json"));
    }

    private static Optional<TemplateFile> in(Path directory, String name) {
        Path file = directory.resolve(name);
        JsonNode template = JsonFile.read(directory, name)
                .map(settings -> settings.path("chat_template"))
                .orElse(null);
        if (template == null || template.isMissingNode() || template.isNull()) {
            return Optional.empty();
        }
        if (template.isString()) {
            return Optional.of(new TemplateFile(file, template.stringValue()));
        }
        for (JsonNode named : template.values()) {
            if (named.path("name").stringValue("").equals("default")
                    && named.path("template").isString()) {
                return Optional.of(new TemplateFile(file, named.path("template").stringValue()));
            }
        }
        throw new TokenizerException(
                file, "chat_template must be a text, or a list in which one template is called \"default\"");
    }
}

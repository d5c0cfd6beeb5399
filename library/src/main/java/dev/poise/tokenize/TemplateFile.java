package dev.poise.tokenize;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// The text of a model directory's chat template, and where it stands.
///
/// @param file where it was found
/// @param text Jinja
record TemplateFile(Path file, String text) {

    /// The name of the template that is taken where none is asked for.
    static final String DEFAULT = "default";

    private static final String FILE = "chat_template.jinja";
    private static final String FOLDER = "additional_chat_templates";
    private static final String ENDING = ".jinja";

    /// The templates of a model directory by their names, found where `transformers` finds them:
    /// `chat_template.jinja`, which is the default, with `additional_chat_templates/NAME.jinja`; where none of
    /// these is there, `chat_template` in `tokenizer_config.json`, which is one template or a list of named
    /// ones; at last `chat_template.json`, as some older directories have it.
    ///
    /// @throws TokenizerException when they cannot be read
    static SortedMap<String, TemplateFile> of(Path directory) {
        SortedMap<String, TemplateFile> found = inFiles(directory);
        for (String name : new String[] {"tokenizer_config.json", "chat_template.json"}) {
            if (found.isEmpty()) {
                found = in(directory, name);
            }
        }
        return Collections.unmodifiableSortedMap(found);
    }

    private static SortedMap<String, TemplateFile> inFiles(Path directory) {
        SortedMap<String, TemplateFile> found = new TreeMap<>();
        Path own = directory.resolve(FILE);
        if (Files.isRegularFile(own)) {
            found.put(DEFAULT, new TemplateFile(own, JsonFile.text(own)));
        }
        Path folder = directory.resolve(FOLDER);
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                found.put(
                        name.substring(0, name.length() - ENDING.length()),
                        new TemplateFile(file, JsonFile.text(file)));
            }
        } catch (IOException e) {
            throw new TokenizerException(folder, "cannot be listed (" + e.getMessage() + ")", e);
        }
        return found;
    }

    private static SortedMap<String, TemplateFile> in(Path directory, String name) {
        SortedMap<String, TemplateFile> found = new TreeMap<>();
        Path file = directory.resolve(name);
        JsonNode template = JsonFile.read(directory, name)
                .map(settings -> settings.path("chat_template"))
                .orElse(null);
        if (template == null || template.isMissingNode() || template.isNull()) {
            return found;
        }
        if (template.isString()) {
            found.put(DEFAULT, new TemplateFile(file, template.stringValue()));
            return found;
        }
        for (JsonNode named : template.values()) {
            JsonNode text = named.path("template");
            if (!text.isString() || !named.path("name").isString()) {
                found.clear();
                break;
            }
            found.put(named.path("name").stringValue(), new TemplateFile(file, text.stringValue()));
        }
        if (found.isEmpty()) {
            throw new TokenizerException(
                    file, "chat_template must be a text, or a list of objects with name and template");
        }
        return found;
    }
}

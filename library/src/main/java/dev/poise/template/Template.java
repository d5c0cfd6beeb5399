package dev.poise.template;

import dev.poise.template.Statement.Body;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// A chat template: Jinja as Python's `transformers` sets it up, with `trim_blocks` and `lstrip_blocks`, `break`
/// and `continue`, `{% generation %}`, a `tojson` that escapes nothing, `raise_exception` and `strftime_now`, in
/// a sandbox where lists and dictionaries cannot be changed.
///
/// Immutable; may be used from several threads.
public final class Template {

    private final Body body;
    private final Scoping scoping;

    private Template(Body body) {
        this.body = body;
        this.scoping = Scoping.of(body);
    }

    /// Reads a template.
    ///
    /// @throws TemplateException when the text is no template, or asks for another one
    public static Template parse(String text) {
        try {
            return new Template(Parser.parse(text));
        } catch (StackOverflowError e) {
            throw new TemplateException(TemplateException.Kind.SYNTAX, 1, "nests too deep to be read");
        }
    }

    /// Renders with the limits that any conversation of a sensible size keeps.
    ///
    /// @param variables what the template is given, such as `messages` and `add_generation_prompt`
    /// @param now what `strftime_now` tells
    /// @throws TemplateException when the template refuses its input, or cannot render it
    public Rendering render(ObjectNode variables, LocalDateTime now) {
        return render(variables, now, Limits.DEFAULT);
    }

    /// Renders.
    ///
    /// @param variables what the template is given, such as `messages` and `add_generation_prompt`
    /// @param now what `strftime_now` tells
    /// @param limits how much the template may ask for
    /// @throws TemplateException when the template refuses its input, cannot render it, or asks for too much
    public Rendering render(ObjectNode variables, LocalDateTime now, Limits limits) {
        Work work = new Work(limits);
        Map<String, Value> values = new HashMap<>(Globals.of(work, now));
        variables.forEachEntry((name, value) -> values.put(name, JsonValues.of(value)));
        try {
            return new Renderer(scoping, values, work).render(body);
        } catch (StackOverflowError e) {
            // The depth of calls is limited before; a thread with a small stack may still run out of it.
            throw new TemplateException(TemplateException.Kind.LIMIT, 1, "nests too deep to be rendered");
        }
    }
}

package dev.poise.tokenize;

import dev.poise.template.Rendering;
import dev.poise.template.Template;
import dev.poise.template.TemplateException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A chat template in Jinja, as models bring them: rendered as `transformers` does.
///
/// Where the template marks what the assistant says (`{% generation %}`), that is trained. Else a turn is what the
/// text has beyond the conversation before it, rendered to go on with the assistant (as TRL tells prompts from
/// completions); white space behind a token that ends the turn is not part of it.
public final class JinjaTemplate implements ChatTemplate {

    /// What `transformers` hands to templates besides the messages, by the names in a tokenizer's settings.
    private static final List<String> TOKENS =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private static final String ASSISTANT = "assistant";

    /// An answer whose end shows how a turn ends.
    private static final String PROBE = "probe";

    private final String choice;
    private final Path file;
    private final String text;
    private final Template template;
    private final SortedMap<String, String> tokens;
    private final LocalDateTime now;

    /// What the template writes behind an answer, up to white space; empty where nothing can be told.
    private final Optional<String> end;

    private JinjaTemplate(String choice, Path file, String text, SortedMap<String, String> tokens, LocalDateTime now) {
        this.choice = choice;
        this.file = file;
        this.text = text;
        this.tokens = tokens;
        this.now = now;
        try {
            this.template = Template.parse(text);
        } catch (TemplateException e) {
            throw new TokenizerException(file, String.valueOf(e.getMessage()), e);
        }
        this.end = end(template, tokens, now);
    }

    /// The template of a model directory, or both where it has one for tools; empty where it has none.
    ///
    /// @throws TokenizerException when it cannot be read, or there are several and none is the default
    static Optional<ChatTemplate> ofModel(Path directory, LocalDateTime now) {
        SortedMap<String, TemplateFile> found = TemplateFile.of(directory);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        JinjaTemplate plain = named(found, TemplateFile.DEFAULT, directory, now);
        return Optional.of(
                found.containsKey(ToolUseTemplate.NAME)
                        ? new ToolUseTemplate(plain, named(found, ToolUseTemplate.NAME, directory, now))
                        : plain);
    }

    /// One of the templates of a model directory.
    ///
    /// @throws TokenizerException when it cannot be read, or there is none of that name
    static JinjaTemplate ofModel(String name, Path directory, LocalDateTime now) {
        return named(TemplateFile.of(directory), name, directory, now);
    }

    private static JinjaTemplate named(
            SortedMap<String, TemplateFile> found, String name, Path directory, LocalDateTime now) {
        TemplateFile one = found.get(name);
        if (one == null) {
            String legal = found.isEmpty()
                    ? "must be a format by name or a file, for it has none at all"
                    : "may be "
                            + found.keySet().stream()
                                    .map(other -> OF_MODEL + other)
                                    .collect(Collectors.joining(", "));
            throw new TokenizerException(
                    directory, "has no chat template called " + name + "; data.chat_template " + legal);
        }
        return new JinjaTemplate(OF_MODEL + name, one.file(), one.text(), tokens(directory), now);
    }

    /// The template in a file, with the special tokens of a model.
    ///
    /// @throws TokenizerException when it cannot be read
    static JinjaTemplate ofFile(Path file, Path directory, LocalDateTime now) {
        return new JinjaTemplate(file.toString(), file, JsonFile.text(file), tokens(directory), now);
    }

    private static SortedMap<String, String> tokens(Path directory) {
        SortedMap<String, String> tokens = new TreeMap<>();
        for (String name : List.of("special_tokens_map.json", "tokenizer_config.json")) {
            JsonNode settings = JsonFile.read(directory, name).orElseGet(JsonNodeFactory.instance::objectNode);
            TOKENS.forEach(role -> SpecialTokens.name(settings, role).ifPresent(token -> tokens.put(role, token)));
        }
        return tokens;
    }

    @Override
    public MarkedText conversation(List<Message> messages, int first, Map<String, JsonNode> given) {
        Rendering whole = render(messages, given, false);
        if (whole.misplaced()) {
            throw new ChatTemplateException("the template marks what the assistant says within a macro or captured"
                    + " text, so that its place cannot be told");
        }
        return new MarkedText(
                whole.text(),
                whole.generations().isEmpty()
                        ? turns(messages, first, given, whole.text())
                        : marked(messages, first, whole),
                false);
    }

    /// What the template marks, behind the messages that are not trained.
    private List<MarkedText.Span> marked(List<Message> messages, int first, Rendering whole) {
        // Each turn of the assistant has one mark: those of the prompt come first.
        long before = messages.subList(0, first).stream()
                .filter(message -> message.role().equals(ASSISTANT))
                .count();
        long all = messages.stream()
                .filter(message -> message.role().equals(ASSISTANT))
                .count();
        if (before > 0 && all != whole.generations().size()) {
            throw new ChatTemplateException(
                    "the template marks " + whole.generations().size() + " parts of " + all
                            + " turns of the assistant, so that those of the prompt cannot be told apart");
        }
        return whole.generations().stream()
                .skip(before)
                .filter(span -> span.end() > span.start())
                .map(span -> new MarkedText.Span(span.start(), span.end()))
                .toList();
    }

    private List<MarkedText.Span> turns(List<Message> messages, int first, Map<String, JsonNode> given, String whole) {
        List<MarkedText.Span> turns = new ArrayList<>();
        for (int index = first; index < messages.size(); index++) {
            if (messages.get(index).role().equals(ASSISTANT)) {
                int start = common(whole, prompt(messages.subList(0, index), given), "the prompt of message " + index);
                boolean last = index == messages.size() - 1;
                int end = last
                        ? whole.length()
                        : common(
                                whole,
                                render(messages.subList(0, index + 1), given, false)
                                        .text(),
                                "message " + index);
                turns.add(new MarkedText.Span(start, Math.max(start, turnEnd(whole, start, end))));
            }
        }
        return turns;
    }

    /// The length of what must be the beginning of a text.
    private static int common(String whole, String beginning, String what) {
        if (!whole.startsWith(beginning)) {
            throw new ChatTemplateException("the template writes " + what
                    + " otherwise once more follows, so that what is trained cannot be told; mark it in the template by"
                    + " {% generation %}, or train on the last answer only");
        }
        return beginning.length();
    }

    /// Where a turn ends: behind the token that ends it, white space aside.
    private int turnEnd(String whole, int start, int end) {
        String turn = whole.substring(start, end).stripTrailing();
        boolean ended = Stream.concat(tokens.values().stream(), this.end.stream())
                .anyMatch(token -> !token.isEmpty() && turn.endsWith(token));
        return ended ? start + turn.length() : end;
    }

    @Override
    public String prompt(List<Message> messages, Map<String, JsonNode> given) {
        return render(messages, given, true).text();
    }

    @Override
    public OptionalInt endOfTurn(Tokenizer tokenizer) {
        return end.map(tokenizer::idOf).orElseGet(OptionalInt::empty);
    }

    private static Optional<String> end(Template template, SortedMap<String, String> tokens, LocalDateTime now) {
        try {
            List<Message> talk = List.of(new Message("user", "a"), new Message(ASSISTANT, PROBE));
            String text = template.render(variables(talk, Map.of(), false, tokens), now)
                    .text();
            int at = text.lastIndexOf(PROBE);
            String behind = at < 0 ? "" : text.substring(at + PROBE.length()).strip();
            return behind.isEmpty() ? Optional.empty() : Optional.of(behind.split("\\s", 2)[0]);
        } catch (TemplateException e) {
            // A template may refuse so short a talk; then the tokenizer's own stops are all there is.
            return Optional.empty();
        }
    }

    @Override
    public List<String> warnings(Tokenizer tokenizer) {
        return end.filter(token -> tokenizer.idOf(token).isEmpty())
                .map(token -> List.of("chat template " + file + ": its end of turn " + token
                        + " is not a token of this tokenizer, so generation will not stop there by itself"))
                .orElse(List.of());
    }

    @Override
    public List<Wording> wordings() {
        return List.of(new Wording(choice, Optional.of(file), text));
    }

    private static ObjectNode variables(
            List<Message> messages,
            Map<String, JsonNode> given,
            boolean addGenerationPrompt,
            SortedMap<String, String> tokens) {
        ObjectNode variables = JsonNodeFactory.instance.objectNode();
        variables.putNull("tools").putNull("documents");
        tokens.forEach(variables::put);
        given.forEach(variables::set);
        ArrayNode turns = variables.putArray("messages");
        for (Message message : messages) {
            ObjectNode turn = turns.addObject().put("role", message.role()).put("content", message.content());
            message.more().forEach(turn::set);
        }
        return variables.put("add_generation_prompt", addGenerationPrompt);
    }

    private Rendering render(List<Message> messages, Map<String, JsonNode> given, boolean addGenerationPrompt) {
        try {
            return template.render(variables(messages, given, addGenerationPrompt, tokens), now);
        } catch (TemplateException e) {
            String problem = e.kind() == TemplateException.Kind.RAISED
                    ? "refuses: " + e.problem()
                    : "fails at line " + e.line() + ": " + e.problem();
            throw new ChatTemplateException("the chat template " + problem, e);
        }
    }
}

package dev.poise.cli;

import dev.poise.tokenize.SpecialTokens;
import dev.poise.tokenize.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `poise tokenizer check`: what a model's tokenizer is, and where its files disagree.
@Command(
        name = "check",
        description = "Shows a tokenizer's size and special tokens, and where the files of its model disagree.",
        footer = {"", "Ends with 1 when files disagree."})
final class TokenizerCheck implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "MODEL", description = "Model directory in Hugging Face's layout, or a GGUF file.")
    private Path model;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    TokenizerCheck(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (Tokenizer tokenizer = Tokenizer.read(ModelPath.directory(model))) {
            SpecialTokens special = tokenizer.specialTokens();
            if (json) {
                console.result(json(tokenizer, special).toString());
            } else {
                console.result("tokens  " + tokenizer.vocabularySize());
                console.result("bos     " + name(tokenizer, special.bos()));
                console.result("eos     " + name(tokenizer, special.eos()));
                console.result("pad     " + name(tokenizer, special.pad()));
                List<String> stop = special.stop().stream()
                        .map(id -> name(tokenizer, OptionalInt.of(id)))
                        .toList();
                console.result("stop    " + (stop.isEmpty() ? "none" : String.join(", ", stop)));
                special.warnings().forEach(warning -> console.result("note    " + warning));
            }
            return special.warnings().isEmpty() ? 0 : 1;
        }
    }

    private static String name(Tokenizer tokenizer, OptionalInt id) {
        return id.isPresent()
                ? id.getAsInt() + " " + tokenizer.piece(id.getAsInt()).strip()
                : "none";
    }

    private static ObjectNode json(Tokenizer tokenizer, SpecialTokens special) {
        ObjectNode json = JsonMapper.shared().createObjectNode().put("tokens", tokenizer.vocabularySize());
        special.bos().ifPresent(id -> json.put("bos", id));
        special.eos().ifPresent(id -> json.put("eos", id));
        special.pad().ifPresent(id -> json.put("pad", id));
        ArrayNode stop = json.putArray("stop");
        special.stop().forEach(stop::add);
        ArrayNode warnings = json.putArray("disagreements");
        special.warnings().forEach(warnings::add);
        return json;
    }
}

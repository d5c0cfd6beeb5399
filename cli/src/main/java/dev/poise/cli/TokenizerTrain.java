package dev.poise.cli;

import dev.poise.bytepair.PairEncoding;
import dev.poise.bytepair.WordCounts;
import dev.poise.data.Texts;
import dev.poise.run.AtomicWrite;
import dev.poise.tokenize.FreshTokenizer;
import dev.poise.tokenize.FreshTokenizer.Special;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `poise tokenizer train`: learns a byte-level pair encoding from texts.
@Command(
        name = "train",
        description = "Learns a byte-level pair encoding from texts and writes it as tokenizer.json.",
        footer = {
            "",
            "Texts are read once and not kept: memory grows with the number of different words only. The same texts, in"
                    + " whatever order, give the same tokenizer. Pairs that occur equally often are joined in the order"
                    + " of their ids."
        })
final class TokenizerTrain implements Callable<Integer> {

    private final Console console;

    @Parameters(
            paramLabel = "FILES",
            arity = "1..*",
            description = "Texts: rows (.jsonl, .json, also gzipped), anything else as plain text, line by line.")
    private List<Path> files = List.of();

    @Option(
            names = "--column",
            paramLabel = "NAME",
            description = "Column of rows to read; may be given several times. Without it, every text of a row.")
    private List<String> columns = List.of();

    @Option(
            names = "--vocab",
            paramLabel = "N",
            defaultValue = "8000",
            description = "Most tokens, special ones and the 256 bytes included (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--least",
            paramLabel = "N",
            defaultValue = "2",
            description = "How often a pair must occur to become a token (default: ${DEFAULT-VALUE}).")
    private long least;

    @Option(
            names = "--eos",
            paramLabel = "TOKEN",
            defaultValue = "<|endoftext|>",
            description = "Ends a sequence (default: ${DEFAULT-VALUE}).")
    private String eos = "";

    @Option(names = "--bos", paramLabel = "TOKEN", description = "Begins one; put before every text.")
    private Optional<String> bos = Optional.empty();

    @Option(names = "--pad", paramLabel = "TOKEN", description = "Pads one.")
    private Optional<String> pad = Optional.empty();

    @Option(
            names = "--special",
            paramLabel = "TOKEN",
            description = "Another special token, such as <|im_start|>; may be given several times.")
    private List<String> special = List.of();

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "Directory to write, which must not exist yet.")
    private Path output;

    TokenizerTrain(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Special specials = specials();
        int names = specials.all().size();
        if (size < names + 256) {
            throw new UsageException("--vocab must be at least " + (names + 256) + ", the 256 bytes and " + names
                    + " special tokens, got " + size);
        }
        if (least < 1) {
            throw new UsageException("--least must be at least 1, got " + least);
        }
        Output.requireNew(output);
        WordCounts words = count(specials.all());
        if (words.words() == 0) {
            throw new IllegalArgumentException(files.getFirst() + ": must hold text, got none");
        }
        PairEncoding encoding = learn(words, size - names);
        AtomicWrite.directory(output, new FreshTokenizer(encoding, specials)::write);
        int tokens = encoding.entries().size() + names;
        console.result(String.format(
                Locale.ROOT,
                "%s: %,d tokens, %,d merges, of %,d words, %,d of them different",
                output,
                tokens,
                encoding.merges().size(),
                words.words(),
                words.different()));
        if (tokens < size) {
            console.note("the texts hold no more pairs that occur " + least + " times: " + tokens + " tokens and not "
                    + size);
        }
        return 0;
    }

    private Special specials() {
        try {
            return new Special(bos, Optional.of(eos), pad, special);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private WordCounts count(List<String> between) {
        for (Path file : files) {
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException(file + ": must be a file, and there is none");
            }
        }
        WordCounts words = new WordCounts(between);
        try (ProgressLine progress = new ProgressLine(console.err(), "read", "texts", 0)) {
            long[] texts = {0};
            for (Path file : files) {
                new Texts(file, columns).forEach(text -> {
                    words.add(text);
                    progress.update(++texts[0], String.format(Locale.ROOT, "%,d words differ", words.different()));
                });
            }
        }
        return words;
    }

    private PairEncoding learn(WordCounts words, int entries) {
        try (ProgressLine progress = new ProgressLine(console.err(), "learnt", "tokens", entries)) {
            return PairEncoding.learn(words, entries, least, done -> progress.update(done, ""));
        }
    }
}

package dev.poise.cli;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;

/// The command line of Poise. A verb is one class, listed in [#VERBS].
public final class Poise {

    private static final String STACKTRACE = "--stacktrace";

    /// @param made its options, when it is asked for: reading those of all verbs takes longer than all else of a start
    private record Verb(String name, String description, Function<Console, CommandLine> made) {}

    /// In the order in which one meets them: what makes a model, what asks one, what looks after the rest.
    private static final List<Verb> VERBS = List.of(
            new Verb(
                    "quickstart",
                    "Trains a tiny decoder from scratch, tunes it on preferences with a known ground truth, and"
                            + " reports.",
                    console -> new CommandLine(new Quickstart(console))),
            new Verb(
                    "train",
                    "Tunes a model as a recipe says, and writes the run with its report.",
                    console -> recipe(new Train(console))),
            new Verb(
                    "gradients",
                    "Forecasts what one step of a recipe does to every pair, takes the step to see, and names the"
                            + " pairs most likely to be displaced.",
                    console -> recipe(new Gradients(console))),
            new Verb(
                    "data",
                    "Tells what data sets hold: the shape of their rows, what becomes of them, what cannot be used.",
                    console -> new CommandLine(new Data(console))),
            new Verb(
                    "merge",
                    "Writes a base and its adapter as one whole model.",
                    console -> new CommandLine(new Merge(console))),
            new Verb("tokenizer", "Learns a tokenizer from texts, or looks at one.", Poise::tokenizer),
            new Verb(
                    "init",
                    "Makes a model with random weights of a configuration and a tokenizer.",
                    console -> new CommandLine(new Init(console))),
            new Verb(
                    "advise",
                    "Asks a model some prompts of a data set, compares what it writes with the data's answers, places"
                            + " both in the scenarios of arXiv 2404.14367, and advises a recipe and what data to collect next.",
                    console -> new CommandLine(new Advise(console))),
            new Verb(
                    "inspect",
                    "Shows what a model will see of a data set: the text, its tokens, and which of them are trained.",
                    console -> new CommandLine(new Inspect(console))),
            new Verb(
                    "score",
                    "Prints the log-probabilities that a model gives to the completions of a data set.",
                    console -> new CommandLine(new Score(console))),
            new Verb(
                    "generate",
                    "Lets a model complete prompts; with a chat template, a prompt is a user's turn.",
                    console -> new CommandLine(new Generate(console))),
            new Verb(
                    "pairs",
                    "Samples answers, scores them by a reward, and writes better and worse ones as preferences.",
                    console -> new CommandLine(new Pairs(console))),
            new Verb(
                    "evaluate",
                    "Lets two models answer the same prompts, and says how often the first answers better, by a reward.",
                    console -> new CommandLine(new Evaluate(console))),
            new Verb(
                    "report",
                    "Writes a run as one self-contained page, finished or not.",
                    console -> new CommandLine(new WriteReport(console))),
            new Verb(
                    "watch",
                    "Shows one run or a directory of runs on a local page that follows them while they train.",
                    console -> new CommandLine(new Watch(console))),
            new Verb(
                    "export",
                    "Writes a model or a run in a format that other tools read.",
                    console -> new CommandLine(new Export(console))),
            new Verb(
                    "compare",
                    "Shows what runs differed in (recipe, data, code, machine), and what came of it.",
                    console -> new CommandLine(new Compare(console))),
            new Verb(
                    "reproduce",
                    "Repeats a paper's comparison on a small model and says, with intervals, what of it holds here.",
                    console -> new CommandLine(new Reproduce(console))),
            new Verb(
                    "bandit",
                    "Trains every fine-tuning method on a didactic problem whose best answer is known, and measures"
                            + " reward and divergence exactly (arXiv 2404.14367).",
                    console -> new CommandLine(new Bandit(console))),
            new Verb(
                    "doctor",
                    "Looks at what Poise stands on, and says what to do about what is missing.",
                    console -> new CommandLine(new Doctor(console))),
            new Verb(
                    "bench",
                    "Times Poise on this machine, in alternation with TRL and transformers where they are installed.",
                    console -> new CommandLine(new Bench(console))));

    private Poise() {}

    /// Runs one command and ends the process with its exit code.
    public static void main(String[] arguments) {
        Console console = Console.standard();
        int code = execute(console, arguments);
        console.out().writer().flush();
        console.err().writer().flush();
        System.exit(code);
    }

    /// Runs one command on given streams.
    ///
    /// @return its exit code
    static int execute(Console console, String... arguments) {
        List<String> given = List.of(arguments);
        // A file of arguments may name any.
        boolean all = given.stream().anyMatch(argument -> argument.startsWith("@"));
        CommandLine line = new CommandLine(top());
        for (Verb verb : VERBS) {
            CommandLine made =
                    all || given.contains(verb.name) ? verb.made.apply(console) : new CommandLine(CommandSpec.create());
            made.getCommandSpec().usageMessage().description(verb.description);
            line.addSubcommand(verb.name, made);
        }
        // Options are declared in the order in which one thinks of them.
        line.getSubcommands().values().forEach(Poise::layOut);
        Failures failures = new Failures(console.err().writer(), STACKTRACE);
        line.setExecutionExceptionHandler(failures);
        line.setParameterExceptionHandler(failures);
        line.setOut(console.out().writer());
        line.setErr(console.err().writer());
        line.setColorScheme(Help.defaultColorScheme(console.out().colours() ? Ansi.ON : Ansi.OFF));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpWidth(Math.clamp(console.out().width(), 60, 100));
        return line.execute(arguments);
    }

    /// A verb that takes a recipe, whose keys are options that only the recipe knows.
    private static CommandLine recipe(Object verb) {
        return new CommandLine(verb).setUnmatchedOptionsArePositionalParams(true);
    }

    /// `poise tokenizer`, whose verbs are its own.
    private static CommandLine tokenizer(Console console) {
        CommandSpec spec = CommandSpec.create();
        spec.usageMessage().synopsisSubcommandLabel("COMMAND").commandListHeading("%nCommands:%n");
        return new CommandLine(spec)
                .addSubcommand(new TokenizerTrain(console))
                .addSubcommand(new TokenizerCheck(console));
    }

    private static void layOut(CommandLine verb) {
        verb.getCommandSpec().usageMessage().sortOptions(false).optionListHeading("%nOptions:%n");
        verb.getSubcommands().values().forEach(Poise::layOut);
    }

    /// `poise` itself, and the options that every verb takes.
    private static CommandSpec top() {
        CommandSpec top = CommandSpec.create().name("poise").version("poise " + version());
        top.addOption(flag("Shows this help.", "-h", "--help")
                .usageHelp(true)
                .scopeType(ScopeType.INHERIT)
                .build());
        top.addOption(
                flag("Shows the version.", "-V", "--version").versionHelp(true).build());
        top.addOption(flag("On failure, shows everything about it.", STACKTRACE)
                .scopeType(ScopeType.INHERIT)
                .build());
        top.usageMessage()
                .description("Tunes language models on preferences, and shows what the tuning does to the model.")
                .synopsisSubcommandLabel("COMMAND")
                .optionListHeading("%nOptions:%n")
                .commandListHeading("%nCommands:%n")
                .footer("", "Exit codes: 0 done, 1 failed, 2 the command line makes no sense.");
        return top;
    }

    private static OptionSpec.Builder flag(String description, String... names) {
        return OptionSpec.builder(names).arity("0").type(boolean.class).description(description);
    }

    /// The version that the jar was built as.
    private static String version() {
        return Optional.ofNullable(Poise.class.getPackage().getImplementationVersion())
                .orElse("(not packaged)");
    }
}

package dev.poise.cli;

import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;

/// The command line of Poise. A verb is one class, listed in [#commandLine].
public final class Poise {

    private static final String STACKTRACE = "--stacktrace";

    private Poise() {}

    /// Runs one command and ends the process with its exit code.
    public static void main(String[] arguments) {
        Console console = Console.standard();
        int code = commandLine(console).execute(arguments);
        console.out().writer().flush();
        console.err().writer().flush();
        System.exit(code);
    }

    /// The whole command line on given streams.
    static CommandLine commandLine(Console console) {
        CommandLine line = new CommandLine(top());
        // In the order in which one meets them: what makes a model, what asks one, what looks after the rest.
        line.addSubcommand(new Quickstart(console));
        // Keys of a recipe are options that only the recipe knows.
        line.addSubcommand(new CommandLine(new Train(console)).setUnmatchedOptionsArePositionalParams(true));
        line.addSubcommand(new CommandLine(new Gradients(console)).setUnmatchedOptionsArePositionalParams(true));
        line.addSubcommand(new Data(console));
        line.addSubcommand(new Merge(console));
        CommandLine tokenizer = tokenizer();
        line.addSubcommand(tokenizer);
        tokenizer.addSubcommand(new TokenizerTrain(console)).addSubcommand(new TokenizerCheck(console));
        line.addSubcommand(new Init(console));
        line.addSubcommand(new Advise(console));
        line.addSubcommand(new Inspect(console));
        line.addSubcommand(new Score(console));
        line.addSubcommand(new Generate(console));
        line.addSubcommand(new Pairs(console));
        line.addSubcommand(new Evaluate(console));
        line.addSubcommand(new WriteReport(console));
        line.addSubcommand(new Watch(console));
        line.addSubcommand(new Export(console));
        line.addSubcommand(new Compare(console));
        line.addSubcommand(new CommandLine(new Reproduce(console)).setCaseInsensitiveEnumValuesAllowed(true));
        line.addSubcommand(new Bandit(console));
        line.addSubcommand(new Doctor(console));
        line.addSubcommand(new Bench(console));
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
        return line;
    }

    /// `poise tokenizer`, whose verbs are its own.
    private static CommandLine tokenizer() {
        CommandSpec spec = CommandSpec.create().name("tokenizer");
        spec.usageMessage()
                .description("Learns a tokenizer from texts, or looks at one.")
                .synopsisSubcommandLabel("COMMAND")
                .commandListHeading("%nCommands:%n");
        return new CommandLine(spec);
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

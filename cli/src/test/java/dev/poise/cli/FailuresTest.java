package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

final class FailuresTest {

    @Command(name = "verb")
    private record Failing(Exception failure) implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            throw failure;
        }
    }

    private static String said(Exception failure) {
        StringWriter err = new StringWriter();
        Failures failures = new Failures(new PrintWriter(err), "--stacktrace");
        CommandLine line = new CommandLine(new Failing(failure)).setExecutionExceptionHandler(failures);
        assertThat(line.execute()).isEqualTo(failure instanceof UsageException ? 2 : 1);
        return err.toString();
    }

    @Test
    void whatIsRefusedOnPurposeSpeaksForItself() {
        assertThat(said(new IllegalArgumentException("beta must be positive, got -1")))
                .isEqualTo("poise: beta must be positive, got -1\n");
        assertThat(said(new UsageException("--beta must be positive, got -1")))
                .isEqualTo("verb: --beta must be positive, got -1\nverb --help shows what it takes\n");
    }

    @Test
    void severalProblemsAreAllShown() {
        assertThat(said(new IllegalStateException("a.yaml:1:2: first\na.yaml:3:4: second")))
                .isEqualTo("poise: a.yaml:1:2: first\na.yaml:3:4: second\n");
    }

    @Test
    void filesThatCannotBeReadAreNamedInWords() {
        assertThat(said(new UncheckedIOException(new AccessDeniedException("/secret"))))
                .isEqualTo("poise: /secret: permission denied\n");
    }

    @Test
    void whatNobodyExpectedSaysItsKindAndNoNativeStack() {
        assertThat(said(new RuntimeException("shapes differ\nException raised from here\nframe #0")))
                .isEqualTo("poise: RuntimeException: shapes differ (unexpected; --stacktrace shows where)\n");
    }
}

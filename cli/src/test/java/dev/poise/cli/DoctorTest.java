package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.cli.Check.Status;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class DoctorTest {

    @Test
    void findsWhatTheseTestsRunOn() {
        CommandRun run = CommandRun.of("doctor", "--json");

        assertThat(run.code()).isZero();
        JsonNode report = JsonMapper.shared().readTree(run.out());
        assertThat(report.path("works").asBoolean()).isTrue();
        Map<String, String> found = new LinkedHashMap<>();
        report.path("checks")
                .forEach(check -> found.put(
                        check.path("name").asString(), check.path("found").asString()));
        assertThat(found)
                .containsOnlyKeys(
                        "java",
                        "libtorch",
                        "instruction set",
                        "blas",
                        "bfloat16",
                        "threads",
                        "gpu",
                        "allocator",
                        "memory",
                        "working directory",
                        "temporary files",
                        "encoding");
        assertThat(found.get("java")).startsWith(Runtime.version().feature() + ".");
        assertThat(found.get("libtorch")).matches("\\d+\\.\\d+\\.\\d+\\S* for \\S+");
        assertThat(found.get("blas")).startsWith("OpenBLAS ");
    }

    @Test
    void whatIsMissingEndsWithOneAndSaysWhatToDo() {
        StringWriter out = new StringWriter();
        Terminal terminal = new Terminal(new PrintWriter(out), false, false, 80);
        Doctor doctor = new Doctor(new Console(new BufferedReader(new StringReader("")), false, terminal, terminal));

        int code = doctor.report(
                List.of(Check.good("threads", "2 on 2 cores"), Check.missing("libtorch", "nothing", "install it")));

        assertThat(code).isEqualTo(1);
        assertThat(out.toString()).isEqualTo("""
                        ok      threads            2 on 2 cores
                        MISSING libtorch           nothing
                                                   -> install it
                        """);
    }

    @Test
    void judgesWhatItFinds(@TempDir Path folder) {
        assertThat(Checkup.java(24, "24.0.1", "/jdk").status()).isEqualTo(Status.MISSING);
        assertThat(Checkup.java(25, "25.0.1", "/jdk").status()).isEqualTo(Status.GOOD);
        assertThat(Checkup.instructionSet("DEFAULT").status()).isEqualTo(Status.FAIR);
        assertThat(Checkup.instructionSet("AVX512").status()).isEqualTo(Status.GOOD);
        assertThat(Checkup.gpu(true, 0).status()).isEqualTo(Status.FAIR);
        assertThat(Checkup.gpu(true, 2).found()).isEqualTo("2 with CUDA");
        assertThat(Checkup.memory(3L << 30, 1L << 30).status()).isEqualTo(Status.FAIR);
        assertThat(Checkup.memory(16L << 30, 4L << 30).found())
                .isEqualTo("16.0 GiB in all, up to 4.0 GiB of it for Java");
        assertThat(Checkup.encoding("ANSI_X3.4-1968").advice()).isEqualTo("set LC_ALL=C.UTF-8");
        assertThat(Checkup.allocator("Linux", Map.of("LD_PRELOAD", "/lib/libjemalloc.so.2"))
                        .found())
                .isEqualTo("jemalloc");
        assertThat(Checkup.allocator("Linux", Map.of()).found()).startsWith("the system's");
        assertThat(Checkup.blas(true).found()).startsWith("MKL");
        assertThat(Checkup.blas(false).status()).isEqualTo(Status.FAIR);
        assertThat(Checkup.bfloat16(false).found()).contains("float32 is faster");
        assertThat(Checkup.disk("there", folder).found()).endsWith(" free at " + folder);
        assertThat(Checkup.disk("there", folder.resolve("nowhere")).status()).isEqualTo(Status.MISSING);
    }
}

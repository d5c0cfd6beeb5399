package dev.poise.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class TuneAPairTest {

    @Test
    void theReadmesProgramRaisesTheMargin() {
        PrintStream standard = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            TuneAPair.main(new String[] {"src/test/resources/models/tiny-llama-chat"});
        } finally {
            System.setOut(standard);
        }
        List<Double> numbers = Pattern.compile("-?\\d+\\.\\d+")
                .matcher(printed.toString(StandardCharsets.UTF_8))
                .results()
                .map(MatchResult::group)
                .map(Double::valueOf)
                .toList();
        assertThat(numbers).hasSize(4);
        assertThat(numbers.get(2) - numbers.get(3)).isGreaterThan(numbers.get(0) - numbers.get(1) + 1);
    }

    @Test
    void theReadmeShowsTheProgramThatIsTested() throws IOException {
        String program = Files.readString(Path.of("src/test/java/dev/poise/example/TuneAPair.java"));
        String body = program.substring(program.indexOf("        Torch.start(0);"), program.lastIndexOf("    }\n}"))
                .stripTrailing()
                .stripIndent();
        assertThat(Files.readString(Path.of("../README.md"))).contains(body);
    }
}

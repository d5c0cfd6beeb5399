package dev.poise.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SamplesTest {

    private static final SampleLine BEFORE = new SampleLine(0, 1, "Say \"hi\"\n", "hö 🙂", 3, true);
    private static final SampleLine AFTER = new SampleLine(20, 1, "Say \"hi\"\n", "hi", 64, false);

    @TempDir
    private Path directory;

    @Test
    void writesAndReadsOneAnswerALine() throws IOException {
        Path file = directory.resolve("samples.jsonl");
        try (Samples samples = Samples.create(file)) {
            samples.append(BEFORE);
            samples.append(AFTER);
        }
        assertThat(Files.readAllLines(file).getFirst())
                .isEqualTo("{\"step\":0,\"index\":1,\"prompt\":\"Say \\\"hi\\\"\\n\","
                        + "\"completion\":\"hö 🙂\",\"tokens\":3,\"finished\":true}");
        assertThat(Samples.read(file)).containsExactly(BEFORE, AFTER);
    }

    @Test
    void resumesBehindTheCheckpoint() throws IOException {
        Path file = directory.resolve("samples.jsonl");
        try (Samples samples = Samples.create(file)) {
            samples.append(BEFORE);
            samples.append(AFTER);
        }
        Samples.resume(file, 10).close();
        assertThat(Samples.read(file)).isEqualTo(List.of(BEFORE));
    }

    @Test
    void aLineThatIsNoSampleIsRefusedWithItsPlace() throws IOException {
        Path file = Files.writeString(directory.resolve("samples.jsonl"), "{\"step\":1,\"index\":0}\n");
        assertThatThrownBy(() -> Samples.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ":1 must have other fields: ");
    }
}

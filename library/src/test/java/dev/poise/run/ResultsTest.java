package dev.poise.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.run.Results.Figure;
import dev.poise.run.Results.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResultsTest {

    @Test
    void readsWhatItWrote(@TempDir Path directory) throws IOException {
        Results results = new Results(
                "Tuned against initial",
                List.of(
                        new Table("Ground truth", List.of(new Figure("win rate", 0.75, 0.5, 0.875, 64L, "%"))),
                        new Table("Evaluation", List.of(new Figure("eval_loss", Double.NaN, null, null, null, null)))),
                List.of("Ties count half."));
        Path file = directory.resolve("results.json");
        results.writeTo(file);
        assertThat(file).content().contains("\"value\" : \"NaN\"").contains("\"win rate\"");
        assertThat(Results.read(file)).isEqualTo(results);
    }
}

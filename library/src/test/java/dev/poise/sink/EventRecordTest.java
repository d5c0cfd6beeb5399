package dev.poise.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class EventRecordTest {

    /// Against TensorBoard's own messages and record writer (`src/test/python/make_outputs.py`).
    @Test
    void eventsAreByteForByteThoseOfTensorBoard() throws IOException {
        double wall = 1795282420.25;
        Map<String, Double> scalars = new LinkedHashMap<>();
        scalars.put("train/loss", 0.6931);
        scalars.put("eval/rewards/margins", Double.NaN);
        scalars.put("train/num_tokens", 16777217.0);
        scalars.put("train/zero", 0.0);
        ByteArrayOutputStream ours = new ByteArrayOutputStream();
        ours.writeBytes(EventRecord.version(wall));
        ours.writeBytes(EventRecord.restart(wall, 0));
        ours.writeBytes(EventRecord.text(wall, 0, "recipe", "seed: 3 # naïve"));
        ours.writeBytes(EventRecord.scalars(wall + 1, 300, scalars));
        byte[] golden = Base64.getDecoder()
                .decode(JsonMapper.shared()
                        .readTree(Files.readAllBytes(Path.of("src/test/resources/golden/outputs.json")))
                        .get("events")
                        .stringValue());
        assertThat(ours.toByteArray()).isEqualTo(golden);
    }
}

package dev.poise.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.tokenize.RealData;
import dev.poise.tokenize.TokenSequence;
import dev.poise.tokenize.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// TRL 1.13's batch of eight HH pairs, rebuilt from the raw text of the data set.
final class TrlGoldenTest {

    @Test
    void rebuildsTrlsBatchFromRawText() {
        JsonNode golden = JsonMapper.shared()
                .readTree(RealData.path("goldens/trl-dpo-losses.json").toFile());
        List<Row> rows = Rows.read(RealData.path("preferences/hh-harmless-test.jsonl.gz"));
        List<TokenSequence> chosen = new ArrayList<>();
        List<TokenSequence> rejected = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.read(RealData.path("models/tiny-random-gpt2"))) {
            Encoder encoder = new Encoder(tokenizer, Optional.empty(), 256, TooLong.CUT);
            for (JsonNode pair : golden.path("pairs").values()) {
                Example example = (Example) rows.get(pair.path("line").intValue());
                Encoded.Pair encoded = (Encoded.Pair) ((Encoding.Kept) encoder.encode(example)).row();
                chosen.add(encoded.chosen());
                rejected.add(encoded.rejected());
            }
        }
        chosen.addAll(rejected);
        assertThat(chosen).hasSize(16);
        for (int row = 0; row < 16; row++) {
            TokenSequence sequence = chosen.get(row);
            JsonNode batch = golden.path("batch");
            assertThat(padded(sequence.ids()))
                    .as("row %s", row)
                    .isEqualTo(ints(batch.path("input_ids").path(row)));
            int[] mask = new int[sequence.length()];
            for (int index = 0; index < mask.length; index++) {
                mask[index] = sequence.trained()[index] ? 1 : 0;
            }
            assertThat(padded(mask))
                    .as("row %s", row)
                    .isEqualTo(ints(batch.path("completion_mask").path(row)));
            int[] ones = new int[sequence.length()];
            Arrays.fill(ones, 1);
            assertThat(padded(ones))
                    .as("row %s", row)
                    .isEqualTo(ints(batch.path("attention_mask").path(row)));
        }
        assertThat(chosen.get(15).ids()[255]).as("row 15 is cut").isNotZero();
    }

    private static int[] padded(int[] values) {
        return Arrays.copyOf(values, 256);
    }

    private static int[] ints(JsonNode list) {
        return list.valueStream().mapToInt(JsonNode::intValue).toArray();
    }
}

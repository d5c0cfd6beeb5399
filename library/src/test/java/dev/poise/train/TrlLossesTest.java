package dev.poise.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.poise.data.Encoded;
import dev.poise.data.Encoder;
import dev.poise.data.Encoding;
import dev.poise.data.Example;
import dev.poise.data.ExampleReader;
import dev.poise.data.TooLong;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.objective.Dpo;
import dev.poise.objective.Hinge;
import dev.poise.objective.Ipo;
import dev.poise.objective.Normalise;
import dev.poise.objective.PairwiseObjective;
import dev.poise.tokenize.RealData;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Precision;
import dev.poise.torch.Torch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// TRL 1.13's losses on eight real pairs, from their raw text on.
///
/// Some of that text is offensive: failures show numbers and indices, never rows.
final class TrlLossesTest {

    private static final int BUDGET = 1200; // so that the pairs take several passes

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    @Test
    void summedLogProbabilitiesEqualTheFloat64Ones() {
        List<Encoded> rows = rows();
        check(summed("models/tiny-gpt2-sft", rows), golden("float64_logps").get("policy"), rows);
        check(summed("models/tiny-random-gpt2", rows), golden("float64_logps").get("ref"), rows);
    }

    private static void check(double[][] summed, JsonNode expected, List<Encoded> rows) {
        for (int side = 0; side < 2; side++) {
            for (int pair = 0; pair < 8; pair++) {
                JsonNode sums = expected.get("sum_logps_chosen_then_rejected");
                assertThat(summed[pair][side])
                        .as("pair %d, side %d", pair, side)
                        .isCloseTo(sums.get(8 * side + pair).doubleValue(), within(1e-9));
                assertThat(TrainingRow.sequences(rows.get(pair)).get(side).trainedTokens())
                        .as("tokens of pair %d, side %d", pair, side)
                        .isEqualTo(expected.get("completion_tokens")
                                .get(8 * side + pair)
                                .intValue());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"sigmoid, FLOAT64", "hinge, FLOAT64", "ipo, FLOAT64", "sigmoid, FLOAT32", "ipo, FLOAT32"})
    void lossesAndMetricsEqualTrls(String type, Precision precision) {
        PairwiseObjective objective = objective(type);
        List<TrainingRow> rows = scored();
        Averages averages = new Averages();
        try (Decoder policy = ModelDirectory.read(RealData.path("models/tiny-gpt2-sft"), precision, true);
                Tuner tuner = new Tuner(
                        policy, objective, new Tuner.Settings(new AdamW.Settings(0.9, 0.999, 1e-8, 0), 0, BUDGET))) {
            JsonNode expected = golden("losses").get(type + "_beta0.1_ls0.0");
            // TRL's numbers are float32: a summed log-probability of 400 nats has steps of 3e-5.
            assertThat(tuner.evaluate(rows, averages))
                    .isCloseTo(expected.get("batch_loss").doubleValue(), within(1e-5));
            SequencedMap<String, Double> means = averages.means();
            Map<String, Double> theirs = new HashMap<>();
            expected.properties().forEach(metric -> {
                if (means.containsKey(metric.getKey())) {
                    theirs.put(metric.getKey(), metric.getValue().doubleValue());
                }
            });
            assertThat(theirs)
                    .containsOnlyKeys(
                            "entropy",
                            "logits/chosen",
                            "logits/rejected",
                            "mean_token_accuracy",
                            "rewards/chosen",
                            "rewards/rejected",
                            "rewards/accuracies",
                            "rewards/margins",
                            "logps/chosen",
                            "logps/rejected");
            theirs.forEach((name, value) -> assertThat(means.get(name))
                    .as(name)
                    .isCloseTo(value, within(name.startsWith("logps") ? 1e-4 : 1e-5)));
        }
    }

    @Test
    void theLossOfEveryPairEqualsTrls() {
        List<TrainingRow> rows = scored();
        double[][] policy = summed(
                "models/tiny-gpt2-sft", rows.stream().map(TrainingRow::encoded).toList());
        for (int pair = 0; pair < 8; pair++) {
            double[] reference = requireNonNull(rows.get(pair).reference());
            PairwiseObjective.PairLoss loss = new Dpo(0.1, 0)
                    .of(new PairwiseObjective.Pair(policy[pair][0], policy[pair][1], reference[0], reference[1], 1, 1));
            assertThat(loss.loss())
                    .as("pair %d", pair)
                    .isCloseTo(golden("per_pair_sigmoid_beta0.1").get(pair).doubleValue(), within(1e-5));
        }
    }

    private static PairwiseObjective objective(String type) {
        return switch (type) {
            case "sigmoid" -> new Dpo(0.1, 0);
            case "hinge" -> new Hinge(0.1, true);
            case "ipo" -> new Ipo(0.1, Normalise.TOKENS);
            default -> throw new IllegalArgumentException(type);
        };
    }

    private static JsonNode golden(String part) {
        return JsonMapper.shared()
                .readTree(RealData.path("goldens/trl-dpo-losses.json").toFile())
                .get(part);
    }

    /// The golden's pairs as the data set has them, encoded.
    private static List<Encoded> rows() {
        List<Example> all = new ArrayList<>();
        try (ExampleReader reader = ExampleReader.open(RealData.path("preferences/hh-harmless-test.jsonl.gz"))) {
            reader.forEachRemaining(row -> all.add(row instanceof Example example ? example : null));
        }
        List<Encoded> rows = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.read(RealData.path("models/tiny-gpt2-sft"))) {
            Encoder encoder = new Encoder(tokenizer, Optional.empty(), 256, TooLong.CUT);
            for (JsonNode pair : golden("pairs")) {
                Encoding encoding = encoder.encode(all.get(pair.get("line").intValue()));
                rows.add(((Encoding.Kept) encoding).row());
            }
        }
        assertThat(rows.size()).isEqualTo(8);
        return rows;
    }

    private static List<TrainingRow> scored() {
        List<Encoded> rows = rows();
        double[][] reference = summed("models/tiny-random-gpt2", rows);
        List<TrainingRow> scored = new ArrayList<>();
        for (int pair = 0; pair < rows.size(); pair++) {
            scored.add(new TrainingRow(rows.get(pair), reference[pair]));
        }
        return scored;
    }

    private static double[][] summed(String model, List<Encoded> rows) {
        try (Decoder decoder = ModelDirectory.read(RealData.path(model), Precision.FLOAT64, false)) {
            return Likelihoods.summed(decoder, rows, BUDGET, done -> {});
        }
    }
}

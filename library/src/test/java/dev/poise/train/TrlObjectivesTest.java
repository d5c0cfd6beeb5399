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
import dev.poise.objective.Need;
import dev.poise.objective.Objective;
import dev.poise.run.Recipe;
import dev.poise.tokenize.RealData;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Precision;
import dev.poise.torch.Torch;
import dev.poise.train.TrainingRow.Mismatched;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Every loss that TRL 1.13's trainers have, on eight real pairs, from their raw text and a recipe's words on.
///
/// Some of that text is offensive: failures show numbers and settings, never rows.
final class TrlObjectivesTest {

    private static final int BUDGET = 1200; // so that the rows take several passes

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    @Test
    void pairwiseLossesEqualTrls() {
        check("dpo", pairs(256), 145);
    }

    @Test
    void referenceFreeLossesEqualTrls() {
        check("cpo", pairs(512), 48);
        check("orpo", pairs(512), 2);
    }

    @Test
    void lossesOfLabelledRowsEqualTrls() {
        check("kto", labelled(pairs(256)), 16);
        check("bco", labelled(pairs(512)), 2);
    }

    private static List<Encoded> labelled(List<Encoded> pairs) {
        List<Encoded> rows = new ArrayList<>();
        for (Encoded row : pairs) {
            Encoded.Pair pair = (Encoded.Pair) row;
            rows.add(new Encoded.Single(pair.source(), pair.chosen(), true));
            rows.add(new Encoded.Single(pair.source(), pair.rejected(), false));
        }
        return rows;
    }

    private static void check(String trainer, List<Encoded> encoded, int count) {
        int cases = 0;
        SoftAssertions all = new SoftAssertions();
        Map<Integer, List<TrainingRow>> scored = new HashMap<>();
        Map<Set<Need>, Measured> measured = new HashMap<>();
        try (Decoder policy = ModelDirectory.read(RealData.path("models/tiny-gpt2-sft"), Precision.FLOAT64, true);
                Decoder reference =
                        ModelDirectory.read(RealData.path("models/tiny-random-gpt2"), Precision.FLOAT64, false)) {
            for (JsonNode expected : golden()) {
                if (expected.get("trainer").stringValue().equals(trainer)) {
                    List<Encoded> rows = encoded.subList(
                            0, expected.has("rows") ? expected.get("rows").intValue() : encoded.size());
                    Averages averages = new Averages();
                    List<TrainingRow> known = scored.computeIfAbsent(rows.size(), n -> scored(reference, rows));
                    // Half of the cases go the whole way, split into passes; the others share what is measured of all
                    // rows in one.
                    Objective objective = objective(expected);
                    boolean wholeWay = trainer.equals("kto")
                            || trainer.equals("bco")
                            || expected.get("beta").doubleValue() == 0.1;
                    double loss = wholeWay
                            ? loss(policy, objective, known, averages)
                            : objective
                                    .evaluate(
                                            measured.computeIfAbsent(
                                                            objective.needs(),
                                                            needs -> Likelihoods.measure(policy, known, needs))
                                                    .examples(),
                                            Measured.totals(known))
                                    .loss();
                    assertThat(loss).as("%s", expected).isFinite();
                    // Where TRL itself gives no number ours need only be one.
                    if (expected.get("loss").isNumber()) {
                        all.assertThat(loss)
                                .as("%s", expected)
                                .isCloseTo(expected.get("loss").doubleValue(), within(tolerance(expected)));
                    }
                    if (expected.has("kl") && averages.mean("kl").isPresent()) {
                        all.assertThat(averages.mean("kl").getAsDouble())
                                .as("kl of %s", expected)
                                .isCloseTo(expected.get("kl").doubleValue(), within(1e-9));
                    }
                    cases++;
                }
            }
        }
        all.assertAll();
        assertThat(cases).as("cases of %s", trainer).isEqualTo(count);
    }

    /// TRL's own rounding: α-divergences, run in float32, take exponentials of log-ratios of numbers near 400;
    /// ORPO's odds and EXO's ε are float32 too.
    private static double tolerance(JsonNode expected) {
        boolean rounded = expected.get("trainer").stringValue().equals("orpo")
                || expected.path("dtype").asString("").equals("float32")
                || expected.path("loss_type").asString("").equals("exo_pair");
        double scale = Math.max(1, Math.abs(expected.get("loss").doubleValue()));
        return rounded ? 2e-5 * scale : 1e-8 * scale;
    }

    private static double loss(Decoder policy, Objective objective, List<TrainingRow> rows, Averages averages) {
        try (Tuner tuner =
                new Tuner(policy, objective, new Tuner.Settings(new AdamW.Settings(0.9, 0.999, 1e-8, 0), 0, BUDGET))) {
            return tuner.evaluate(rows, averages);
        }
    }

    /// The case in a recipe's words.
    private static Objective objective(JsonNode expected) {
        String beta = "beta: " + expected.get("beta").doubleValue();
        return switch (expected.get("trainer").stringValue()) {
            case "dpo" -> recipe("preference", dpo(expected, beta));
            case "cpo" -> recipe("preference", cpo(expected, beta));
            case "orpo" -> recipe("preference", "{type: orpo, " + beta + "}");
            case "bco" -> recipe("unpaired", "{type: bco_unpaired, " + beta + "}");
            case "kto" ->
                recipe(
                        "unpaired",
                        "{type: " + expected.get("loss_type").stringValue() + ", " + beta + ", desirable_weight: "
                                + expected.get("desirable_weight").doubleValue() + ", undesirable_weight: "
                                + expected.get("undesirable_weight").doubleValue() + "}");
            default -> throw new IllegalArgumentException(expected.toString());
        };
    }

    private static String dpo(JsonNode expected, String beta) {
        String type = expected.get("loss_type").stringValue();
        if (type.equals("sigmoid+0.5sft")) {
            return "{type: sigmoid, " + beta + "}, {type: sft, weight: 0.5}";
        }
        String divergence = expected.get("f_divergence_type").stringValue();
        String objective = "{type: " + type;
        if (!type.equals("sft")) {
            objective += ", " + beta;
            objective += divergence.equals("reverse_kl") ? "" : ", divergence: " + divergence;
            objective += expected.has("f_alpha_divergence_coef")
                    ? ", divergence_coefficient: "
                            + expected.get("f_alpha_divergence_coef").doubleValue()
                    : "";
            double smoothing = expected.get("label_smoothing").doubleValue();
            objective += smoothing == 0 ? "" : ", label_smoothing: " + smoothing;
        }
        objective += "}";
        // TRL's sft is cross-entropy, which neither modifier reaches.
        if (!expected.get("ld_alpha").isNull() && !type.equals("sft")) {
            objective = "{type: ld, alpha: " + expected.get("ld_alpha").doubleValue() + ", of: " + objective + "}";
        }
        return expected.get("use_weighting").booleanValue() ? "{type: wpo, of: " + objective + "}" : objective;
    }

    private static String cpo(JsonNode expected, String beta) {
        double likelihood = expected.get("cpo_alpha").doubleValue();
        String smoothing =
                ", label_smoothing: " + expected.get("label_smoothing").doubleValue();
        String preference =
                switch (expected.get("loss_type").stringValue()) {
                    case "sigmoid" -> "{type: cpo, " + beta + smoothing + ", likelihood: " + likelihood + "}";
                    case "simpo" ->
                        "{type: alphapo, " + beta + smoothing + ", gamma: 0.5, alpha: "
                                + expected.get("alpha").doubleValue() + "}";
                    case "hinge" -> "{type: hinge, " + beta + ", reference: false}";
                    case "ipo" -> "{type: ipo, " + beta + ", reference: false}";
                    default -> throw new IllegalArgumentException(expected.toString());
                };
        return preference.startsWith("{type: cpo")
                ? preference
                : preference + ", {type: mle, weight: " + likelihood + "}";
    }

    private static Objective recipe(String method, String objectives) {
        return Recipe.parse(
                        "r.yaml",
                        "{method: " + method + ", model: m, data: {train: d}, output: o, objective: [" + objectives
                                + "]}",
                        List.of())
                .objective();
    }

    private static JsonNode golden() {
        try (InputStream stream = TrlObjectivesTest.class.getResourceAsStream("/golden/trl-objectives.json")) {
            return JsonMapper.shared().readTree(requireNonNull(stream)).get("cases");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Encoded> pairs(int maxTokens) {
        List<Example> all = new ArrayList<>();
        try (ExampleReader reader = ExampleReader.open(RealData.path("preferences/hh-harmless-test.jsonl.gz"))) {
            reader.forEachRemaining(row -> all.add(row instanceof Example example ? example : null));
        }
        JsonNode lines = JsonMapper.shared()
                .readTree(RealData.path("goldens/trl-dpo-losses.json").toFile())
                .get("pairs");
        List<Encoded> rows = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.read(RealData.path("models/tiny-gpt2-sft"))) {
            Encoder encoder = new Encoder(tokenizer, Optional.empty(), maxTokens, TooLong.CUT);
            for (JsonNode pair : lines) {
                Encoding encoding = encoder.encode(all.get(pair.get("line").intValue()));
                rows.add(((Encoding.Kept) encoding).row());
            }
        }
        return rows;
    }

    private static List<TrainingRow> scored(Decoder reference, List<Encoded> rows) {
        double[][][] tokens = Likelihoods.byToken(reference, rows, BUDGET, done -> {});
        double[][] sums = Likelihoods.summed(reference, rows, BUDGET, done -> {});
        boolean labelled = rows.getFirst() instanceof Encoded.Single;
        List<Encoded.Single> mismatches = labelled ? new Mismatches(rows, rows.size(), 256) : List.of();
        double[][] ofMismatches = Likelihoods.summed(reference, mismatches, BUDGET, done -> {});
        List<TrainingRow> scored = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            scored.add(new TrainingRow(
                    rows.get(row),
                    sums[row],
                    tokens[row],
                    labelled ? new Mismatched(mismatches.get(row), ofMismatches[row][0]) : null));
        }
        return scored;
    }
}

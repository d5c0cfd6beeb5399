package dev.poise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.poise.tokenize.RealData;
import dev.poise.tokenize.TokenSequence;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ScoreHeadTest {

    private static final Path MODELS = Path.of("src/test/resources/models");

    /// Two groups that share prompts, sequences of different lengths that end in different tokens.
    private static final TokenBatch BATCH = TokenBatch.ofEnds(List.of(
            List.of(sequence(3, 5, 9, 2, 14), sequence(3, 5, 9, 30)),
            List.of(sequence(8, 1, 7, 11, 4, 6, 21), sequence(8, 1, 7, 12))));

    @BeforeAll
    static void start() {
        Torch.start(2);
    }

    @Test
    void aBatchOfEndsReadsTheLastTokenOfEverySequence() {
        // Prompts of two tokens are shared, then 3 and 2 tokens; prompts of two, then 5 and 2.
        assertThat(BATCH.readAt()).containsExactly(4, 6, 13, 15);
        assertThat(BATCH.targets()).containsExactly(14, 30, 21, 12);
        assertThat(BATCH.offsets()).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void aScoreIsThatOfTheSequenceAlone() {
        try (Decoder model = TinyDecoders.reward(Family.LLAMA, Precision.FLOAT64)) {
            double[] together = model.scores(BATCH);
            double[] alone = Stream.of(
                            sequence(3, 5, 9, 2, 14),
                            sequence(3, 5, 9, 30),
                            sequence(8, 1, 7, 11, 4, 6, 21),
                            sequence(8, 1, 7, 12))
                    .mapToDouble(one -> model.scores(TokenBatch.ofEnds(List.of(List.of(one))))[0])
                    .toArray();
            assertThat(together).containsExactly(alone, within(1e-12));
            assertThat(together).doesNotHaveDuplicates();
        }
    }

    /// Against central differences of Σ c s by entries of every parameter, c of both signs.
    @ParameterizedTest
    @EnumSource(names = {"LLAMA", "QWEN3", "GPT2", "GEMMA2", "PHI3"})
    void theGradientIsThatOfTheScores(Family family) {
        double[] c = {0.7, -1.3, -0.4, 0.9};
        try (PointerScope scope = new PointerScope();
                Decoder model = TinyDecoders.reward(family, Precision.FLOAT64)) {
            Parameters parameters = model.parameters();
            parameters.clearGradients();
            Pass pass = model.forward(BATCH);
            assertThat(pass.scores()).containsExactly(model.scores(BATCH), within(1e-12));
            pass.backward(c);
            double[] gradient = Tensors.toDoubles(parameters.gradients());

            parameters.clearGradients();
            model.forwardFrugally(BATCH).backward(c);
            assertThat(Tensors.toDoubles(parameters.gradients()))
                    .as("with blocks run again")
                    .containsExactly(gradient, within(1e-10));

            SplittableRandom random = new SplittableRandom(5);
            double[] values = Tensors.toDoubles(parameters.values());
            int from = 0;
            for (Parameter parameter : parameters.layout()) {
                for (int draw = 0; draw < 3; draw++) {
                    int i = from + random.nextInt(Math.toIntExact(parameter.size()));
                    double step = 1e-5;
                    double slope =
                            (weighted(model, c, values, i, step) - weighted(model, c, values, i, -step)) / (2 * step);
                    assertThat(gradient[i])
                            .as(parameter.name())
                            .isCloseTo(slope, within(1e-6 * Math.max(1, Math.abs(slope))));
                }
                from += Math.toIntExact(parameter.size());
            }
        }
    }

    private static double weighted(Decoder model, double[] c, double[] values, int i, double step) {
        double[] moved = values.clone();
        moved[i] += step;
        set(model, moved);
        double[] scores = model.scores(BATCH);
        set(model, values);
        double sum = 0;
        for (int s = 0; s < c.length; s++) {
            sum += c[s] * scores[s];
        }
        return sum;
    }

    private static void set(Decoder model, double[] values) {
        Torch.withoutGradients(() -> model.parameters()
                .values()
                .copy_(Tensors.of(values, model.precision().sums())));
    }

    /// transformers 5.18 in float64 over a published model's trunk and a fixed vector, single texts
    /// (`src/test/python/make_reward.py`). Its rotary angles are float32.
    @ParameterizedTest
    @CsvSource({"FLOAT32, 2e-5", "FLOAT64, 2e-5"})
    void scoresAreThoseOfTransformers(Precision precision, double tolerance) throws IOException {
        JsonNode golden =
                JsonMapper.shared().readTree(Files.readAllBytes(Path.of("src/test/resources/golden/trl-reward.json")));
        assertThat(golden.get("scores").size()).isEqualTo(4);
        try (Decoder model = ModelDirectory.startReward(RealData.path("models/stories260K"), precision, 0)) {
            fix(model);
            for (JsonNode expected : golden.get("scores")) {
                int[] ids = expected.get("ids")
                        .valueStream()
                        .mapToInt(JsonNode::intValue)
                        .toArray();
                assertThat(model.scores(TokenBatch.ofEnds(List.of(List.of(sequence(ids))))))
                        .containsExactly(new double[] {expected.get("score").doubleValue()}, within(tolerance));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama-tied", "qwen2", "qwen3", "gpt2"})
    void aLanguageModelBecomesARewardModelThatReadsBackTheSame(String name, @TempDir Path directory)
            throws IOException {
        Path source = MODELS.resolve(name);
        TokenBatch batch = TokenBatch.ofEnds(List.of(List.of(sequence(3, 5, 9)), List.of(sequence(2, 5))));
        try (Decoder model = ModelDirectory.startReward(source, Precision.FLOAT32, 4);
                Decoder same = ModelDirectory.startReward(source, Precision.FLOAT32, 4);
                Decoder other = ModelDirectory.startReward(source, Precision.FLOAT32, 5)) {
            double[] scores = model.scores(batch);
            assertThat(same.scores(batch)).as("the same seed").containsExactly(scores);
            assertThat(other.scores(batch)).as("another seed").isNotEqualTo(scores);
            ModelDirectory.write(model, source, directory);
            try (Decoder read = ModelDirectory.readReward(directory, Precision.FLOAT32);
                    Decoder goneOn = ModelDirectory.startReward(directory, Precision.FLOAT32, 5)) {
                assertThat(read.scores(batch)).containsExactly(scores);
                assertThat(goneOn.scores(batch))
                        .as("what is stored is not drawn")
                        .containsExactly(scores);
            }
        }
        JsonNode config = JsonMapper.shared().readTree(Files.readAllBytes(directory.resolve("config.json")));
        assertThat(config.get("architectures").get(0).stringValue()).endsWith("ForSequenceClassification");
        assertThat(config.get("id2label").size()).isEqualTo(1);
        assertThatThrownBy(() -> ModelDirectory.read(directory, Precision.FLOAT32, false))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("must be a language model, got a reward model");
        assertThatThrownBy(() -> ModelDirectory.readReward(source, Precision.FLOAT32))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("must be a reward model")
                .hasMessageContaining("got a language model");
    }

    /// transformers would read a score a token early where padding is the end of sequence.
    @Test
    void trap06_paddingThatIsTheEndOfSequenceIsLeftOut(@TempDir Path folder) throws IOException {
        Path source = MODELS.resolve("tiny-llama-chat");
        assertThat(padding(source, folder.resolve("apart"))).isEqualTo("0");
        Path same = Files.createDirectory(folder.resolve("source"));
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.toList()) {
                Files.copy(file, same.resolve(file.getFileName()));
            }
        }
        Path config = same.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"pad_token_id\": 0", "\"pad_token_id\": 2"));
        assertThat(padding(same, folder.resolve("one"))).isEqualTo("null");
    }

    private static String padding(Path source, Path target) throws IOException {
        Files.createDirectory(target);
        try (Decoder model = ModelDirectory.startReward(source, Precision.FLOAT32, 0)) {
            ModelDirectory.write(model, source, target);
        }
        return JsonMapper.shared()
                .readTree(Files.readAllBytes(target.resolve("config.json")))
                .get("pad_token_id")
                .toString();
    }

    @Test
    void eitherModelRefusesToBeReadAsTheOther() {
        TokenBatch trained =
                TokenBatch.of(List.of(List.of(new TokenSequence(new int[] {1, 2}, new boolean[] {false, true}))));
        try (Decoder reward = TinyDecoders.reward(Family.LLAMA, Precision.FLOAT32);
                Decoder language = TinyDecoders.decoder(Family.LLAMA, Precision.FLOAT32, false)) {
            assertThatThrownBy(() -> reward.measure(trained)).hasMessageContaining("a reward model gives");
            assertThatThrownBy(() -> language.scores(BATCH)).hasMessageContaining("a language model gives");
            TokenBatch several = TokenBatch.of(
                    List.of(List.of(new TokenSequence(new int[] {1, 2, 3}, new boolean[] {false, true, true}))));
            assertThatThrownBy(() -> reward.scores(several)).hasMessageContaining("must read one token a sequence");
        }
    }

    /// The score vector of `make_reward.py`.
    private static void fix(Decoder model) {
        double[] vector = new double[model.architecture().width()];
        Arrays.setAll(vector, i -> Math.floorMod(7 * i, 11) / 20.0 - 0.25 + 0.01);
        Torch.withoutGradients(() -> model.parameters()
                .master("score.weight")
                .copy_(Tensors.of(vector, model.precision().sums()).view(1, vector.length)));
    }

    private static TokenSequence sequence(int... ids) {
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, Math.min(2, ids.length - 1), ids.length, true);
        return new TokenSequence(ids, trained);
    }
}

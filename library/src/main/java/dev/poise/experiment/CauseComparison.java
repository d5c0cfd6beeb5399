package dev.poise.experiment;

import static dev.poise.experiment.Sides.mean;

import dev.poise.data.DataException;
import dev.poise.data.Encoded;
import dev.poise.data.Shuffle;
import dev.poise.evaluate.Diversity;
import dev.poise.model.Decoder;
import dev.poise.model.ModelDirectory;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sampler;
import dev.poise.sample.TextSampler;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleConsumer;

/// Objectives side by side on [fake causes][FakeCauses]: who learns to tell which turn a reply answers.
///
/// Dialogues at the end of the play are held out. Every seed draws its own dialogues from the rest and its own fake
/// turns; all objectives of a seed get the same pairs in the same order.
///
/// @param scale how much is done
/// @param series one an arm
/// @param start the untuned decoder
record CauseComparison(Scale scale, List<Series<CauseComparison.Outcome>> series, CauseComparison.Outcome start) {

    private static final long TEST_SEED = 104_729;
    private static final int BATCH = 64;
    private static final Decoding REPLY = new Decoding(0.5, 0, 1, 48, TEST_SEED);

    /// How much is done.
    ///
    /// @param arms objectives in the order of the page
    /// @param seeds how often all is repeated
    /// @param dialogues tuned on, a seed, four pairs each
    /// @param testDialogues held out at the end of the play
    /// @param learningRate peak, falling linearly to 0
    record Scale(List<Arm> arms, int seeds, int dialogues, int testDialogues, double learningRate) {}

    /// A play cut in two.
    ///
    /// @param play where it was read
    /// @param rest to tune on
    /// @param test held out, the end of the play
    record Data(Path play, List<Dialogue> rest, List<Dialogue> test) {

        /// @throws DataException where it is too short
        static Data read(Path play, Scale scale) throws IOException {
            List<Dialogue> dialogues = Dialogue.read(play);
            int wanted = scale.dialogues() + scale.testDialogues();
            if (dialogues.size() < wanted) {
                throw new DataException(
                        play, "must hold at least " + wanted + " dialogues of eight turns, got " + dialogues.size());
            }
            int rest = dialogues.size() - scale.testDialogues();
            return new Data(play, dialogues.subList(0, rest), dialogues.subList(rest, dialogues.size()));
        }
    }

    /// What became of the start with one objective and seed, on held-out dialogues.
    ///
    /// @param crossEntropy of replies behind their own turn, nats a token
    /// @param fakeCrossEntropy the same behind another turn
    /// @param distinct1 different words over all words of the replies it writes
    /// @param distinct2 the same of pairs of words
    record Outcome(double crossEntropy, double fakeCrossEntropy, double distinct1, double distinct2) {

        static Outcome of(Decoder policy, Tokenizer tokenizer, List<Encoded> held, List<int[]> turns) {
            Sides sides = Sides.of(policy, held);
            List<List<String>> replies = new ArrayList<>();
            new TextSampler(new Sampler(policy, tokenizer.specialTokens().stop(), BATCH), tokenizer)
                    .sample(turns, REPLY, (index, sample) -> replies.add(Diversity.words(sample.text())));
            return new Outcome(
                    -mean(sides.chosen().logProbs()),
                    -mean(sides.rejected().logProbs()),
                    Diversity.distinct(replies, 1).orElse(0),
                    Diversity.distinct(replies, 2).orElse(0));
        }

        /// Perplexity of a token of a reply behind its own turn.
        double perplexity() {
            return Math.exp(crossEntropy);
        }

        /// How much better the own turn explains a reply than another, nats a token.
        double agility() {
            return fakeCrossEntropy - crossEntropy;
        }
    }

    /// Runs the comparison.
    ///
    /// @param model a decoder in the Hugging Face layout
    /// @param tuned told the agility of every decoder tuned
    static CauseComparison of(Path model, Tokenizer tokenizer, Data data, Scale scale, DoubleConsumer tuned) {
        FakeCauses causes = new FakeCauses(tokenizer, data.play());
        List<Encoded> held = causes.pairs(data.test(), TEST_SEED);
        List<int[]> turns = data.test().stream()
                .flatMap(dialogue -> dialogue.exchanges().stream())
                .map(exchange -> causes.prompt(exchange.turn()))
                .toList();
        List<Series<Outcome>> series = scale.arms().stream()
                .map(arm -> new Series<Outcome>(arm.name(), new ArrayList<>()))
                .toList();
        try (Decoder start = ModelDirectory.read(model, Precision.FLOAT32, false)) {
            for (int seed = 0; seed < scale.seeds(); seed++) {
                List<Dialogue> drawn = Arrays.stream(Shuffle.epoch(data.rest().size(), TEST_SEED + seed, 0))
                        .limit(scale.dialogues())
                        .mapToObj(data.rest()::get)
                        .toList();
                OnePass pass = OnePass.over(causes.pairs(drawn, seed), start, seed);
                for (int i = 0; i < scale.arms().size(); i++) {
                    try (Decoder policy = ModelDirectory.read(model, Precision.FLOAT32, true)) {
                        pass.tune(policy, scale.arms().get(i).objective(), scale.learningRate());
                        Outcome outcome = Outcome.of(policy, tokenizer, held, turns);
                        series.get(i).outcomes().add(outcome);
                        tuned.accept(outcome.agility());
                    }
                }
            }
            return new CauseComparison(scale, series, Outcome.of(start, tokenizer, held, turns));
        }
    }

    Series<Outcome> of(Arm arm) {
        return Series.of(arm, series);
    }
}

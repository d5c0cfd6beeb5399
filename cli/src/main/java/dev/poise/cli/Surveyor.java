package dev.poise.cli;

import dev.poise.advise.AdvicePage.Position;
import dev.poise.advise.Survey;
import dev.poise.advise.Survey.Answer;
import dev.poise.advise.Survey.Own;
import dev.poise.advise.Survey.Pair;
import dev.poise.advise.Survey.Parting;
import dev.poise.cli.SurveyRows.Kept;
import dev.poise.data.Encoded;
import dev.poise.gradient.Similarity;
import dev.poise.model.Decoder;
import dev.poise.model.TokenBatch;
import dev.poise.model.TokenStatistics;
import dev.poise.oracle.Reward;
import dev.poise.oracle.RewardException;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sample;
import dev.poise.sample.Sampler;
import dev.poise.sample.TextSample;
import dev.poise.sample.TextSampler;
import dev.poise.tokenize.TokenSequence;
import dev.poise.tokenize.Tokenizer;
import dev.poise.torch.Tensors;
import dev.poise.train.Likelihoods;
import dev.poise.train.TrainingRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.jspecify.annotations.Nullable;

/// Measures a data set under a reference: draws, scores, reads likelihoods.
///
/// @param decoder the reference
/// @param tokenizer its own
/// @param stopIds tokens that end an answer
/// @param reward what makes answers good; empty where nobody says
/// @param setting how it is done
/// @param console shows how far it is
record Surveyor(
        Decoder decoder,
        Tokenizer tokenizer,
        Set<Integer> stopIds,
        Optional<Reward> reward,
        Survey.Setting setting,
        Console console) {

    private static final int MICRO_BATCH_TOKENS = 4096;
    private static final int BATCH = 32;

    /// Answers that go to a reward together.
    private static final int SCORED_TOGETHER = 256;

    /// Pairs whose partings are read in one forward pass.
    private static final int PARTED_TOGETHER = 8;

    /// What was measured.
    ///
    /// @param positions where a few pairs part, in full
    /// @param longest tokens of the longest sequence, prompts with room for an answer included
    record Measured(Survey survey, List<Position> positions, int longest) {}

    /// Where the answers of a pair part.
    ///
    /// @param row place among the rows that are kept
    /// @param good the chosen sequence up to the token by which they differ, trained at it alone
    /// @param bad the same of the rejected one
    private record Fork(int row, TokenSequence good, TokenSequence bad) {}

    /// @param prompts how many are asked at most
    /// @param looked how many partings are read in full
    Measured measure(SurveyRows rows, int prompts, int looked) {
        int room = decoder.architecture().context() - setting.maxNewTokens();
        List<Integer> asked = rows.drawn(room, prompts, setting.seed());
        double[][][] tokens = likelihoods(rows.kept());
        List<List<TextSample>> samples = samples(rows.kept(), asked);
        Scores scores = scores(rows.kept(), asked, samples);
        List<Fork> forks = asked.stream()
                .flatMap(i -> fork(i, rows.kept().get(i)).stream())
                .toList();
        Map<Integer, Parting> partings = partings(forks);
        boolean[] contradicted = rows.contradicted();
        List<Survey.Row> measured = new ArrayList<>();
        for (int i = 0; i < rows.kept().size(); i++) {
            Kept row = rows.kept().get(i);
            int place = asked.indexOf(i);
            measured.add(new Survey.Row(
                    row.index(),
                    row.encoded().source().line(),
                    answers(row, tokens[i], scores, i),
                    row.answers().size() == 2 ? pair(row, contradicted[i], partings.get(i)) : null,
                    place < 0 ? null : own(samples.get(place), scores.own(place))));
        }
        Survey.Counts counts = rows.counts();
        long unasked =
                rows.kept().stream().filter(row -> !SurveyRows.fits(row, room)).count();
        Survey survey = new Survey(
                setting,
                new Survey.Counts(
                        counts.read(), counts.pairs(), counts.same(), counts.left(), unasked, counts.labelled()),
                measured);
        return new Measured(survey, positions(rows, forks, looked), longest(rows.kept()));
    }

    private double[][][] likelihoods(List<Kept> rows) {
        double[][][] tokens = new double[rows.size()][0][];
        int[] answered = IntStream.range(0, rows.size())
                .filter(i -> !rows.get(i).answers().isEmpty())
                .toArray();
        List<Encoded> encoded =
                Arrays.stream(answered).mapToObj(i -> rows.get(i).encoded()).toList();
        KnownTokens known = new KnownTokens(decoder.architecture().vocabulary());
        rows.forEach(row ->
                TrainingRow.sequences(row.encoded()).forEach(sequence -> known.require(row.where(), sequence.ids())));
        if (encoded.isEmpty()) {
            return tokens;
        }
        try (ProgressLine progress = new ProgressLine(console.err(), "read", "rows", encoded.size())) {
            progress.update(0, "");
            double[][][] measured =
                    Likelihoods.byToken(decoder, encoded, MICRO_BATCH_TOKENS, done -> progress.update(done, ""));
            for (int i = 0; i < answered.length; i++) {
                tokens[answered[i]] = measured[i];
            }
        }
        return tokens;
    }

    private List<List<TextSample>> samples(List<Kept> rows, List<Integer> asked) {
        List<int[]> prompts = asked.stream().map(i -> rows.get(i).prompt()).toList();
        TextSampler sampler = new TextSampler(new Sampler(decoder, stopIds, BATCH), tokenizer);
        Decoding decoding = Decoding.random(setting.maxNewTokens(), setting.seed());
        long total = (long) prompts.size() * setting.samples();
        try (ProgressLine progress = new ProgressLine(console.err(), "sample", "answers", total)) {
            progress.update(0, "");
            return sampler.sample(prompts, setting.samples(), decoding, done -> progress.update(done, ""));
        }
    }

    /// Rewards of the data's answers, whole and cut, and of the reference's own.
    ///
    /// @param whole one a row and answer
    /// @param cut the same of their first M tokens
    /// @param own one a prompt and answer
    private record Scores(double[][] whole, double[][] cut, double[][] own) {
        double[] own(int place) {
            return own.length == 0 ? new double[0] : own[place];
        }

        @Nullable
        Double whole(int row, int answer) {
            return whole.length == 0 ? null : (Double) whole[row][answer];
        }

        @Nullable
        Double cut(int row, int answer) {
            return cut.length == 0 ? null : (Double) cut[row][answer];
        }
    }

    /// An answer on its way to the reward.
    private record Scored(String prompt, String answer, String name, double[] into, int at) {}

    private Scores scores(List<Kept> rows, List<Integer> asked, List<List<TextSample>> samples) {
        if (reward.isEmpty()) {
            return new Scores(new double[0][], new double[0][], new double[0][]);
        }
        double[][] whole = new double[rows.size()][];
        double[][] cut = new double[rows.size()][];
        double[][] own = new double[asked.size()][setting.samples()];
        List<Scored> waiting = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            Kept row = rows.get(i);
            String prompt = Contents.lastText(row.question());
            whole[i] = new double[row.answers().size()];
            cut[i] = whole[i].clone();
            for (int a = 0; a < whole[i].length; a++) {
                String name = (whole[i].length == 1 ? "answer" : a == 0 ? "chosen answer" : "rejected answer") + " at "
                        + row.where();
                waiting.add(new Scored(prompt, row.answers().get(a), name, whole[i], a));
                String first = first(row, a);
                waiting.add(new Scored(
                        prompt, first, "first " + setting.maxNewTokens() + " tokens of the " + name, cut[i], a));
            }
        }
        for (int place = 0; place < asked.size(); place++) {
            Kept row = rows.get(asked.get(place));
            for (int k = 0; k < setting.samples(); k++) {
                String answer = samples.get(place).get(k).text();
                String name = "own answer " + k + " to the prompt at " + row.where();
                waiting.add(new Scored(Contents.lastText(row.question()), answer, name, own[place], k));
            }
        }
        score(reward.get(), waiting);
        return new Scores(whole, cut, own);
    }

    private void score(Reward by, List<Scored> waiting) {
        try (ProgressLine progress = new ProgressLine(console.err(), "reward", "answers", waiting.size())) {
            progress.update(0, "");
            for (int from = 0; from < waiting.size(); from += SCORED_TOGETHER) {
                List<Scored> some = waiting.subList(from, Math.min(from + SCORED_TOGETHER, waiting.size()));
                double[] rewards;
                try {
                    rewards = by.scoreAll(
                            some.stream().map(Scored::prompt).toList(),
                            some.stream().map(Scored::answer).toList());
                } catch (RewardException e) {
                    throw e.calling("the reward of the " + some.get(e.answer()).name());
                }
                if (rewards.length != some.size()) {
                    throw new IllegalArgumentException("a reward must give one number for each of " + some.size()
                            + " answers, got " + rewards.length);
                }
                for (int i = 0; i < rewards.length; i++) {
                    some.get(i).into()[some.get(i).at()] = rewards[i];
                }
                progress.update(from + some.size(), "");
            }
        }
    }

    /// An answer's text as far as the reference's own go.
    private String first(Kept row, int answer) {
        int[] ids = answer(TrainingRow.sequences(row.encoded()).get(answer));
        return ids.length <= setting.maxNewTokens()
                ? row.answers().get(answer)
                : tokenizer.decode(Arrays.copyOf(ids, setting.maxNewTokens()), true);
    }

    /// Tokens of an answer without those that end it.
    private int[] answer(TokenSequence sequence) {
        int[] ids = trained(sequence);
        return Arrays.copyOf(ids, length(ids));
    }

    /// How many tokens come before the end.
    private int length(int[] ids) {
        int length = ids.length;
        while (length > 0 && stopIds.contains(ids[length - 1])) {
            length--;
        }
        return length;
    }

    private static int[] trained(TokenSequence sequence) {
        return IntStream.range(0, sequence.length())
                .filter(t -> sequence.trained()[t])
                .map(t -> sequence.ids()[t])
                .toArray();
    }

    private List<Answer> answers(Kept row, double[][] tokens, Scores scores, int place) {
        List<Answer> answers = new ArrayList<>();
        for (int a = 0; a < tokens.length; a++) {
            int length = length(trained(TrainingRow.sequences(row.encoded()).get(a)));
            int cut = Math.min(length, setting.maxNewTokens());
            answers.add(new Answer(
                    length,
                    mean(tokens[a], length),
                    characters(first(row, a)),
                    mean(tokens[a], cut),
                    scores.whole(place, a),
                    scores.cut(place, a)));
        }
        return answers;
    }

    private static int characters(String text) {
        String bare = text.strip();
        return bare.codePointCount(0, bare.length());
    }

    /// The mean of the first values; of an answer that only ends, what its end has.
    private static double mean(double[] logProbs, int count) {
        return Arrays.stream(logProbs, 0, Math.max(1, count)).average().orElseThrow();
    }

    private Own own(List<TextSample> texts, double[] rewards) {
        List<Sample> samples = texts.stream().map(TextSample::sample).toList();
        return new Own(
                samples.stream()
                        .mapToDouble(sample -> mean(sample.logProbs(), length(sample.tokens())))
                        .toArray(),
                texts.stream().mapToInt(text -> characters(text.text())).toArray(),
                rewards,
                (int) samples.stream().filter(Sample::ended).count());
    }

    private Pair pair(Kept row, boolean contradicted, @Nullable Parting parting) {
        List<TokenSequence> sides = TrainingRow.sequences(row.encoded());
        Similarity similarity = Similarity.of(answer(sides.getFirst()), answer(sides.getLast()));
        return new Pair(similarity.editDistance(), similarity.sharedTokens(), contradicted, parting);
    }

    private static Optional<Fork> fork(int row, Kept kept) {
        if (kept.answers().size() != 2) {
            return Optional.empty();
        }
        TokenSequence good = TrainingRow.sequences(kept.encoded()).getFirst();
        TokenSequence bad = TrainingRow.sequences(kept.encoded()).getLast();
        int at = Arrays.mismatch(good.ids(), bad.ids());
        boolean both = at > 0 && at < Math.min(good.length(), bad.length()) && good.trained()[at] && bad.trained()[at];
        return both ? Optional.of(new Fork(row, until(good, at), until(bad, at))) : Optional.empty();
    }

    private static TokenSequence until(TokenSequence sequence, int at) {
        boolean[] trained = new boolean[at + 1];
        trained[at] = true;
        return new TokenSequence(Arrays.copyOf(sequence.ids(), at + 1), trained);
    }

    private Map<Integer, Parting> partings(List<Fork> forks) {
        Map<Integer, Parting> partings = new HashMap<>();
        for (int from = 0; from < forks.size(); from += PARTED_TOGETHER) {
            List<Fork> some = forks.subList(from, Math.min(from + PARTED_TOGETHER, forks.size()));
            TokenBatch batch = TokenBatch.of(
                    some.stream().map(fork -> List.of(fork.good(), fork.bad())).toList());
            TokenStatistics read = decoder.measure(batch, true);
            for (int i = 0; i < some.size(); i++) {
                partings.put(
                        some.get(i).row(),
                        new Parting(
                                Math.exp(read.logProbs()[2 * i]),
                                Math.exp(read.logProbs()[2 * i + 1]),
                                Math.exp(read.logCollisions()[2 * i])));
            }
        }
        return partings;
    }

    private List<Position> positions(SurveyRows rows, List<Fork> forks, int looked) {
        return forks.stream()
                .limit(looked)
                .map(fork -> new Position(
                        rows.kept().get(fork.row()).index(),
                        distribution(fork.good()),
                        fork.good().ids()[fork.good().length() - 1],
                        fork.bad().ids()[fork.bad().length() - 1]))
                .toList();
    }

    private double[] distribution(TokenSequence sequence) {
        double[] logits;
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            logits = Tensors.toDoubles(
                    decoder.forward(TokenBatch.of(List.of(List.of(sequence)))).logits(0, 1));
        }
        double largest = Arrays.stream(logits).max().orElseThrow();
        double[] weights =
                Arrays.stream(logits).map(logit -> Math.exp(logit - largest)).toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    private int longest(List<Kept> rows) {
        int sequences = rows.stream()
                .flatMap(row -> TrainingRow.sequences(row.encoded()).stream())
                .mapToInt(TokenSequence::length)
                .max()
                .orElse(2);
        int asked = rows.stream().mapToInt(row -> row.prompt().length).max().orElse(0) + setting.maxNewTokens();
        return Math.min(decoder.architecture().context(), Math.max(sequences, asked));
    }
}

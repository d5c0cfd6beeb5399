package dev.poise.train;

import static java.util.Objects.requireNonNull;

import dev.poise.data.DataException;
import dev.poise.data.Encoded;
import dev.poise.evaluate.Estimate;
import dev.poise.evaluate.Interval;
import dev.poise.model.Decoder;
import dev.poise.online.Completion;
import dev.poise.online.Completion.Author;
import dev.poise.online.Group;
import dev.poise.oracle.Candidates;
import dev.poise.oracle.Reward;
import dev.poise.oracle.RewardException;
import dev.poise.run.Recipe;
import dev.poise.sample.Decoding;
import dev.poise.sample.Sampler;
import dev.poise.sample.TextSample;
import dev.poise.sample.TextSampler;
import dev.poise.tokenize.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Completions of prompts, drawn and scored.
///
/// @param prompts of the training data
/// @param reference null where nothing needs one
record Rollouts(
        Recipe recipe,
        List<Encoded> prompts,
        Tokenizer tokenizer,
        Decoder policy,
        @Nullable Decoder reference,
        Reward reward,
        Progress progress) {

    /// Rows that grow together.
    private static final int BATCH = 64;

    private static final long TOLD_AFTER_NANOSECONDS = 10_000_000_000L;

    /// Keeps the draws apart from other streams of the same seed: "rollout" in ASCII.
    static final long STREAM = 0x726f6c6c6f7574L;

    /// A completion before it is scored and measured.
    private record Draft(Author author, int[] tokens, boolean ended, String text) {}

    /// @param places of the prompts
    /// @throws RewardException saying which completion of which prompt
    List<Group> of(long round, int[] places) {
        List<int[]> ids = Arrays.stream(places)
                .mapToObj(place -> TrainingRow.prompt(prompts.get(place)))
                .toList();
        List<List<Draft>> drafts = new ArrayList<>();
        ids.forEach(ignored -> drafts.add(new ArrayList<>()));
        Recipe.Samples samples = online().samples();
        if (samples.policy() > 0) {
            long total = (long) ids.size() * samples.policy();
            long began = System.nanoTime();
            add(
                    Author.POLICY,
                    sampler(policy)
                            .sample(ids, samples.policy(), decoding(seed(round)), done -> told(began, done, total)),
                    drafts);
        }
        if (samples.reference() > 0) {
            Decoder writer = requireNonNull(reference, "reference");
            for (int i = 0; i < places.length; i++) {
                // By the prompt and not by the round: the same completions whenever the prompt comes up.
                add(
                        Author.REFERENCE,
                        sampler(writer)
                                .sample(
                                        List.of(ids.get(i)),
                                        samples.reference(),
                                        decoding(seed(-1L - places[i])),
                                        done -> {}),
                        drafts.subList(i, i + 1));
            }
        }
        if (samples.data() > 0) {
            for (int i = 0; i < places.length; i++) {
                drafts.get(i).addAll(answers(prompts.get(places[i]), samples.data()));
            }
        }
        for (int i = 0; i < places.length; i++) {
            if (drafts.get(i).isEmpty()) {
                throw new DataException(
                        prompts.get(places[i]).source(),
                        "must hold an answer: online.samples takes those of the data alone");
            }
        }
        return scored(round, places, ids, drafts);
    }

    /// Rounds of seconds are steps' business: only a long one is told of.
    private void told(long began, long done, long total) {
        if (System.nanoTime() - began > TOLD_AFTER_NANOSECONDS) {
            progress.advanced("rollout", done, total, new LinkedHashMap<>());
        }
    }

    private static void add(Author author, List<List<TextSample>> sampled, List<List<Draft>> drafts) {
        for (int i = 0; i < sampled.size(); i++) {
            for (TextSample one : sampled.get(i)) {
                drafts.get(i)
                        .add(new Draft(
                                author, one.sample().tokens(), one.sample().ended(), one.text()));
            }
        }
    }

    /// What the data holds behind the prompt; of a conversation the first answer.
    private List<Draft> answers(Encoded row, int count) {
        return TrainingRow.sequences(row).stream()
                .filter(sequence -> sequence.trainedTokens() > 0)
                .limit(count)
                .map(sequence -> {
                    int from = sequence.firstTrained();
                    int to = from;
                    while (to < sequence.length() && sequence.trained()[to]) {
                        to++;
                    }
                    int[] tokens = Arrays.copyOfRange(sequence.ids(), from, to);
                    boolean ended = tokenizer.specialTokens().stop().contains(tokens[tokens.length - 1]);
                    return new Draft(Author.DATA, tokens, ended, tokenizer.decode(tokens, true));
                })
                .toList();
    }

    private List<Group> scored(long round, int[] places, List<int[]> ids, List<List<Draft>> drafts) {
        List<Candidates> candidates = score(
                "round " + round,
                ids,
                drafts.stream()
                        .map(some -> some.stream().map(Draft::text).toList())
                        .toList(),
                i -> prompts.get(places[i]));
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < places.length; i++) {
            List<Completion> completions = new ArrayList<>();
            for (int k = 0; k < drafts.get(i).size(); k++) {
                Draft draft = drafts.get(i).get(k);
                completions.add(new Completion(
                        draft.author(),
                        draft.tokens(),
                        draft.ended(),
                        candidates.get(i).rewards().get(k),
                        new double[draft.tokens().length],
                        new double[0],
                        new double[0],
                        new double[0]));
            }
            groups.add(new Group(round, places[i], ids.get(i), completions));
        }
        return groups;
    }

    /// Finds a prompt's row by its place among those that are scored.
    private interface Rows {
        Encoded get(int place);
    }

    private List<Candidates> score(String when, List<int[]> ids, List<List<String>> texts, Rows asked) {
        List<String> said =
                ids.stream().map(prompt -> tokenizer.decode(prompt, true)).toList();
        try {
            return Candidates.scored(reward, said, texts);
        } catch (RewardException e) {
            int prompt = 0;
            int completion = e.answer();
            while (completion >= texts.get(prompt).size()) {
                completion -= texts.get(prompt).size();
                prompt++;
            }
            throw e.calling(when + ": the reward of completion " + completion + " of the prompt at "
                    + asked.get(prompt).source());
        }
    }

    /// How prompts that nothing is learnt from are answered: always from the same seed.
    SequencedMap<String, Double> evaluated(List<Encoded> heldOut) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        if (heldOut.isEmpty()) {
            return values;
        }
        List<int[]> ids = heldOut.stream().map(TrainingRow::prompt).toList();
        List<TextSample> drawn = new ArrayList<>();
        sampler(policy).sample(ids, decoding(seed(Long.MIN_VALUE)), (index, sample) -> drawn.add(sample));
        double[] rewards =
                score(
                                "evaluation",
                                ids,
                                drawn.stream().map(one -> List.of(one.text())).toList(),
                                heldOut::get)
                        .stream()
                        .mapToDouble(one -> one.rewards().getFirst())
                        .toArray();
        values.put("reward", Arrays.stream(rewards).average().orElseThrow());
        if (rewards.length > 1) {
            Interval interval = Estimate.mean("reward", "reward", rewards).interval();
            values.put("reward_low", interval.low());
            values.put("reward_high", interval.high());
        }
        values.put(
                "length",
                drawn.stream()
                        .mapToInt(one -> one.sample().tokens().length)
                        .average()
                        .orElseThrow());
        return values;
    }

    private TextSampler sampler(Decoder decoder) {
        return new TextSampler(new Sampler(decoder, tokenizer.specialTokens().stop(), BATCH), tokenizer);
    }

    private Decoding decoding(long seed) {
        return new Decoding(online().temperature(), 0, 1, online().maxNewTokens(), seed);
    }

    /// Of a stream of draws of this run.
    private long seed(long stream) {
        return new SplittableRandom(new SplittableRandom(recipe.seed() ^ STREAM).nextLong() ^ stream).nextLong();
    }

    private Recipe.Online online() {
        return requireNonNull(recipe.online(), "online");
    }
}

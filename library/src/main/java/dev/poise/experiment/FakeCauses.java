package dev.poise.experiment;

import dev.poise.data.Encoded;
import dev.poise.data.Source;
import dev.poise.experiment.Dialogue.Exchange;
import dev.poise.tokenize.SequenceTokenizer;
import dev.poise.tokenize.TokenSequence;
import dev.poise.tokenize.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/// Pairs of a reply behind the turn that it answers (chosen) and the same reply behind another turn of the dialogue
/// (rejected): only what the reply owes to its turn tells the two apart.
///
/// Source: the fake causes of CausalDialogue (Tuan et al. 2023, <https://arxiv.org/abs/2212.10515>), whose dialogues
/// branch; that a line of replies stands in for branches is ours.
final class FakeCauses {

    private static final int TURN_TOKENS = 64;
    private static final int REPLY_TOKENS = 64;

    private final Tokenizer tokenizer;
    private final SequenceTokenizer sequences;
    private final Path play;

    FakeCauses(Tokenizer tokenizer, Path play) {
        this.tokenizer = tokenizer;
        this.sequences = new SequenceTokenizer(tokenizer);
        this.play = play;
    }

    /// One pair a reply; the fake turn is drawn among the dialogue's others.
    List<Encoded> pairs(List<Dialogue> dialogues, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Encoded> pairs = new ArrayList<>();
        for (Dialogue dialogue : dialogues) {
            List<Exchange> exchanges = dialogue.exchanges();
            for (int i = 0; i < exchanges.size(); i++) {
                int other = (i + random.nextInt(1, exchanges.size())) % exchanges.size();
                String reply = exchanges.get(i).reply();
                pairs.add(new Encoded.Pair(
                        new Source(play, pairs.size() + 1L),
                        sequence(exchanges.get(i).turn(), reply),
                        sequence(exchanges.get(other).turn(), reply)));
            }
        }
        return pairs;
    }

    /// What a reply is written behind: the last 64 tokens of a turn and an empty line.
    int[] prompt(String turn) {
        int[] opening = sequences.encode("");
        int[] ids = sequences.encode(turn + "\n\n");
        if (ids.length <= opening.length + TURN_TOKENS) {
            return ids;
        }
        int[] cut = Arrays.copyOf(opening, opening.length + TURN_TOKENS);
        System.arraycopy(ids, ids.length - TURN_TOKENS, cut, opening.length, TURN_TOKENS);
        return cut;
    }

    /// A reply of more than 64 tokens is cut and has no end.
    private TokenSequence sequence(String turn, String reply) {
        int[] prompt = prompt(turn);
        int[] whole = tokenizer.encode(reply, false);
        OptionalInt end = tokenizer.eosId();
        boolean closed = whole.length < REPLY_TOKENS && end.isPresent();
        int[] tokens = Arrays.copyOf(whole, Math.min(REPLY_TOKENS, whole.length + (closed ? 1 : 0)));
        if (closed) {
            tokens[whole.length] = end.getAsInt();
        }
        int[] ids = Arrays.copyOf(prompt, prompt.length + tokens.length);
        System.arraycopy(tokens, 0, ids, prompt.length, tokens.length);
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, prompt.length, ids.length, true);
        return new TokenSequence(ids, trained);
    }
}

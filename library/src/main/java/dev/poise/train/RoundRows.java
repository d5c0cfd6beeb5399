package dev.poise.train;

import dev.poise.data.Encoded;
import dev.poise.objective.RewardedObjective;
import dev.poise.online.Completion;
import dev.poise.online.Group;
import dev.poise.oracle.PairBuilder;
import dev.poise.tokenize.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What objectives read of a round's groups.
///
/// @param prompts of the training data
/// @param pairs how pairs are built, for an objective of pairs
/// @param rewarded the objective that credits completions, if that is what it does
record RoundRows(List<Encoded> prompts, PairBuilder pairs, Optional<RewardedObjective> rewarded) {

    /// The rows of a minibatch.
    List<TrainingRow> of(List<Group> part) {
        return rewarded.map(objective -> credited(part, objective)).orElseGet(() -> paired(part));
    }

    private List<TrainingRow> credited(List<Group> part, RewardedObjective objective) {
        List<TrainingRow> made = new ArrayList<>();
        for (Group group : part) {
            double all = group.completions().stream()
                    .mapToDouble(RoundRows::logRatio)
                    .sum();
            int others = group.completions().size() - 1;
            for (Completion one : group.completions()) {
                boolean counts = Arrays.stream(one.advantages()).anyMatch(advantage -> advantage != 0);
                if (counts || !objective.credit().leavesOut()) {
                    double baseline = others > 0 ? (all - logRatio(one)) / others : 0;
                    made.add(new TrainingRow(
                            single(group, one),
                            one.anchor().length > 0 ? new double[] {one.anchorLogProb()} : null,
                            null,
                            null,
                            new TrainingRow.Rollout(one.advantages(), one.logProbs(), baseline)));
                }
            }
        }
        return List.copyOf(made);
    }

    /// log π − log π_anchor when it was drawn.
    private static double logRatio(Completion one) {
        return one.logProb() - one.anchorLogProb();
    }

    private List<TrainingRow> paired(List<Group> part) {
        List<TrainingRow> made = new ArrayList<>();
        for (Group group : part) {
            for (PairBuilder.Pick pick : pairs.picks(group.rewards())) {
                Completion chosen = group.completions().get(pick.chosen());
                Completion rejected = group.completions().get(pick.rejected());
                boolean anchored = chosen.anchor().length > 0;
                made.add(new TrainingRow(
                        new Encoded.Pair(
                                prompts.get(group.row()).source(), sequence(group, chosen), sequence(group, rejected)),
                        anchored ? new double[] {chosen.anchorLogProb(), rejected.anchorLogProb()} : null,
                        anchored ? new double[][] {chosen.anchor(), rejected.anchor()} : null,
                        null));
            }
        }
        return List.copyOf(made);
    }

    /// A completion behind its prompt.
    Encoded.Single single(Group group, Completion completion) {
        return new Encoded.Single(prompts.get(group.row()).source(), sequence(group, completion), null);
    }

    private static TokenSequence sequence(Group group, Completion completion) {
        int[] prompt = group.prompt();
        int[] tokens = completion.tokens();
        int[] ids = Arrays.copyOf(prompt, prompt.length + tokens.length);
        System.arraycopy(tokens, 0, ids, prompt.length, tokens.length);
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, prompt.length, ids.length, true);
        return new TokenSequence(ids, trained);
    }
}

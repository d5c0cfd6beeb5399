package dev.poise.cli;

import dev.poise.data.Encoded;
import dev.poise.train.TrainingRow;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The numbers of one row.
///
/// @param index zero-based, of the row in its data set
/// @param encoded the row
/// @param policy log π(y|x) of each of its sequences, nats, summed over completion tokens
/// @param reference the same of the reference; null without one
record Scored(long index, Encoded encoded, double[] policy, double @Nullable [] reference) {

    /// One JSON object on one line.
    ///
    /// @param beta β, factor of rewards, 1/nat
    String toJson(double beta) {
        ObjectNode line = JsonMapper.shared().createObjectNode().put("index", index);
        put(line, policy);
        if (reference != null) {
            put(line.putObject("reference"), reference);
            ObjectNode rewards = line.putObject("rewards");
            List<String> names = names();
            for (int i = 0; i < names.size(); i++) {
                rewards.put(names.get(i), beta * (policy[i] - reference[i]));
            }
            if (names.size() == 2) {
                rewards.put("margin", margin(beta, policy, reference));
            }
        }
        return line.toString();
    }

    private void put(ObjectNode object, double[] sums) {
        List<String> names = names();
        for (int i = 0; i < names.size(); i++) {
            object.putObject(names.get(i))
                    .put("sum", sums[i])
                    .put("mean", sums[i] / tokens(i))
                    .put("tokens", tokens(i));
        }
    }

    private static double margin(double beta, double[] policy, double[] reference) {
        return beta * ((policy[0] - reference[0]) - (policy[1] - reference[1]));
    }

    /// The same for people.
    ///
    /// @param beta β, factor of rewards, 1/nat
    String toText(double beta) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%6d", index));
        List<String> names = names();
        for (int i = 0; i < names.size(); i++) {
            line.append(String.format(
                    Locale.ROOT,
                    "  %s %.3f in %d tokens (%.3f each)",
                    names.get(i),
                    policy[i],
                    tokens(i),
                    policy[i] / tokens(i)));
        }
        if (reference != null) {
            double reward = names.size() == 2 ? margin(beta, policy, reference) : beta * (policy[0] - reference[0]);
            line.append(String.format(Locale.ROOT, "  reward%s %+.4f", names.size() == 2 ? " margin" : "", reward));
        }
        return line.toString();
    }

    private int tokens(int sequence) {
        return TrainingRow.sequences(encoded).get(sequence).trainedTokens();
    }

    private List<String> names() {
        return switch (encoded) {
            case Encoded.Pair _ -> List.of("chosen", "rejected");
            case Encoded.Single _ -> List.of("completion");
        };
    }
}

package dev.poise.cli;

import dev.poise.oracle.Reward;
import java.util.List;
import picocli.CommandLine.Option;

/// The option of what makes an answer good.
final class RewardOptions {

    @Option(
            names = "--reward",
            required = true,
            paramLabel = "SPEC",
            description = "A rule such as length:words:closest=20, lexical:good,happy;-bad or regex:EXPRESSION, with"
                    + " WEIGHT* before it if wanted. Several are added up.")
    private List<String> specifications;

    Reward reward() {
        try {
            return Reward.parse(specifications);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--reward: " + e.getMessage());
        }
    }
}

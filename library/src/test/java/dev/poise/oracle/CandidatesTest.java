package dev.poise.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class CandidatesTest {

    @Test
    void leavesOutCompletionsThatSayNothingAndKeepsRewardsWithTheirCompletions() {
        Candidates candidates = new Candidates("p", List.of(" a", "", " \n", "b"), List.of(2.0, 9.0, 7.0, 5.0));

        assertThat(candidates.withoutBlank()).isEqualTo(new Candidates("p", List.of(" a", "b"), List.of(2.0, 5.0)));
    }
}

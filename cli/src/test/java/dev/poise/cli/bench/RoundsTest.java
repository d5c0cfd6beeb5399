package dev.poise.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RoundsTest {

    @Test
    void theSidesTakeTurnsAndPoiseIsFirst() throws Exception {
        List<String> order = new ArrayList<>();

        Rounds<Integer, Integer> rounds = Rounds.alternate(
                3,
                round -> {
                    order.add("A" + round);
                    return 10 + round;
                },
                Optional.of(round -> {
                    order.add("B" + round);
                    return 20 + round;
                }));

        assertThat(order).containsExactly("A0", "B0", "A1", "B1", "A2", "B2");
        assertThat(rounds.poise()).containsExactly(10, 11, 12);
        assertThat(rounds.peer()).containsExactly(20, 21, 22);
    }

    @Test
    void withoutAPeerPoiseRunsAlone() throws Exception {
        Rounds<Integer, Integer> rounds = Rounds.alternate(2, round -> 7 + round, Optional.empty());

        assertThat(rounds.poise()).containsExactly(7, 8);
        assertThat(rounds.peer()).isEmpty();
    }
}

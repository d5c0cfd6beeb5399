package dev.poise.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poise.data.Ranking.Sides;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RankingTest {

    @Test
    void makesPairsOfWhatRanksApart() {
        double[] goodness = {3, 7, 5, 7, 1};
        assertThat(Ranking.BEST_WORST.pairs(goodness)).containsExactly(new Sides(1, 4));
        assertThat(Ranking.ADJACENT.pairs(goodness))
                .containsExactly(new Sides(1, 2), new Sides(3, 2), new Sides(2, 0), new Sides(0, 4));
        assertThat(Ranking.ALL.pairs(goodness))
                .containsExactly(
                        new Sides(1, 2),
                        new Sides(1, 0),
                        new Sides(1, 4),
                        new Sides(3, 2),
                        new Sides(3, 0),
                        new Sides(3, 4),
                        new Sides(2, 0),
                        new Sides(2, 4),
                        new Sides(0, 4));
    }

    @Test
    void tiesMakeNoPair() {
        for (Ranking ranking : Ranking.values()) {
            assertThat(ranking.pairs(new double[] {2, 2, 2})).isEmpty();
            assertThat(ranking.pairs(new double[] {4})).isEmpty();
            assertThat(ranking.pairs(new double[] {})).isEmpty();
        }
        // The first of the best, the last of the worst.
        assertThat(Ranking.BEST_WORST.pairs(new double[] {1, 2, 2, 1})).containsExactly(new Sides(1, 3));
    }

    @Test
    void everyPairRanksApartAndTheWidestIsTheBestAgainstTheWorst() {
        SplittableRandom random = new SplittableRandom(5);
        for (int draw = 0; draw < 200; draw++) {
            double[] goodness = random.ints(random.nextInt(2, 7), 0, 4)
                    .mapToDouble(value -> value)
                    .toArray();
            for (Ranking ranking : Ranking.values()) {
                assertThat(ranking.pairs(goodness))
                        .allMatch(sides -> goodness[sides.better()] > goodness[sides.worse()])
                        .doesNotHaveDuplicates();
            }
            assertThat(Ranking.ALL.pairs(goodness))
                    .containsAll(Ranking.ADJACENT.pairs(goodness))
                    .containsAll(Ranking.BEST_WORST.pairs(goodness));
        }
    }
}

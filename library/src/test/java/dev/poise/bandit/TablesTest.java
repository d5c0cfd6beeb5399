package dev.poise.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.poise.bandit.Band.Verdict;
import dev.poise.evaluate.Estimate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TablesTest {

    /// Every seed and round at one reward.
    private static Tables tables(double reward) {
        List<Outcome> outcomes = Tables.settings().stream()
                .map(setting -> new Outcome(setting, List.of(points(setting, reward), points(setting, reward))))
                .toList();
        return Tables.of(outcomes);
    }

    private static List<Point> points(Setting setting, double reward) {
        List<Point> points = new ArrayList<>();
        for (int round = 0; round <= setting.rounds(); round += setting.evaluateEvery()) {
            points.add(new Point(round, 0, 0, reward, 0, 0, 0, Double.NaN, 0, 0, 0, 0, 0, new double[100]));
        }
        return points;
    }

    @Test
    void everyTableOnBothProblems() {
        Tables tables = tables(.5);
        assertThat(tables.tables().stream().map(table -> table.problem().name() + " " + table.name()))
                .containsExactly("R1 offline", "R2 offline", "R1 on-policy", "R2 on-policy", "R1 reuse", "R2 reuse");
        assertThat(tables.tables().stream().map(table -> table.rows().size())).containsExactly(13, 13, 20, 20, 12, 12);
        assertThat(tables.claims()).hasSize(18);
        // What two tables show is run once.
        assertThat(Tables.settings()).doesNotHaveDuplicates().hasSize(2 * (13 + 20 + 9));
    }

    @Test
    void figuresAreHeldAgainstTheirBands() {
        int all = tables(.5).inside()[1];
        // 26 rows offline, start and end; 84 cells of R1 on-policy, less three without a figure and three rows without
        // any; R2's last column for those 17; 12 rows of five of reuse.
        assertThat(all).isEqualTo(26 * 2 + 17 * 5 - 3 + 17 + 12 * 5);
        assertThat(tables(.5).inside()[0]).isBetween(1, all / 4);
        assertThat(tables(.999).inside()[0]).isGreaterThan(tables(.5).inside()[0]);
        // R2 on-policy: a lower bound, not a middle.
        Tables.Cell bound =
                tables(.95).tables().get(3).rows().getFirst().cells().getLast();
        assertThat(bound.verdict()).contains(Verdict.OUTSIDE);
        assertThat(tables(.95).claims().stream().filter(claim -> claim.verdict() != Verdict.OUTSIDE))
                // Three at least 0.65 and four above 0.9; a difference of 0 lies on the edge of what is no gain.
                .hasSize(3 + 4 + 4);
    }

    @Test
    void anIntervalMayReachOutOfABand() {
        Band band = new Band(.2, .4);
        assertThat(band.of(estimate(.299, .301))).isEqualTo(Verdict.INSIDE);
        assertThat(band.of(estimate(.1, .5))).isEqualTo(Verdict.MEAN_INSIDE);
        assertThat(band.of(estimate(.41, .43))).isEqualTo(Verdict.OUTSIDE);
        assertThat(band.of(estimate(.1, .2))).isEqualTo(Verdict.OUTSIDE);
        // Half as wide as 12.7 standard errors, as Student's t has it for two values.
        assertThat(band.misses(estimate(.41, .43))).isFalse();
        assertThat(band.misses(estimate(.41, .411))).isTrue();
        assertThat(band.misses(estimate(.19, .1901))).isTrue();
        assertThat(band.misses(estimate(.1, .5))).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> new Band(.4, .2)).withMessageContaining("0.4 and 0.2");
    }

    private static Estimate estimate(double... values) {
        return Estimate.mean("reward", "reward", values);
    }
}

package dev.poise.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class FindingsTextTest {

    private static Comparison comparison(@Nullable String disagreement) {
        return new Comparison(
                "dpo-float32",
                "pairs/s",
                List.of(6.0, 2.4, 3.0),
                List.of(2.0, 1.2, 0.75),
                800.4,
                1900.0,
                0.042,
                "losses within 1e-03",
                disagreement);
    }

    private static Findings findings(@Nullable String disagreement) {
        return new Findings(
                new LinkedHashMap<>(Map.of("date", "2031-05-06")),
                List.of(comparison(disagreement)),
                List.of(new Figure("matmul", "float32", 212.34, "GFLOP/s")),
                List.of("A word."));
    }

    @Test
    void tablesHoldMediansAndTheRatioWithItsRange() {
        assertThat(FindingsText.markdown(findings(null))).isEqualTo("""
                - date: 2031-05-06

                | work | unit | Poise | peer | ratio (range) | peak MiB, Poise | peak MiB, peer | others' cores | answers |
                |---|---|---|---|---|---|---|---|---|
                | dpo-float32 | pairs/s | 3.00 | 1.20 | 3.00 (2.00 to 4.00) | 800 | 1900 | 0.042 | losses within 1e-03 |

                | work | figure | value | unit |
                |---|---|---|---|
                | matmul | float32 | 212 | GFLOP/s |

                - A word.
                """);
    }

    @Test
    void whereAnswersDifferNeitherTextHoldsATime() {
        Findings findings = findings("loss of step 2: other");

        assertThat(findings.comparisons().getFirst().ratio()).isEmpty();

        assertThat(FindingsText.markdown(findings))
                .contains("| dpo-float32 | pairs/s | - | - | - | - | - | - | DIFFER: loss of step 2: other |");
        JsonNode json = FindingsText.json(findings).path("comparisons").path(0);
        assertThat(json.propertyNames()).containsExactly("work", "unit", "checked", "disagreement");
    }

    @Test
    void jsonHoldsEveryRound() {
        JsonNode json = FindingsText.json(findings(null)).path("comparisons").path(0);

        assertThat(json.path("poise").toString()).isEqualTo("[6.0,2.4,3.0]");
        assertThat(json.path("peer").toString()).isEqualTo("[2.0,1.2,0.75]");
        assertThat(json.path("ratio").toString()).isEqualTo("{\"median\":3.0,\"low\":2.0,\"high\":4.0}");
        assertThat(json.path("peer_peak_mib").asDouble()).isEqualTo(1900);
    }
}

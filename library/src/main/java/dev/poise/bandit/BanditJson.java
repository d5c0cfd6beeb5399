package dev.poise.bandit;

import dev.poise.evaluate.Estimate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Outcomes as JSON: means over seeds and their intervals, a column a figure. What is not known is null.
public final class BanditJson {

    private BanditJson() {}

    /// A figure of a [Point].
    ///
    /// @param key in JSON
    /// @param unit of the figure
    /// @param of the figure
    private record Figure(String key, String unit, ToDoubleFunction<Point> of) {}

    private static final List<Figure> FIGURES = List.of(
            new Figure("reward", "reward", Point::reward),
            new Figure("kl_to_data", "nats", Point::toData),
            new Figure("kl_from_data", "nats", Point::fromData),
            new Figure("entropy", "nats", Point::entropy),
            new Figure("margin", "nats", Point::margin),
            new Figure("better", "nats", Point::better),
            new Figure("worse", "nats", Point::worse),
            new Figure("staleness", "nats", Point::staleness),
            new Figure("loss", "loss", Point::loss),
            new Figure("grad_norm", "loss", Point::gradientNorm));

    /// A setting under its seeds.
    ///
    /// @param name what sets it apart
    public static ObjectNode of(String name, Outcome outcome) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        Setting setting = outcome.setting();
        node.put("kind", "setting").put("name", name);
        facts(setting).forEach((key, value) -> node.set(key, JsonMapper.shared().valueToTree(value)));
        node.put("seeds", outcome.runs().size());
        ArrayNode rounds = node.putArray("round");
        ArrayNode steps = node.putArray("steps");
        ArrayNode queries = node.putArray("queries");
        for (int i = 0; i <= outcome.last(); i++) {
            rounds.add(outcome.rounds().get(i));
            double all = outcome.runs().size();
            steps.add(outcome.at(i).stream().mapToInt(Point::steps).sum() / all);
            queries.add(outcome.at(i).getFirst().queries());
        }
        ObjectNode figures = node.putObject("figures");
        for (Figure figure : FIGURES) {
            ObjectNode column = figures.putObject(figure.key());
            ArrayNode mean = column.putArray("mean");
            ArrayNode low = column.putArray("low");
            ArrayNode high = column.putArray("high");
            for (int i = 0; i <= outcome.last(); i++) {
                Optional<Estimate> estimate = outcome.over(figure.key(), figure.unit(), i, figure.of());
                add(mean, estimate.map(Estimate::value).orElse(null));
                add(low, estimate.map(one -> one.interval().low()).orElse(null));
                add(high, estimate.map(one -> one.interval().high()).orElse(null));
            }
        }
        ArrayNode last = node.putArray("last_rewards");
        for (double reward : outcome.rewards(outcome.last())) {
            add(last, reward);
        }
        return node;
    }

    /// A table's row beside what it is compared with.
    public static ObjectNode of(Tables.Table table, Tables.Row row) {
        ObjectNode node = of(row.name(), row.outcome());
        node.put("kind", "row").put("table", table.name());
        ArrayNode cells = node.putArray("cells");
        for (int i = 0; i < row.cells().size(); i++) {
            Tables.Cell cell = row.cells().get(i);
            ObjectNode one = cells.addObject().put("round", table.rounds().get(i));
            estimate(one, cell.measured());
            if (cell.reference() != null) {
                one.put("reference", cell.reference());
            }
            band(one, cell.band());
            cell.verdict().ifPresent(verdict -> one.put("verdict", word(verdict)));
        }
        return node;
    }

    /// A claim and what came out.
    public static ObjectNode of(Tables.Claim claim) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("kind", "claim").put("text", claim.text());
        estimate(node, claim.measured());
        band(node, claim.band());
        return node.put("verdict", word(claim.verdict()));
    }

    /// A row of the length study beside what it is compared with.
    public static ObjectNode of(LengthStudy.Row row) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("kind", "length").put("goal", row.goal().word()).put("name", row.way());
        node.put("measure", row.goal().measure()).put("unit", "tokens").put("start", rounded(row.start()));
        ArrayNode cells = node.putArray("cells");
        for (int i = 0; i < row.cells().size(); i++) {
            LengthStudy.Cell cell = row.cells().get(i);
            ObjectNode one = cells.addObject().put("step", LengthStudy.STEPS.get(i));
            estimate(one, cell.measured());
            if (cell.reference() != null) {
                one.put("reference", cell.reference());
            }
            if (cell.band() != null) {
                band(one, cell.band());
                one.put("verdict", word(cell.band().of(cell.measured())));
                one.put("origin", word(LengthStudy.Origin.MEASURED));
            }
        }
        return node;
    }

    /// A claim of the length study and what came out.
    public static ObjectNode of(LengthStudy.Claim claim) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("kind", "claim").put("text", claim.text()).put("origin", word(claim.origin()));
        estimate(node, claim.measured());
        band(node, claim.band());
        return node.put("verdict", word(claim.verdict()));
    }

    private static String word(LengthStudy.Origin origin) {
        return origin.name().toLowerCase(Locale.ROOT);
    }

    /// The mean histograms, one a measurement.
    static ArrayNode histograms(Outcome outcome) {
        ArrayNode frames = JsonMapper.shared().createArrayNode();
        for (int i = 0; i <= outcome.last(); i++) {
            ArrayNode frame = frames.addArray();
            for (double share : outcome.histogram(i)) {
                frame.add(Double.parseDouble(String.format(Locale.ROOT, "%.3g", share)));
            }
        }
        return frames;
    }

    /// A verdict in words.
    static String word(Band.Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static Map<String, Object> facts(Setting setting) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("problem", setting.problem().name());
        facts.put("source", setting.source().name().toLowerCase(Locale.ROOT));
        facts.put("states", setting.states());
        facts.put("samples", setting.samples());
        facts.put("inner", setting.inner());
        facts.put("minibatch", setting.minibatch());
        facts.put("learning_rate", setting.learningRate());
        facts.put("reference", setting.anchor().name().toLowerCase(Locale.ROOT));
        return facts;
    }

    private static void estimate(ObjectNode node, Estimate estimate) {
        node.put("mean", rounded(estimate.value()));
        node.put("low", rounded(estimate.interval().low()));
        node.put("high", rounded(estimate.interval().high()));
        node.put("n", estimate.n());
    }

    private static void band(ObjectNode node, @Nullable Band band) {
        if (band != null) {
            ArrayNode ends = node.putArray("band");
            add(ends, Double.isFinite(band.low()) ? band.low() : null);
            add(ends, Double.isFinite(band.high()) ? band.high() : null);
        }
    }

    private static void add(ArrayNode array, @Nullable Double value) {
        if (value == null) {
            array.addNull();
        } else {
            array.add(rounded(value));
        }
    }

    /// Five digits: enough for a figure, short on a page.
    private static double rounded(double value) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.5g", value));
    }
}

package dev.poise.bandit;

import dev.poise.report.Page;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Outcomes as one HTML file that opens offline: the policy's distribution round by round, curves with their
/// intervals, and the numbers.
public final class BanditPage {

    private BanditPage() {}

    /// A page of a sweep.
    ///
    /// @param outcomes by what sets them apart, at least one
    /// @param seeds how many
    public static String of(Map<String, Outcome> outcomes, int seeds) {
        Map<String, Map<String, Outcome>> groups = new LinkedHashMap<>();
        outcomes.forEach((name, outcome) -> groups.computeIfAbsent(
                        outcome.setting().problem().name(), _ -> new LinkedHashMap<>())
                .put(name, outcome));
        return Page.render(BanditPage.class, "bandit", page("The bandit laboratory", groups, seeds));
    }

    /// A page of the study.
    ///
    /// @param seeds how many
    public static String of(Tables tables, int seeds) {
        Map<String, Map<String, Outcome>> groups = new LinkedHashMap<>();
        for (Tables.Table table : tables.tables()) {
            Map<String, Outcome> rows = new LinkedHashMap<>();
            table.rows().forEach(row -> rows.put(row.name(), row.outcome()));
            groups.put(table.problem().name() + ", " + table.name(), rows);
        }
        ObjectNode page = page("Offline, on-policy, reuse: the bandit study", groups, seeds);
        ArrayNode claims = page.putArray("claims");
        tables.claims().forEach(claim -> claims.add(BanditJson.of(claim)));
        ArrayNode rows = page.putArray("tables");
        for (Tables.Table table : tables.tables()) {
            ObjectNode one = rows.addObject();
            one.put("title", table.problem().name() + ", " + table.name());
            one.set("rounds", JsonMapper.shared().valueToTree(table.rounds()));
            ArrayNode of = one.putArray("rows");
            table.rows().forEach(row -> of.addObject()
                    .put("name", row.name())
                    .set("cells", BanditJson.of(table, row).get("cells")));
        }
        page.putArray("inside").add(tables.inside()[0]).add(tables.inside()[1]);
        return Page.render(BanditPage.class, "bandit", page);
    }

    private static ObjectNode page(String title, Map<String, Map<String, Outcome>> groups, int seeds) {
        ObjectNode page = JsonMapper.shared().createObjectNode();
        page.put("title", title);
        page.put(
                "lead",
                "Fine-tuning methods on problems whose best answer is known, after arXiv 2404.14367. Seeds 1 to "
                        + seeds + "; nothing is estimated that can be summed.");
        page.put("seeds", seeds);
        ArrayNode problems = page.putArray("problems");
        List<Problem> known = new ArrayList<>();
        ArrayNode shown = page.putArray("groups");
        groups.forEach((kind, outcomes) -> {
            ObjectNode group = shown.addObject().put("title", kind);
            ArrayNode settings = group.putArray("settings");
            outcomes.forEach((name, outcome) -> {
                Problem problem = outcome.setting().problem();
                if (!known.contains(problem)) {
                    known.add(problem);
                    problems.add(problem(problem));
                }
                settings.add(BanditJson.of(name, outcome).set("frames", BanditJson.histograms(outcome)));
            });
        });
        return page;
    }

    private static ObjectNode problem(Problem problem) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("name", problem.name()).put("words", problem.words());
        node.put("discrete", problem.family() instanceof Categorical);
        Family family = problem.family();
        node.set("data", JsonMapper.shared().valueToTree(family.histogram(family.data())));
        node.set("reward", JsonMapper.shared().valueToTree(problem.rewardOfBins()));
        return node;
    }
}

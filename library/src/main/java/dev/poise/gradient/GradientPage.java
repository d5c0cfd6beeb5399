package dev.poise.gradient;

import dev.poise.gradient.Step.Optimiser;
import dev.poise.gradient.TokenMoves.Move;
import dev.poise.gradient.TokenMoves.Strength;
import dev.poise.report.Page;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A study as one HTML file that opens offline. Unlike everything else here it shows the text of some pairs.
public final class GradientPage {

    /// How many pairs the ranking shows.
    private static final int RANKED = 20;

    private GradientPage() {}

    /// A page of maps alone.
    ///
    /// @param title of the page
    /// @param facts how it was made, name and value
    public static String of(String title, List<List<String>> facts, List<GradientMap> maps) {
        return render(page(title, facts, maps));
    }

    /// A page of a study.
    ///
    /// @param title of the page
    /// @param facts how it was made, name and value
    /// @param piece what a token id reads as
    public static String of(String title, List<List<String>> facts, GradientStudy study, IntFunction<String> piece) {
        Optimiser optimiser = study.step().optimiser();
        ObjectNode page = page(title, facts, study.maps());
        page.set("summary", GradientJson.of(study.summary(), study.step()));
        ObjectNode points = page.putObject("points");
        ArrayNode index = points.putArray("index");
        List<String> names = List.of("alone", "batch", "actualAlone", "actualBatch");
        names.forEach(name -> points.putArray(name + "Chosen"));
        names.forEach(name -> points.putArray(name + "Rejected"));
        ArrayNode ches = points.putArray("ches");
        for (PairForecast pair : study.pairs()) {
            index.add(pair.index());
            add(points, "alone", Optional.of(pair.forecast(optimiser)));
            add(points, "batch", Optional.of(pair.batch()));
            add(points, "actualAlone", Optional.ofNullable(pair.actual()));
            add(points, "actualBatch", Optional.ofNullable(pair.actualBatch()));
            ches.add(rounded(pair.ches().normalised()));
        }
        ArrayNode ranking = page.putArray("ranking");
        Summary.byDisplacement(study.pairs(), optimiser).stream()
                .limit(RANKED)
                .forEach(pair -> ranking.add(GradientJson.of(pair)
                        .put(
                                "verdict",
                                GradientJson.word(pair.forecast(optimiser).verdict()))
                        .put("change_chosen", pair.forecast(optimiser).good())
                        .put("change_rejected", pair.forecast(optimiser).bad())));
        tokens(page, study.tokens(), piece);
        return render(page);
    }

    private static ObjectNode page(String title, List<List<String>> facts, List<GradientMap> maps) {
        ObjectNode page = GradientJson.object().put("title", title);
        ArrayNode made = page.putArray("facts");
        facts.forEach(fact -> made.addArray().add(fact.getFirst()).add(fact.getLast()));
        ArrayNode drawn = page.putArray("maps");
        maps.forEach(map -> drawn.add(GradientJson.of(map)));
        page.putArray("tokens");
        return page;
    }

    private static void add(ObjectNode points, String name, Optional<Change> change) {
        change.ifPresent(known -> {
            points.withArray(name + "Chosen").add(rounded(known.good()));
            points.withArray(name + "Rejected").add(rounded(known.bad()));
        });
    }

    private static void tokens(ObjectNode page, List<TokenMoves> pairs, IntFunction<String> piece) {
        ObjectNode pieces = page.putObject("pieces");
        ArrayNode array = page.putArray("tokens");
        for (TokenMoves pair : pairs) {
            ObjectNode node = array.addObject().put("index", pair.index());
            GradientJson.put(node, "good_weight", pair.weights().good());
            GradientJson.put(node, "bad_weight", pair.weights().bad());
            ArrayNode good = node.putArray("chosen");
            pair.good().forEach(move -> move(good.addObject(), move, pieces, piece));
            ArrayNode bad = node.putArray("rejected");
            pair.bad().forEach(move -> move(bad.addObject(), move, pieces, piece));
        }
    }

    private static void move(ObjectNode node, Move move, ObjectNode pieces, IntFunction<String> piece) {
        name(move.id(), pieces, piece);
        node.put("id", move.id()).put("place", GradientJson.word(move.place()));
        GradientJson.put(node, "p", rounded(move.logProb()));
        GradientJson.put(node, "forecast", rounded(move.forecast()));
        GradientJson.put(node, "own", rounded(move.own()));
        Double actual = move.actual();
        if (actual != null) {
            GradientJson.put(node, "actual", rounded(actual));
        }
        Strength other = move.other();
        strengths(node, "other", other == null ? List.of() : List.of(other), pieces, piece);
        strengths(node, "others", move.others(), pieces, piece);
        strengths(node, "gaining", move.gaining(), pieces, piece);
        strengths(node, "gained", move.gained(), pieces, piece);
    }

    private static void strengths(
            ObjectNode node, String key, List<Strength> strengths, ObjectNode pieces, IntFunction<String> piece) {
        ArrayNode array = node.putArray(key);
        for (Strength strength : strengths) {
            name(strength.id(), pieces, piece);
            array.addArray().add(strength.id()).add(rounded(strength.value()));
        }
    }

    private static void name(int id, ObjectNode pieces, IntFunction<String> piece) {
        String key = Integer.toString(id);
        if (!pieces.has(key)) {
            pieces.put(key, piece.apply(id));
        }
    }

    /// Seven digits: more than the page shows.
    private static double rounded(double value) {
        return Double.parseDouble(Float.toString((float) value));
    }

    private static String render(ObjectNode data) {
        return Page.render(GradientPage.class, "gradients", data);
    }
}

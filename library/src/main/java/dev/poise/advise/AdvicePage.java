package dev.poise.advise;

import dev.poise.advise.Standing.Open;
import dev.poise.advise.Standing.Placed;
import dev.poise.report.Page;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Advice as one HTML file that opens offline. Unlike everything else here it shows text of the data: the tokens with
/// which a few pairs part.
public final class AdvicePage {

    /// Tokens shown of a distribution.
    private static final int SHOWN = 6;

    private AdvicePage() {}

    /// What the reference says of the next token where a pair's answers part.
    ///
    /// @param index zero-based, of the pair's row
    /// @param probabilities of every token
    /// @param good the chosen answer's next token
    /// @param bad the rejected one's
    public record Position(int index, double[] probabilities, int good, int bad) {}

    /// The page.
    ///
    /// @param facts how it was made, name and value
    /// @param recipe the advised one, as YAML
    /// @param positions where the view of single steps looks
    /// @param piece what a token id reads as
    public static String of(
            String title,
            List<List<String>> facts,
            Survey survey,
            Advice.Whole whole,
            String recipe,
            List<Position> positions,
            IntFunction<String> piece) {
        ObjectNode data = AdviceJson.of(survey, whole).put("title", title).put("recipe", recipe);
        data.put("found", Words.of(whole.standing())).put("confidence", Words.confidence(survey, whole));
        data.put("common", Placement.COMMON).put("overlapping", Placement.OVERLAPPING);
        ArrayNode made = data.putArray("facts");
        facts.forEach(fact -> made.addArray().add(fact.getFirst()).add(fact.getLast()));
        ArrayNode evidence = data.withArray("evidence");
        for (int i = 0; i < whole.evidence().figures().size(); i++) {
            Evidence.Figure figure = whole.evidence().figures().get(i);
            ((ObjectNode) evidence.get(i)).put("title", figure.topic().title()).put("hint", figure.hint());
        }
        ArrayNode places = data.putArray("places");
        for (Place place : Place.values()) {
            places.addObject()
                    .put("key", AdviceJson.word(place))
                    .put("title", place.title())
                    .put("words", place.words())
                    .put("here", holds(whole.standing(), place));
        }
        ranks(data, whole.evidence().tallies());
        ArrayNode steps = data.putArray("steps");
        positions.forEach(position -> step(steps.addObject(), position, piece));
        return Page.render(AdvicePage.class, "advise", data);
    }

    private static boolean holds(Standing standing, Place place) {
        return switch (standing) {
            case Placed placed -> placed.place() == place;
            case Open open -> open.among().contains(place);
        };
    }

    /// Places of the data's answers among the model's own, as shares.
    private static void ranks(ObjectNode data, List<Tally> prompts) {
        List<Tally> answered =
                prompts.stream().filter(prompt -> prompt.answers() > 0).toList();
        ObjectNode node = data.putObject("ranks");
        if (!answered.isEmpty()) {
            shares(node.putArray("likelihood"), Tally.likelihoods(answered));
            shares(node.putArray("length"), Tally.lengths(answered));
        }
    }

    private static void shares(ArrayNode array, double[] places) {
        double total = Arrays.stream(places).sum();
        for (double place : places) {
            array.add(place / total);
        }
    }

    private static void step(ObjectNode node, Position position, IntFunction<String> piece) {
        double[] p = position.probabilities();
        double[] q = KlStep.target(p, position.good(), position.bad());
        double[] forward = KlStep.forward(p, q, KlStep.RATE);
        double[] reverse = KlStep.reverse(p, q, KlStep.RATE);
        node.put("index", position.index());
        ArrayNode tokens = node.putArray("tokens");
        IntStream likely = IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble(id -> -p[id]))
                .limit(SHOWN)
                .mapToInt(id -> id);
        IntStream.concat(IntStream.of(position.good(), position.bad()), likely)
                .distinct()
                .limit(SHOWN)
                .forEach(id -> tokens.addObject()
                        .put("piece", piece.apply(id))
                        .put("side", id == position.good() ? "chosen" : id == position.bad() ? "rejected" : "")
                        .put("p", p[id])
                        .put("q", q[id])
                        .put("forward", forward[id])
                        .put("reverse", reverse[id]));
    }
}

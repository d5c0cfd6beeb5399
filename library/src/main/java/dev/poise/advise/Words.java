package dev.poise.advise;

import dev.poise.advise.Standing.Basis;
import dev.poise.advise.Standing.Open;
import dev.poise.advise.Standing.Placed;
import java.util.Locale;
import java.util.stream.Collectors;

/// Where one stands, said to a person.
public final class Words {

    private Words() {}

    /// The place, a sentence without its full stop.
    public static String of(Standing standing) {
        return switch (standing) {
            case Placed placed ->
                "you are in " + titled(placed.place()) + ": " + placed.place().words();
            case Open open ->
                "not decided: " + open.among().stream().map(Words::told).collect(Collectors.joining(" or "));
        };
    }

    /// A place beside others: two outside the scenarios are told apart by what they mean.
    private static String told(Place place) {
        return place.studied() ? titled(place) : place.words() + " (" + place.title() + ")";
    }

    private static String titled(Place place) {
        return place.studied() ? place.title() + " of arXiv 2404.14367" : "a place " + place.title();
    }

    /// How sure that is, a sentence without its full stop; empty where nothing was resampled.
    public static String confidence(Survey survey, Advice.Whole whole) {
        String basis =
                whole.standing().basis() == Basis.LABELS ? ", taking the labels' word for which answers are good" : "";
        String prompts = String.format(
                Locale.ROOT,
                "2,000 resamples of %d prompts (seed %d)",
                whole.evidence().tallies().size(),
                survey.setting().seed());
        return switch (whole.standing()) {
            case Placed placed -> Shown.percent(placed.agreement()) + " % of " + prompts + " agree" + basis;
            case Open open ->
                open.shares().isEmpty()
                        ? ""
                        : prompts + " come out as "
                                + open.among().stream()
                                        .map(place ->
                                                Shown.percent(open.shares().getOrDefault(place, 0.0)) + " % "
                                                        + AdviceJson.word(place))
                                        .collect(Collectors.joining(", "))
                                + basis;
        };
    }
}

package dev.poise.run;

import dev.poise.monitor.Alarm;
import dev.poise.monitor.Governor;
import dev.poise.monitor.HeldOut;
import dev.poise.monitor.Source;
import dev.poise.monitor.Symptom;
import dev.poise.monitor.Symptom.Kind;
import dev.poise.monitor.Watch;
import dev.poise.run.Recipe.Method;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Binds a recipe's section `monitor`.
final class MonitorBinding {

    /// What the threshold looks at unless told otherwise, as in the paper.
    static final String ENTROPY = Source.HELD_OUT.metric(HeldOut.ENTROPY);

    private MonitorBinding() {}

    static Recipe.Monitor bind(Section section, Method method) {
        int every = section.count("every", 0, method == Method.REWARD || method == Method.ONLINE ? 0 : 50);
        int rows = section.count("rows", 1, 64);
        int topK = section.count("top_k", 1, 10);
        double smoothing = section.number("smoothing", Interval.openClosed(0, 1), 0.5);
        Recipe.Generate generate = generate(section.section("generate"));
        List<Alarm> alarms = alarms(section.section("alarms"), method);
        Set<Kind> stop = stop(section);
        Governor governor = governor(section.section("governor"));
        section.finish();
        return new Recipe.Monitor(every, rows, topK, generate, new Watch(alarms, stop, governor, smoothing));
    }

    private static Recipe.Generate generate(Section section) {
        Recipe.Generate generate = new Recipe.Generate(
                section.count("every", 0, 200),
                section.count("prompts", 1, 16),
                section.count("max_new_tokens", 1, 64),
                section.number("temperature", Interval.atLeast(0), 1),
                section.texts("reward", "none, a rule such as length:words, model:DIR, or a list of them"));
        section.finish();
        return generate;
    }

    private static List<Alarm> alarms(Section section, Method method) {
        List<Alarm> alarms = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            if (kind == Kind.COLLAPSE && method != Method.ONLINE) {
                continue; // nobody but an on-policy run reads what it listens to
            }
            Section own = section.section(RecipeText.word(kind));
            List<Symptom> symptoms = symptoms(kind, own);
            int patience = own.count("patience", 0, patience(kind));
            symptoms.forEach(symptom -> alarms.add(new Alarm(symptom, patience)));
            own.finish();
        }
        section.finish();
        return alarms;
    }

    /// Entropy and mass are watched of held-out answers and of the policy's own.
    private static List<Symptom> symptoms(Kind kind, Section section) {
        return switch (kind) {
            case DISPLACEMENT -> List.of(new Symptom.Displacement(section.number("drop", Interval.above(0), 0.1)));
            case ENTROPY_TURN -> {
                double fall = section.number("fall", Interval.above(0), 0.1);
                yield Stream.of(Source.values())
                        .<Symptom>map(source -> new Symptom.EntropyTurn(source, fall))
                        .toList();
            }
            case MASS_DROP -> {
                double drop = section.number("drop", Interval.above(0), 0.05);
                yield Stream.of(Source.values())
                        .<Symptom>map(source -> new Symptom.MassDrop(source, drop))
                        .toList();
            }
            case BEND -> List.of(new Symptom.Bend(section.number("fall", Interval.above(0), 0.25)));
            case LENGTH ->
                List.of(new Symptom.Length(
                        section.number("factor", Interval.above(1), 1.5),
                        section.number("unfinished", Interval.above(0), 0.3)));
            case REPETITION -> List.of(new Symptom.Repetition(section.number("rise", Interval.above(0), 0.2)));
            case SATURATION ->
                List.of(new Symptom.Saturation(
                        section.number("left", Interval.open(0, 1), 0.02),
                        section.number("unchanged", Interval.openClosed(0, 1), 0.8)));
            case THRESHOLD ->
                List.of(new Symptom.Threshold(
                        section.text(
                                "metric", "a monitor such as " + ENTROPY, ENTROPY, name -> name.startsWith("monitor/")),
                        bound(section, "below"),
                        bound(section, "above")));
            case COLLAPSE ->
                List.of(new Symptom.Collapse(
                        section.number("share", Interval.openClosed(0, 1), 0.9),
                        section.number("entropy", Interval.above(0), 0.01)));
        };
    }

    private static @Nullable Double bound(Section section, String key) {
        return section.has(key) ? section.number(key, Interval.ANY, 0) : null;
    }

    /// Readings in a row. One is a fall from one reading to the next, or a line that the recipe drew itself.
    private static int patience(Kind kind) {
        return switch (kind) {
            case BEND, THRESHOLD -> 1;
            case DISPLACEMENT, MASS_DROP, LENGTH, REPETITION, SATURATION -> 2;
            case ENTROPY_TURN, COLLAPSE -> 3;
        };
    }

    private static Set<Kind> stop(Section section) {
        String legal = "none | "
                + String.join(
                        " | ", Stream.of(Kind.values()).map(RecipeText::word).toList()) + ", or a list of them";
        return section.read("stop", legal, Set.of(), MonitorBinding::kinds);
    }

    private static Optional<Set<Kind>> kinds(Yaml node) {
        if (!(node instanceof Yaml.Sequence sequence)) {
            boolean none = Section.scalar(node)
                    .filter(scalar -> scalar.isNull() || scalar.text().equals("none"))
                    .isPresent();
            return none
                    ? Optional.of(Set.of())
                    : Section.constant(node, Kind.values()).map(Set::of);
        }
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (Yaml item : sequence.items()) {
            Optional<Kind> kind = Section.constant(item, Kind.values());
            if (kind.isEmpty()) {
                return Optional.empty();
            }
            kinds.add(kind.get());
        }
        return Optional.of(kinds);
    }

    private static @Nullable Governor governor(Section section) {
        List<Integer> term = section.read(
                "term", "none or the place of a term in objective, from 0", List.of(), MonitorBinding::term);
        double gain = section.number("gain", Interval.above(0), 1);
        double low = section.number("low", Interval.above(0), 0.01);
        double high = section.number("high", Interval.above(0), 10);
        int lag = section.count("lag", 1, 2);
        section.finish();
        if (high < low) {
            section.problem(
                    "high", "must be at least low, " + RecipeText.number(low) + ", got " + RecipeText.number(high));
            return null;
        }
        return term.isEmpty() ? null : new Governor(term.getFirst(), gain, low, high, lag);
    }

    /// No place or one.
    private static Optional<List<Integer>> term(Yaml node) {
        return Section.scalar(node)
                .flatMap(scalar -> scalar.isNull() || scalar.text().equals("none")
                        ? Optional.of(List.of())
                        : scalar.wholeNumber()
                                .filter(place -> place >= 0 && place < Integer.MAX_VALUE)
                                .map(place -> List.of(Math.toIntExact(place))));
    }
}

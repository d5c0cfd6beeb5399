package dev.poise.run;

import dev.poise.run.Problem.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Reads YAML text into [Yaml] nodes and reports what YAML itself forbids: bad syntax, keys given twice.
final class YamlReader {

    /// Deeper nesting is no recipe, and the library's recursion would not survive much deeper.
    private static final int MAX_DEPTH = 50;

    /// Where the text starts: the first line of a file, or a flag, inside which there are no lines.
    private final Place start;

    private final Diagnosis diagnosis;

    /// Nodes already converted: an anchored node is converted once, however often it is referred to.
    private final Map<Node, Yaml> converted = new HashMap<>();

    private YamlReader(Place start, Diagnosis diagnosis) {
        this.start = start;
        this.diagnosis = diagnosis;
    }

    /// The document in `text`, an empty mapping for an empty one; nothing when its syntax is reported as wrong.
    static Optional<Yaml> read(String name, String text, Diagnosis diagnosis) {
        return new YamlReader(new Place(name, 1, 1), diagnosis).read(text);
    }

    /// The value of the flag `--key`, every node of which is placed at the flag.
    static Optional<Yaml> readFlag(String key, String text, Diagnosis diagnosis) {
        return new YamlReader(Place.ofFlag(key), diagnosis).read(text);
    }

    private Optional<Yaml> read(String text) {
        LoadSettings settings = LoadSettings.builder().setLabel(start.name()).build();
        try {
            if (tooDeep(new Parse(settings).parseString(text))) {
                return Optional.empty();
            }
            return Optional.of(
                    new Compose(settings).composeString(text).map(this::convert).orElse(Yaml.Mapping.empty(start)));
        } catch (MarkedYamlEngineException e) {
            Place place = e.getProblemMark().map(this::place).orElse(start);
            String context = e.getContext() == null ? "" : e.getContext() + ": ";
            diagnosis.problem(place, "", "must be YAML: " + context + e.getProblem());
        } catch (ReaderException e) {
            diagnosis.problem(
                    placeOf(text, e.getPosition()),
                    "",
                    String.format("must be YAML: character U+%04X is not allowed", e.getCodePoint()));
        } catch (YamlEngineException e) {
            diagnosis.problem(start, "", "must be YAML: " + e.getMessage());
        }
        return Optional.empty();
    }

    private boolean tooDeep(Iterable<Event> events) {
        int depth = 0;
        for (Event event : events) {
            if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
                Place place = event.getStartMark().map(this::place).orElse(start);
                diagnosis.problem(place, "", "must not nest deeper than " + MAX_DEPTH + " levels");
                return true;
            }
            if (event instanceof CollectionEndEvent) {
                depth--;
            }
        }
        return false;
    }

    private Yaml convert(Node node) {
        Place place = node.getStartMark().map(this::place).orElse(start);
        Yaml known = converted.get(node);
        if (known != null) {
            return known;
        }
        // Stands in while the node's children are converted: what a node that contains itself finds inside.
        converted.put(node, Yaml.Mapping.empty(place));
        if (node.isRecursive()) {
            diagnosis.problem(place, "", "must not contain itself");
        }
        if (!node.getTag().getValue().startsWith(Tag.PREFIX)) {
            diagnosis.problem(
                    place, "", "must not carry a tag, got " + node.getTag().getValue());
        }
        Yaml result =
                switch (node) {
                    case ScalarNode scalar -> new Yaml.Scalar(place, scalar.getValue(), scalar.isPlain());
                    case SequenceNode sequence -> new Yaml.Sequence(place, convertAll(sequence.getValue()));
                    case MappingNode mapping -> new Yaml.Mapping(place, entries(mapping));
                    default -> throw new IllegalStateException("a YAML node of an unknown kind at " + place);
                };
        converted.put(node, result);
        return result;
    }

    private List<Yaml> convertAll(List<Node> nodes) {
        List<Yaml> items = new ArrayList<>();
        for (Node node : nodes) {
            items.add(convert(node));
        }
        return items;
    }

    private SequencedMap<String, Yaml.Mapping.Entry> entries(MappingNode mapping) {
        SequencedMap<String, Yaml.Mapping.Entry> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            Yaml key = convert(tuple.getKeyNode());
            Yaml value = convert(tuple.getValueNode());
            if (!(key instanceof Yaml.Scalar scalar)) {
                diagnosis.problem(key.place(), "", "must be a key, got " + key.shown());
                continue;
            }
            Yaml.Mapping.Entry first =
                    entries.putIfAbsent(scalar.text(), new Yaml.Mapping.Entry(scalar.place(), value));
            if (first != null) {
                diagnosis.problem(
                        scalar.place(), scalar.text(), "must be given once, was already given at " + first.place());
            }
        }
        return entries;
    }

    private Place place(Mark mark) {
        return place(mark.getLine() + 1, mark.getColumn() + 1);
    }

    private Place place(int line, int column) {
        return start.isFlag() ? start : new Place(start.name(), line, column);
    }

    private Place placeOf(String text, int codePoints) {
        int offset = text.offsetByCodePoints(0, Math.min(codePoints, text.codePointCount(0, text.length())));
        String before = text.substring(0, offset);
        int line = (int) before.chars().filter(character -> character == '\n').count() + 1;
        return place(line, offset - before.lastIndexOf('\n'));
    }
}

package dev.poise.train;

import dev.poise.objective.Credit;
import dev.poise.online.Completion;
import dev.poise.online.Group;
import dev.poise.online.Memory;
import dev.poise.online.ValueHead;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Where an on-policy run stands: what a checkpoint keeps of it, since a round cannot be drawn again once the
/// policy has moved.
///
/// @param round the round whose completions are in use; -1 before the first
/// @param rewardCalls how many rewards were asked for so far
/// @param reward the newest round's mean reward
/// @param parts the round's groups, one list a step of a pass; those of earlier rounds among them
/// @param running totals of all rounds so far, as credits are held against them
/// @param values what the value head has learnt
/// @param memory what later rounds may go through again
record RoundState(
        long round,
        long rewardCalls,
        double reward,
        List<List<Group>> parts,
        Credit.Running running,
        ValueHead values,
        Memory memory) {

    private static final String FILE = "rounds.jsonl";

    /// The part of a group that is only remembered.
    private static final int REMEMBERED = -1;

    static RoundState start(Memory memory) {
        return new RoundState(-1, 0, 0, List.of(), Credit.Running.START, ValueHead.NONE, memory);
    }

    void writeTo(Path directory) {
        ObjectNode head = JsonMapper.shared().createObjectNode();
        head.put("round", round)
                .put("reward_calls", rewardCalls)
                .put("reward", reward)
                .put("parts", parts.size());
        head.putObject("running")
                .put("count", running.count())
                .put("mean", running.mean())
                .put("squares", running.squares());
        put(head.putArray("values"), values.weights());
        try (BufferedWriter file = Files.newBufferedWriter(directory.resolve(FILE))) {
            line(file, head);
            for (int part = 0; part < parts.size(); part++) {
                for (Group group : parts.get(part)) {
                    line(file, json(part, group));
                }
            }
            for (Group group : memory.groups()) {
                line(file, json(REMEMBERED, group));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": cannot be written", e);
        }
    }

    private static void line(BufferedWriter file, ObjectNode json) throws IOException {
        file.write(json.toString());
        file.newLine();
    }

    private static ObjectNode json(int part, Group group) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("part", part).put("round", group.round()).put("row", group.row());
        put(json.putArray("prompt"), group.prompt());
        ArrayNode completions = json.putArray("completions");
        for (Completion one : group.completions()) {
            ObjectNode completion = completions.addObject();
            completion.put("author", one.author().name());
            put(completion.putArray("tokens"), one.tokens());
            completion.put("ended", one.ended()).put("reward", one.reward());
            put(completion.putArray("logps"), one.logProbs());
            put(completion.putArray("reference"), one.reference());
            put(completion.putArray("anchor"), one.anchor());
            put(completion.putArray("advantages"), one.advantages());
        }
        return json;
    }

    private static void put(ArrayNode array, int[] values) {
        for (int value : values) {
            array.add(value);
        }
    }

    private static void put(ArrayNode array, double[] values) {
        for (double value : values) {
            array.add(value);
        }
    }

    /// @param empty the memory that the recipe asks for
    /// @throws IllegalStateException when the file is not one that [#writeTo] wrote
    static RoundState readFrom(Path directory, Memory empty) {
        Path path = directory.resolve(FILE);
        try (BufferedReader file = Files.newBufferedReader(path)) {
            JsonNode head = JsonMapper.shared().readTree(file.readLine());
            JsonNode running = head.required("running");
            List<List<Group>> parts = new ArrayList<>();
            for (int i = 0; i < head.required("parts").intValue(); i++) {
                parts.add(new ArrayList<>());
            }
            List<Group> remembered = new ArrayList<>();
            for (String line = file.readLine(); line != null; line = file.readLine()) {
                JsonNode json = JsonMapper.shared().readTree(line);
                int part = json.required("part").intValue();
                (part == REMEMBERED ? remembered : parts.get(part)).add(group(json));
            }
            return new RoundState(
                    head.required("round").longValue(),
                    head.required("reward_calls").longValue(),
                    number(head.required("reward")),
                    parts,
                    new Credit.Running(
                            running.required("count").longValue(),
                            number(running.required("mean")),
                            number(running.required("squares"))),
                    new ValueHead(doubles(head.required("values"))),
                    new Memory(empty.share(), empty.decay(), empty.rounds(), remembered));
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be read", e);
        } catch (JacksonException | NullPointerException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IllegalStateException(path + ": must be the rounds of a checkpoint: " + e.getMessage(), e);
        }
    }

    private static Group group(JsonNode json) {
        List<Completion> completions = new ArrayList<>();
        for (JsonNode one : json.required("completions")) {
            completions.add(new Completion(
                    Completion.Author.valueOf(one.required("author").stringValue()),
                    ints(one.required("tokens")),
                    one.required("ended").booleanValue(),
                    number(one.required("reward")),
                    doubles(one.required("logps")),
                    doubles(one.required("reference")),
                    doubles(one.required("anchor")),
                    doubles(one.required("advantages"))));
        }
        return new Group(
                json.required("round").longValue(),
                json.required("row").intValue(),
                ints(json.required("prompt")),
                completions);
    }

    private static int[] ints(JsonNode array) {
        return IntStream.range(0, array.size())
                .map(i -> array.get(i).intValue())
                .toArray();
    }

    private static double[] doubles(JsonNode array) {
        return IntStream.range(0, array.size())
                .mapToDouble(i -> number(array.get(i)))
                .toArray();
    }

    /// JSON has no infinities: they are texts.
    private static double number(JsonNode node) {
        return node.isNumber() ? node.doubleValue() : Double.parseDouble(node.stringValue());
    }
}

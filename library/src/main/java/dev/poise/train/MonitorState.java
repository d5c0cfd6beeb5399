package dev.poise.train;

import dev.poise.monitor.Watch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What a run's monitors remember: a checkpoint's `monitor.json`.
///
/// @param version of this form
/// @param watch where alarms and governor stand
/// @param chosen log π(y|x) of the held-out answers to reward at step 0, nats, summed; empty before it
/// @param rejected the same of those to penalise
/// @param answers the tokens of the policy's own answers at step 0; empty before it
/// @param rewards their rewards; empty before it and where nothing judges them
record MonitorState(
        int version, Watch.State watch, double[] chosen, double[] rejected, List<int[]> answers, double[] rewards) {

    private static final int VERSION = 2;

    private static final String FILE = "monitor.json";

    /// The state before the first reading.
    static MonitorState start(Watch.State watch) {
        return new MonitorState(VERSION, watch, new double[0], new double[0], List.of(), new double[0]);
    }

    MonitorState with(Watch.State next) {
        return new MonitorState(version, next, chosen, rejected, answers, rewards);
    }

    MonitorState withBaseline(double[] chosenSums, double[] rejectedSums) {
        return new MonitorState(version, watch, chosenSums, rejectedSums, answers, rewards);
    }

    MonitorState withAnswers(List<int[]> first, double[] firstRewards) {
        return new MonitorState(version, watch, chosen, rejected, first, firstRewards);
    }

    void writeTo(Path directory) {
        try {
            Files.writeString(directory.resolve(FILE), JsonMapper.shared().writeValueAsString(this) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": cannot be written", e);
        }
    }

    /// @throws IllegalStateException when the file is missing or not one that this version wrote
    static MonitorState readFrom(Path directory) {
        Path file = directory.resolve(FILE);
        String expected = file + ": must be the monitors' state of a checkpoint, version " + VERSION + ", got ";
        try {
            if (!Files.exists(file)) {
                throw new IllegalStateException(
                        expected + "nothing; start the run anew in another output, or go on with monitor.every 0");
            }
            MonitorState state = JsonMapper.shared().readValue(Files.readString(file), MonitorState.class);
            if (state.version() != VERSION) {
                throw new IllegalStateException(
                        expected + state.version() + "; go on with the version of Poise that wrote it");
            }
            return state;
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read", e);
        } catch (JacksonException e) {
            throw new IllegalStateException(expected + "something else: " + e.getOriginalMessage(), e);
        }
    }
}

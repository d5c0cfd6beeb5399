package dev.poise.train;

import dev.poise.run.Results;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/// Where the rows of a run's steps come from: a data set that stays as it is, or the policy itself.
sealed interface Supply extends AutoCloseable permits FixedRows, OnPolicyRows {

    /// Steps of one pass over the training data.
    long stepsPerEpoch();

    /// The rows of a step, asked for once and in order; none where there is nothing to learn from.
    ///
    /// @param step from 0
    List<TrainingRow> rows(long step) throws IOException;

    /// What the policy does on held-out data, by name; empty where none is held out.
    SequencedMap<String, Double> evaluate();

    /// What was read of completions that were drawn since this was asked last; empty where none were.
    SequencedMap<String, Double> newReading();

    /// How many steps had been made by the policy that wrote the rows of a step; -1 where none writes them.
    ///
    /// @param step from 1
    long drawnAt(long step);

    /// What the policy's newest completions are worth on average; nothing where none are drawn.
    OptionalDouble reward();

    /// What making rows came to, for the run's report; nothing where there is nothing to tell.
    Optional<Results> results();

    /// Adds what the next steps' rows depend on to a checkpoint's directory.
    void writeTo(Path directory);

    @Override
    void close();
}

package dev.poise.model;

/// What is read of the trunk's normed hidden states: probabilities of tokens, or one score a sequence.
///
/// Either way it is one number at each place that a batch reads, whose derivative the objective gives, and the
/// gradient from there to the hidden states and to the head's own matrix is in closed form: trunk, optimiser and
/// files need not know which it is.
sealed interface Readout extends AutoCloseable permits Head, ScoreHead {

    @Override
    void close();
}

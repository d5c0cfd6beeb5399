package dev.poise.remote;

import dev.poise.oracle.Service;
import java.util.List;

/// A way to a service.
sealed interface Line extends AutoCloseable permits Program, Web {

    /// Told each answer as it comes, so that it is kept whatever happens to the next.
    @FunctionalInterface
    interface Heard {

        /// Told one answer.
        ///
        /// @param place of the question among those asked
        void answer(int place, double value);
    }

    /// Asks once.
    ///
    /// @param questions at least one
    /// @throws NoAnswer where not all were answered
    void ask(List<Question> questions, Heard heard) throws NoAnswer, InterruptedException;

    /// What tells it apart from another service: answers are kept by it.
    String identity();

    @Override
    void close();

    /// Opens it; an endpoint is not asked anything yet, a command is started.
    ///
    /// @throws IllegalArgumentException where it cannot be: no such program, no such environment variable
    static Line to(Service service, Reply reply) {
        return switch (service) {
            case Service.Command command -> new Program(command, reply);
            case Service.Endpoint endpoint -> new Web(endpoint, reply, System.getenv());
        };
    }
}

package dev.poise.remote;

import dev.poise.oracle.RewardException;
import dev.poise.oracle.Service;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Asks a service: what is known already not at all, the rest in batches, again where it fails.
///
/// Before the n-th try in a row that gained nothing it waits pause · 2ⁿ⁻¹, a minute at most, times a draw from [½, 1],
/// so that many that failed together do not come back together; or as long as the service asks for, where that is
/// longer. May be used from several threads, which take turns.
final class Inquiry implements AutoCloseable {

    private static final double LONGEST_PAUSE_SECONDS = 60;

    /// A service that asks for more patience than this has failed: what was answered is kept, and one may go on later.
    private static final double LONGEST_WAIT_SECONDS = 600;

    private final Service service;
    private final Line line;
    private final String identity;
    private final Answers answers;
    private final SplittableRandom jitter;
    private final Consumer<String> told;
    private Counts counts = Counts.NONE;

    Inquiry(Service service, Reply reply, Answers answers, long seed, Consumer<String> told) {
        this.service = service;
        this.answers = answers;
        this.jitter = new SplittableRandom(seed);
        this.told = told;
        this.line = Line.to(service, reply);
        this.identity = line.identity();
    }

    Service service() {
        return service;
    }

    synchronized Counts counts() {
        return counts;
    }

    /// One answer a question.
    ///
    /// @throws RewardException naming the place of the first that has none
    synchronized double[] answers(List<Question> questions) {
        List<String> keys =
                questions.stream().map(question -> question.key(identity)).toList();
        Map<String, Integer> open = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            if (answers.get(keys.get(i)).isEmpty()) {
                open.putIfAbsent(keys.get(i), i);
            }
        }
        counts = counts.plus(new Counts(0, questions.size() - open.size(), 0, 0));
        List<Integer> places = List.copyOf(open.values());
        int size = service.manner().batch();
        for (int from = 0; from < places.size(); from += size) {
            batch(questions, keys, places.subList(from, Math.min(from + size, places.size())));
        }
        return keys.stream().mapToDouble(key -> answers.get(key).orElseThrow()).toArray();
    }

    private void batch(List<Question> questions, List<String> keys, List<Integer> asked) {
        List<Integer> left = asked;
        int failures = 0;
        while (!left.isEmpty()) {
            List<Integer> now = left;
            long began = System.nanoTime();
            NoAnswer failure = once(questions, keys, now);
            left = now.stream()
                    .filter(place -> answers.get(keys.get(place)).isEmpty())
                    .toList();
            counts = counts.plus(new Counts(now.size() - left.size(), 0, 0, since(began)));
            if (failure != null && !left.isEmpty()) {
                failures = left.size() < now.size() ? 1 : failures + 1;
                if (failures > service.manner().retries() || !failure.passing()) {
                    throw given(left.getFirst(), failure, failures);
                }
                pause(left.getFirst(), failure, failures);
            }
        }
    }

    /// @return why not all were answered; null where they were
    private @Nullable NoAnswer once(List<Question> questions, List<String> keys, List<Integer> places) {
        try {
            line.ask(
                    places.stream().map(questions::get).toList(),
                    (i, value) -> answers.put(keys.get(places.get(i)), value));
            return null;
        } catch (NoAnswer e) {
            return e;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void pause(int place, NoAnswer failure, int failures) {
        double own = Math.min(service.manner().pauseSeconds() * Math.pow(2, failures - 1), LONGEST_PAUSE_SECONDS)
                * (0.5 + 0.5 * jitter.nextDouble());
        Duration after = failure.after();
        double wanted = after == null ? 0 : after.toMillis() / 1e3;
        if (wanted > LONGEST_WAIT_SECONDS) {
            throw given(
                    place,
                    NoAnswer.ever(failure.what() + " and asks to be left alone for " + Program.seconds(wanted) + " s"),
                    failures);
        }
        double seconds = Math.max(own, wanted);
        told.accept(service.name() + ": " + failure.what() + "; asking again in " + Program.seconds(seconds) + " s ("
                + failures + " of " + service.manner().retries() + ")");
        long began = System.nanoTime();
        try {
            Thread.sleep(Duration.ofNanos(Math.round(seconds * 1e9)));
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        counts = counts.plus(new Counts(0, 0, 1, since(began)));
    }

    private RewardException given(int place, NoAnswer failure, int failures) {
        return new RewardException(
                place,
                "failed: " + service.name() + " " + failure.what() + (failures > 1 ? ", " + failures + " times" : "")
                        + (answers.path() == null ? "" : "; what it answered is kept in " + answers.path()),
                failure);
    }

    private IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException(service.name() + ": interrupted while it was asked", e);
    }

    private static double since(long nanoseconds) {
        return (System.nanoTime() - nanoseconds) / 1e9;
    }

    @Override
    public void close() {
        line.close();
    }
}

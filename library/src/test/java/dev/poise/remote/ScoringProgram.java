package dev.poise.remote;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// A program that scores a question by the letters of its line, and fails as it is told: the first argument is a file
/// to which it adds a line a start and a line a question, the second says what goes wrong, once, at the third question
/// of the first start.
final class ScoringProgram {

    private ScoringProgram() {}

    static String command(Path log, String fault) {
        return List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classes(),
                        ScoringProgram.class.getName(),
                        log.toString(),
                        fault)
                .stream()
                .map(word -> "'" + word + "'")
                .reduce("", (a, b) -> a + " " + b);
    }

    private static String classes() {
        return Path.of(ScoringProgram.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString();
    }

    /// What it answers to a question.
    static double score(Question question) {
        return score(question.toJson().toString());
    }

    private static double score(String line) {
        return line.length() + 0.25;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path log = Path.of(arguments[0]);
        boolean first = !Files.exists(log);
        note(log, "start");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        int asked = 0;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            note(log, line);
            asked++;
            if (asked == 3 && (first || arguments[1].endsWith("-always"))) {
                switch (arguments[1].replace("-always", "")) {
                    case "dies" -> {
                        System.err.println("out of luck");
                        System.exit(3);
                    }
                    case "stalls" -> Thread.sleep(60_000);
                    case "garbage" -> System.out.println("loading the model ...");
                    case "nan" -> System.out.println("{\"score\": NaN}");
                    case "more" -> System.out.println("1\n2");
                    default -> {}
                }
            }
            System.out.println(asked % 2 == 0 ? score(line) : "{\"score\": " + score(line) + "}");
        }
        note(log, "end");
    }

    private static void note(Path log, String line) throws IOException {
        Files.writeString(log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}

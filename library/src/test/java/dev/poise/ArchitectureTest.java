package dev.poise;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Holds ARCHITECTURE.md's table of rooms against the code.
final class ArchitectureTest {

    /// A room and the rooms it may use, as in ARCHITECTURE.md.
    private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            Map.entry("torch", List.of()),
            Map.entry("template", List.of()),
            Map.entry("sentencepiece", List.of()),
            Map.entry("bytepair", List.of()),
            Map.entry("tokenize", List.of("template", "sentencepiece", "bytepair")),
            Map.entry("data", List.of("tokenize")),
            Map.entry("hub", List.of()),
            Map.entry("weights", List.of("torch")),
            Map.entry("model", List.of("torch", "weights", "tokenize")),
            Map.entry("objective", List.of()),
            Map.entry("sample", List.of("torch", "model", "tokenize")),
            Map.entry("oracle", List.of("data", "tokenize")),
            Map.entry("remote", List.of("oracle")),
            Map.entry("evaluate", List.of()),
            Map.entry("parallel", List.of()),
            Map.entry("monitor", List.of("evaluate")),
            Map.entry("online", List.of("data", "evaluate", "monitor")),
            Map.entry("run", List.of("torch", "data", "tokenize", "objective", "oracle", "monitor")),
            Map.entry(
                    "train",
                    List.of(
                            "torch",
                            "tokenize",
                            "data",
                            "weights",
                            "model",
                            "objective",
                            "sample",
                            "oracle",
                            "remote",
                            "evaluate",
                            "online",
                            "monitor",
                            "hub",
                            "run",
                            "sink")),
            Map.entry("report", List.of("monitor", "run")),
            Map.entry("sink", List.of("monitor", "run")),
            Map.entry("watch", List.of("report")),
            Map.entry("gradient", List.of("torch", "tokenize", "data", "model", "objective", "run", "train", "report")),
            Map.entry("bandit", List.of("objective", "evaluate", "parallel", "report")),
            Map.entry("advise", List.of("evaluate", "report")),
            Map.entry(
                    "experiment",
                    List.of(
                            "torch",
                            "tokenize",
                            "data",
                            "weights",
                            "model",
                            "objective",
                            "sample",
                            "oracle",
                            "remote",
                            "evaluate",
                            "monitor",
                            "run",
                            "train",
                            "bandit",
                            "parallel",
                            "report")));

    private static final List<String> WITHOUT_NATIVE_CODE = List.of(
            "objective",
            "data",
            "hub",
            "template",
            "sentencepiece",
            "bytepair",
            "tokenize",
            "oracle",
            "remote",
            "evaluate",
            "parallel",
            "online",
            "monitor",
            "run",
            "report",
            "sink",
            "watch",
            "bandit",
            "advise");

    private static final JavaClasses POISE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.poise");

    @Test
    void roomsUseOnlyTheRoomsTheyMay() {
        assertThat(POISE).isNotEmpty();
        MAY_USE.forEach((room, allowed) -> classes()
                .that()
                .resideInAPackage("dev.poise." + room + "..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(packages(room, allowed))
                .allowEmptyShould(true)
                .check(POISE));
    }

    @Test
    void plainRoomsNeverTouchNativeCode() {
        noClasses()
                .that()
                .resideInAnyPackage(WITHOUT_NATIVE_CODE.stream()
                        .map(room -> "dev.poise." + room + "..")
                        .toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .check(POISE);
    }

    @Test
    void roomsFormNoCycle() {
        slices().matching("dev.poise.(*)..").should().beFreeOfCycles().check(POISE);
    }

    /// The room, the rooms it may use, and everything that is not a room: the JDK and the libraries.
    private static String[] packages(String room, List<String> allowed) {
        return Stream.concat(
                        Stream.of(
                                "java..",
                                "javax..",
                                "com.sun.net.httpserver..",
                                "org..",
                                "tools.jackson..",
                                "ai.djl..",
                                "io.airlift..",
                                "dev.poise." + room + ".."),
                        allowed.stream().map(other -> "dev.poise." + other + ".."))
                .toArray(String[]::new);
    }
}

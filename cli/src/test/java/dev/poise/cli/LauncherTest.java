package dev.poise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessFlag;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Runs the launcher in a project, with JDKs and a Maven that are made up for it.
@DisabledOnOs(OS.WINDOWS)
final class LauncherTest {

    /// Every other program that the launcher may call.
    private static final List<String> TOOLS = List.of(
            "sh",
            "cat",
            "cp",
            "cut",
            "date",
            "dirname",
            "env",
            "find",
            "head",
            "ln",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "sed",
            "sleep",
            "stty",
            "touch",
            "uname");

    @TempDir
    private Path folder;

    private Path project;
    private Path tools;

    @BeforeEach
    void layOutAProject() throws IOException {
        project = Files.createDirectories(folder.resolve("pro ject"));
        tools = Files.createDirectory(folder.resolve("tools"));
        for (String tool : TOOLS) {
            Path program = Stream.of("/usr/bin", "/bin")
                    .map(bin -> Path.of(bin, tool))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow();
            Files.createSymbolicLink(tools.resolve(tool), program);
        }
        Path root = Path.of("..").toAbsolutePath().normalize();
        Files.createDirectories(project.resolve("cli/src/main"));
        Files.createDirectories(project.resolve("library/src/main"));
        for (String file : List.of("poise", "cli/find-jdk")) {
            Files.copy(root.resolve(file), project.resolve(file));
        }
        for (String pom : List.of("pom.xml", "cli/pom.xml", "library/pom.xml")) {
            Files.writeString(project.resolve(pom), "<project/>");
        }
    }

    /// A folder that looks like a JDK; its java prints the arguments that it is given, one a line.
    private Path jdk(String name, String version) throws IOException {
        Path jdk = folder.resolve(name);
        script(jdk.resolve("bin/java"), "printf '%s\\n' \"$@\"");
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        return jdk;
    }

    private static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// A Maven that makes the jars which the launcher expects.
    private void maven() throws IOException {
        script(tools.resolve("mvn"), """
                echo build >> "%1$s/builds"
                mkdir -p "%1$s/cli/target/lib"
                touch "%1$s/cli/target/lib/poise-9.jar" "%1$s/cli/target/poise-cli-9.jar"
                touch "%1$s/cli/target/lib/picocli-9.jar" "%1$s/cli/target/lib/torch-9.jar\"""".formatted(project));
    }

    private CommandRun run(Map<String, String> environment, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", tools.toString(), "HOME", folder.toString()));
        builder.environment().putAll(environment);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process =
                builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        int code = process.waitFor();
        return new CommandRun(code, Files.readString(out), Files.readString(err));
    }

    private CommandRun findJdk(Map<String, String> environment, Path... folders) throws Exception {
        List<String> command = Stream.concat(Stream.of(project.resolve("cli/find-jdk")), Stream.of(folders))
                .map(Path::toString)
                .toList();
        return run(environment, command.toArray(String[]::new));
    }

    private CommandRun poise(String... arguments) throws Exception {
        String[] command = Stream.concat(Stream.of(project.resolve("poise").toString()), Stream.of(arguments))
                .toArray(String[]::new);
        return run(Map.of("JAVA_HOME", jdk("jdk", "25.0.1").toString()), command);
    }

    private long builds() throws IOException {
        Path log = project.resolve("builds");
        return Files.exists(log) ? Files.readAllLines(log).size() : 0;
    }

    @Test
    void takesTheFirstJdkThatIsNewEnough() throws Exception {
        Path old = jdk("jdk-17", "17.0.15");
        Path fresh = jdk("jdk-25", "25");
        Path later = jdk("jdk-26", "26.0.1");

        CommandRun found = findJdk(Map.of("JAVA_HOME", old.toString()), folder.resolve("nowhere"), old, fresh, later);

        assertThat(found.code()).isZero();
        assertThat(found.out()).isEqualTo(fresh + "\n");
    }

    @Test
    void prefersJavaHomeThenJavaOnThePath() throws Exception {
        Path named = jdk("jdk named", "25.0.2");
        Path other = jdk("jdk-25", "25.0.3");
        assertThat(findJdk(Map.of("JAVA_HOME", named.toString()), other).out()).isEqualTo(named + "\n");

        Files.createSymbolicLink(tools.resolve("java"), named.resolve("bin/java"));
        assertThat(findJdk(Map.of(), other).out()).isEqualTo(named + "\n");
    }

    @Test
    void saysWhatToInstallWhereThereIsNone() throws Exception {
        CommandRun found = findJdk(Map.of(), jdk("jdk-24", "24.0.2"), jdk("jdk-8", "1.8.0_402"));

        assertThat(found.code()).isEqualTo(1);
        assertThat(found.out()).isEmpty();
        assertThat(found.err()).startsWith("poise: a JDK 25 or later is needed").contains("apt install openjdk-25-jdk");
    }

    @Test
    void refusesAnOldJdkThatWasAskedForByName() throws Exception {
        Path old = jdk("jdk-17", "17.0.15");

        CommandRun found = findJdk(Map.of("POISE_JAVA_HOME", old.toString()), jdk("jdk-25", "25"));

        assertThat(found.code()).isEqualTo(1);
        assertThat(found.err())
                .isEqualTo("poise: POISE_JAVA_HOME must be the folder of a JDK 25 or later, got " + old + "\n");
    }

    @Test
    void buildsOnFirstUseAndThenOnlyWhenSourcesChange() throws Exception {
        maven();
        CommandRun first = poise("--help");
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.err())
                .startsWith("poise: building; this takes about a minute")
                .hasLineCount(1);

        CommandRun second = poise("--help");
        assertThat(second.err()).isEmpty();
        assertThat(builds()).isEqualTo(1);

        Path source = Files.writeString(project.resolve("library/src/main/New.java"), "class New {}");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
        poise("--help");
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void handsOnArgumentsAsTheyAreThroughALink() throws Exception {
        maven();
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("pro ject/poise"));

        CommandRun run = run(
                Map.of("JAVA_HOME", jdk("jdk", "25").toString(), "POISE_JAVA_OPTIONS", "-Xmx1g -Da=b"),
                link.toString(),
                "generate",
                "--prompt",
                "two words",
                "");

        List<String> arguments = run.out().lines().toList();
        assertThat(arguments).contains("--enable-native-access=ALL-UNNAMED", "-Xmx1g", "-Da=b", "-Dpoise.terminals=");
        assertThat(arguments).endsWith("dev.poise.cli.Poise", "generate", "--prompt", "two words", "");
        String jars = arguments.get(arguments.indexOf("-cp") + 1);
        assertThat(jars).matches("(.*/pro ject/cli/target/poise-[0-9-]+)/first/\\*:\\1/\\*");
        Path first = Path.of(jars.substring(0, jars.indexOf("/*")));
        assertThat(files(first)).containsExactlyInAnyOrder("poise-9.jar", "poise-cli-9.jar", "picocli-9.jar");
        assertThat(files(first.resolve(".."))).containsExactlyInAnyOrder("first", "torch-9.jar");
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.map(file -> file.getFileName().toString()).toList();
        }
    }

    /// The JVM archives classes of Java 6 and newer only, and asks for stack maps of those from Java 7 on.
    @Test
    void oldClassesAreRenewedWithStackMapsAndDoTheSame() throws Throwable {
        Path jar = folder.resolve("old.jar");
        ClassDesc sign = ClassDesc.of("old.Sign");
        byte[] old = ClassFile.of(ClassFile.StackMapsOption.DROP_STACK_MAPS).build(sign, type -> type.withVersion(
                        ClassFile.JAVA_5_VERSION, 0)
                .withFlags(AccessFlag.PUBLIC)
                .withMethodBody(
                        "of",
                        MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int),
                        ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                        code -> code.iload(0)
                                .ifThenElse(Opcode.IFGE, is -> is.bipush(7).istore(0), no -> no.bipush(-9)
                                        .istore(0))
                                .iload(0)
                                .ireturn()));
        byte[] kept =
                ClassFile.of().build(ClassDesc.of("old.Kept"), type -> type.withVersion(ClassFile.JAVA_8_VERSION, 0));
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (Map.Entry<String, byte[]> entry : Map.of(
                            "old/Sign.class", old, "old/Kept.class", kept, "old/words.txt", new byte[] {3, 1, 4})
                    .entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue());
            }
        }

        CommandRun run = run(
                Map.of(),
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                Path.of("RenewClasses.java").toAbsolutePath().toString(),
                jar.toString());

        assertThat(run.code()).as(run.err()).isZero();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            assertThat(loader.getResourceAsStream("old/words.txt").readAllBytes())
                    .containsExactly(3, 1, 4);
            assertThat(loader.getResourceAsStream("old/Kept.class").readAllBytes())
                    .isEqualTo(kept);
            byte[] renewed = loader.getResourceAsStream("old/Sign.class").readAllBytes();
            assertThat(ClassFile.of().parse(renewed).majorVersion()).isEqualTo(ClassFile.JAVA_17_VERSION);
            MethodHandle of = MethodHandles.publicLookup()
                    .findStatic(loader.loadClass("old.Sign"), "of", MethodType.methodType(int.class, int.class));
            assertThat((int) of.invokeExact(3)).isEqualTo(7);
            assertThat((int) of.invokeExact(-3)).isEqualTo(-9);
        }
    }

    @Test
    void aRunKeepsItsJarsWhileAnotherBuilds() throws Exception {
        maven();
        poise();
        Path first = Path.of(
                Files.readString(project.resolve("cli/target/poise.ready")).strip());
        Files.setLastModifiedTime(
                project.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(5)));
        poise();

        assertThat(Path.of(Files.readString(project.resolve("cli/target/poise.ready"))
                        .strip()))
                .isNotEqualTo(first);
        assertThat(project.resolve("cli/target").resolve(first).resolve("first/poise-9.jar"))
                .exists();
    }

    @Test
    void showsWhyABuildFailedAndBuildsAgainNextTime() throws Exception {
        script(
                tools.resolve("mvn"),
                "echo '[INFO] fine'; echo '[ERROR] X.java: cannot find symbol'; echo '[ERROR] Failed to execute goal';"
                        + " echo '[ERROR] re-run Maven'; exit 1");
        CommandRun failed = poise("--help");

        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.out()).isEmpty();
        assertThat(failed.err())
                .contains("[ERROR] X.java: cannot find symbol\n[ERROR] Failed to execute goal\npoise: the build failed")
                .doesNotContain("re-run Maven", "[INFO]");

        maven();
        assertThat(poise("--help").code()).isZero();
    }

    @Test
    void saysThatMavenIsMissing() throws Exception {
        CommandRun run = poise("--help");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("poise: Maven 3.8 or later is needed").contains("apt install maven");
    }

    @Test
    void takesOverTheLockOfABuildThatWasKilled() throws Exception {
        maven();
        Path lock = Files.createDirectories(project.resolve("cli/target/poise.lock"));
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        Files.writeString(lock.resolve("pid"), gone.pid() + "\n");

        CommandRun run = poise("--help");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(lock).doesNotExist();
    }
}

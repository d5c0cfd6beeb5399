package dev.poise.watch;

import dev.poise.report.LiveRun;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The runs in a directory, looked for again every time: runs come and go.
///
/// A run is a directory with a recipe or with metrics. Its id is its path below the root; the root itself may be one.
final class Runs {

    private static final int DEPTH = 4;

    private final Path root;
    private final Map<String, LiveRun> known = new TreeMap<>();

    Runs(Path root) {
        this.root = root;
    }

    /// What there is now, with a stamp that changes when a run does.
    synchronized Map<String, String> stamps() throws IOException {
        Map<String, Path> found = find();
        known.keySet().retainAll(found.keySet());
        found.forEach((id, path) -> known.computeIfAbsent(id, absent -> new LiveRun(path)));
        Map<String, String> stamps = new LinkedHashMap<>();
        known.forEach((id, run) -> run.stamp().ifPresent(stamp -> stamps.put(id, stamp)));
        return stamps;
    }

    /// A run as it is now; nothing where there is none of that id, or no longer.
    synchronized Optional<LiveRun.View> look(String id) throws IOException {
        LiveRun run = known.get(id);
        return run == null ? Optional.empty() : run.look();
    }

    private Map<String, Path> find() throws IOException {
        Map<String, Path> found = new TreeMap<>();
        Files.walkFileTree(root, EnumSet.noneOf(FileVisitOption.class), DEPTH, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                if (Files.exists(directory.resolve("metrics.jsonl"))
                        || Files.exists(directory.resolve("recipe.yaml"))) {
                    found.put(id(directory), directory);
                    return FileVisitResult.SKIP_SUBTREE;
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException problem) throws IOException {
                if (file.equals(root)) {
                    throw problem;
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException problem) {
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    private String id(Path directory) {
        String below = root.relativize(directory).toString();
        return below.isEmpty()
                ? String.valueOf(root.toAbsolutePath().normalize().getFileName())
                : below.replace('\\', '/');
    }
}

package dev.poise.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Writes files and directories that are either there whole or not there: whatever is killed at whatever moment
/// leaves the old ones, or none, and at worst a temporary sibling, which [#isTemporary] knows by its name.
public final class AtomicWrite {

    private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.tmp-[0-9a-z]+");

    /// Fills an empty directory.
    @FunctionalInterface
    public interface Filling {

        /// Writes into `directory`, which exists and is empty.
        void into(Path directory) throws IOException;
    }

    private AtomicWrite() {}

    /// Writes or replaces a file.
    public static void file(Path target, byte[] content) throws IOException {
        Path temporary = temporarySibling(target);
        Files.write(temporary, content, StandardOpenOption.CREATE_NEW);
        force(temporary);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceDirectory(parentOf(target));
    }

    /// Writes or replaces a directory. When `filling` fails, what was there stays and the temporary sibling goes.
    public static void directory(Path target, Filling filling) throws IOException {
        Path temporary = Files.createDirectory(temporarySibling(target));
        try {
            filling.into(temporary);
            forceTree(temporary);
        } catch (IOException | RuntimeException e) {
            deleteTree(temporary);
            throw e;
        }
        // A directory cannot replace another in one step: between the two moves a kill leaves neither in place.
        Optional<Path> replaced = setAside(target);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        forceDirectory(parentOf(target));
        if (replaced.isPresent()) {
            deleteTree(replaced.get());
        }
    }

    /// Deletes a directory with all that is in it, if it exists. It loses its name first, so that a half-deleted one
    /// is never taken for a whole.
    public static void delete(Path directory) throws IOException {
        Optional<Path> doomed = setAside(directory);
        if (doomed.isPresent()) {
            deleteTree(doomed.get());
        }
    }

    private static Optional<Path> setAside(Path directory) throws IOException {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        Path aside = temporarySibling(directory);
        Files.move(directory, aside, StandardCopyOption.ATOMIC_MOVE);
        return Optional.of(aside);
    }

    /// Whether a file or directory is what an interrupted write left.
    public static boolean isTemporary(Path path) {
        return TEMPORARY.matcher(path.getFileName().toString()).matches();
    }

    /// Deletes what interrupted writes left in a directory.
    static void deleteTemporaries(Path directory) throws IOException {
        for (Path entry : list(directory)) {
            if (isTemporary(entry)) {
                deleteTree(entry);
            }
        }
    }

    /// The entries of a directory, sorted by name.
    static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    private static Path temporarySibling(Path target) {
        String unique = Long.toString(ProcessHandle.current().pid(), 36) + Long.toString(System.nanoTime(), 36);
        return parentOf(target).resolve("." + target.getFileName() + ".tmp-" + unique.replace("-", ""));
    }

    private static Path parentOf(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("path must have a name, got " + path);
        }
        return parent;
    }

    private static void forceTree(Path directory) throws IOException {
        for (Path path : deepestFirst(directory)) {
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                forceDirectory(path);
            } else {
                force(path);
            }
        }
    }

    private static void deleteTree(Path root) throws IOException {
        for (Path path : deepestFirst(root)) {
            Files.delete(path);
        }
    }

    private static List<Path> deepestFirst(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            return tree.sorted(Comparator.reverseOrder()).toList();
        }
    }

    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /// Makes a directory's entries durable, where the system lets a directory be opened: Windows does not.
    private static void forceDirectory(Path directory) throws IOException {
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}

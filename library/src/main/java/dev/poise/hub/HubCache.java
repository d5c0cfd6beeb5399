package dev.poise.hub;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The folder of one repository's downloads, laid out as the `huggingface_hub` library does, so that both find
/// what the other has fetched:
///
/// ```
/// models--organisation--name/
///   refs/main                       the commit that a branch or tag stood at
///   blobs/CHECKSUM                  contents
///   snapshots/COMMIT/config.json    links to blobs
/// .locks/models--organisation--name/CHECKSUM.lock
/// ```
///
/// A content comes into `blobs` under its name when it is whole and checked; until then it is
/// `CHECKSUM.poise.part`.
final class HubCache {

    private static final Pattern SNAPSHOT =
            Pattern.compile("(?:models|datasets)--(?<name>.+)/snapshots/(?<commit>[0-9a-f]{40})");

    private final Path folder;
    private final Path locks;

    HubCache(Path cache, HubId id) {
        String name = id.kind().plural() + "--" + id.name().replace("/", "--");
        this.folder = cache.resolve(name);
        this.locks = cache.resolve(".locks").resolve(name);
    }

    /// The name and commit of a snapshot's folder; empty where a path is none.
    static Optional<String> nameOf(Path snapshot) {
        Path path = snapshot.toAbsolutePath().normalize();
        if (path.getNameCount() < 3) {
            return Optional.empty();
        }
        String end = path.subpath(path.getNameCount() - 3, path.getNameCount())
                .toString()
                .replace('\\', '/');
        Matcher matcher = SNAPSHOT.matcher(end);
        return matcher.matches()
                ? Optional.of(requireNonNull(matcher.group("name")).replace("--", "/") + "@"
                        + requireNonNull(matcher.group("commit")).substring(0, 12))
                : Optional.empty();
    }

    /// The commit that a revision is at, as far as the cache knows.
    Optional<String> commit(String revision) {
        Path reference = folder.resolve("refs").resolve(revision);
        try {
            if (Files.isRegularFile(reference)) {
                return Optional.of(Files.readString(reference).strip());
            }
        } catch (IOException e) {
            throw unusable(reference, e);
        }
        return Files.isDirectory(snapshot(revision)) ? Optional.of(revision) : Optional.empty();
    }

    /// Remembers the commit that a revision is at.
    void remember(String revision, String commit) {
        if (revision.equals(commit)) {
            return;
        }
        Path reference = folder.resolve("refs").resolve(revision);
        Path unfinished = reference.resolveSibling(reference.getFileName() + ".poise.part");
        try {
            Files.createDirectories(folder(reference));
            Files.writeString(unfinished, commit);
            Files.move(unfinished, reference, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unusable(reference, e);
        }
    }

    /// The folder of a commit's files.
    Path snapshot(String commit) {
        return folder.resolve("snapshots").resolve(commit);
    }

    /// The files of a commit that are at hand, by their paths within it.
    List<String> filesOf(String commit) {
        Path snapshot = snapshot(commit);
        if (!Files.isDirectory(snapshot)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(snapshot)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> snapshot.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw unusable(snapshot, e);
        }
    }

    /// Where the content of a file is, or will be.
    Path blob(HubFile file) {
        return folder.resolve("blobs").resolve(file.checksum());
    }

    /// Where the content of a file grows.
    Path part(HubFile file) {
        return folder.resolve("blobs").resolve(file.checksum() + ".poise.part");
    }

    /// Whether a file of a commit is at hand, as long as it should be.
    boolean holds(String commit, HubFile file) {
        Path pointer = snapshot(commit).resolve(file.path());
        try {
            return Files.isRegularFile(pointer) && Files.size(pointer) == file.bytes();
        } catch (IOException e) {
            throw unusable(pointer, e);
        }
    }

    /// Whether the content of a file is at hand, under whichever commit it came.
    boolean holdsBlob(HubFile file) {
        Path blob = blob(file);
        try {
            return Files.isRegularFile(blob) && Files.size(blob) == file.bytes();
        } catch (IOException e) {
            throw unusable(blob, e);
        }
    }

    /// Puts a content that is at hand into a commit's folder.
    void link(String commit, HubFile file) {
        Path pointer = snapshot(commit).resolve(file.path());
        Path blob = blob(file);
        try {
            Path parent = Files.createDirectories(folder(pointer));
            Files.deleteIfExists(pointer);
            try {
                Files.createSymbolicLink(
                        pointer,
                        parent.toRealPath()
                                .relativize(folder(blob).toRealPath())
                                .resolve(file.checksum()));
            } catch (FileAlreadyExistsException e) {
                // Another process was faster, with the same content.
            } catch (UnsupportedOperationException | IOException e) {
                copy(blob, pointer);
            }
        } catch (IOException e) {
            throw unusable(pointer, e);
        }
    }

    /// Windows without the right to make links: then the content itself stands there, as Python's library does it.
    private static void copy(Path blob, Path pointer) throws IOException {
        Path unfinished = blob.resolveSibling(blob.getFileName() + ".copy.poise.part");
        Files.copy(blob, unfinished, StandardCopyOption.REPLACE_EXISTING);
        Files.move(unfinished, pointer, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path folder(Path file) {
        return requireNonNull(file.getParent(), "a file of the cache lies in a folder");
    }

    /// Something done while no other process does it.
    @FunctionalInterface
    interface Locked {
        void run() throws IOException;
    }

    /// Fetches a content while nobody else of this library does.
    ///
    /// @param waiting told once where another process is at it
    void locked(HubFile file, Runnable waiting, Locked body) throws IOException {
        Files.createDirectories(locks);
        Files.createDirectories(folder(blob(file)));
        Path path = locks.resolve(file.checksum() + ".lock");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            boolean told = false;
            FileLock lock = lock(channel);
            while (lock == null) {
                if (!told) {
                    waiting.run();
                    told = true;
                }
                pause();
                lock = lock(channel);
            }
            body.run();
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // another thread of this process
        }
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubException("the wait for another download was interrupted", e);
        }
    }

    private static HubException unusable(Path path, Exception e) {
        return new HubException(path + ": the hub's cache cannot be used (" + e.getMessage() + ")", e);
    }
}

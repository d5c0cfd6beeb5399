package dev.poise.weights;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Files that are there completely or not at all, whenever the process or the machine stops.
final class AtomicFile {

    private AtomicFile() {}

    /// What is written.
    @FunctionalInterface
    interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /// Writes beside `file` under another name, forces the bytes to the disk, and takes the name over.
    ///
    /// @throws WeightsException when the file system refuses; `file` is then what it was before
    static void write(Path file, Content content) {
        Path target = file.toAbsolutePath();
        Path partial = target.resolveSibling(target.getFileName() + "."
                + ProcessHandle.current().pid() + "-" + Thread.currentThread().threadId() + ".partial");
        try {
            try (FileChannel channel = FileChannel.open(
                    partial,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            forceDirectory(requireNonNull(target.getParent(), "an absolute file lies in a directory"));
        } catch (IOException failure) {
            throw WeightsException.failed(file, "written", failure);
        } finally {
            discard(partial);
        }
    }

    /// Writes all that is left in `bytes`: one call to a channel may write less.
    static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// Makes the new name survive a power failure. Windows has no such call, and none is needed there.
    private static void forceDirectory(Path directory) throws IOException {
        if (File.separatorChar == '/') {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void discard(Path partial) {
        try {
            Files.deleteIfExists(partial);
        } catch (IOException failure) {
            throw WeightsException.failed(partial, "deleted", failure);
        }
    }
}

package dev.poise.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// The right to write a run directory, held by one process at a time. A process that dies loses it.
public final class RunLock implements AutoCloseable {

    private final FileChannel channel;

    private RunLock(FileChannel channel) {
        this.channel = channel;
    }

    /// @throws FileSystemException when it is held already
    static RunLock acquire(Path directory, String name) throws IOException {
        FileChannel channel =
                FileChannel.open(directory.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (tryLock(channel) == null) {
            // Within one process this also drops the holder's lock on POSIX systems: a second run on one directory in
            // one process is a mistake that is reported, not a case that stays protected.
            channel.close();
            throw new FileSystemException(directory
                    + " must be written by one process at a time, got a second: wait for the first or choose another"
                    + " output");
        }
        return new RunLock(channel);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by this very process: as good as held by another
        }
    }

    /// Gives the directory back. The lock's file stays: deleting it would let two others lock two different files.
    @Override
    public void close() throws IOException {
        channel.close();
    }
}

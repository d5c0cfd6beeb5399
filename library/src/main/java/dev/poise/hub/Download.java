package dev.poise.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/// Fetches the content of one file into the cache: on from where an earlier download was cut, and under its name
/// only when it is whole and its checksum is right.
///
/// @param received told how many bytes of the file are there
record Download(
        HubClient client,
        HubCache cache,
        HubId id,
        String commit,
        HubFile file,
        Duration silence,
        LongConsumer received) {

    /// How often in a row a connection may be cut without a byte.
    private static final int CUTS = 4;

    private static final int CHUNK = 1 << 16;

    /// Fetches it.
    ///
    /// @throws IOException when the hub cannot be reached any more; what has come is kept for the next time
    /// @throws HubException when what comes is not the file
    void run() throws IOException {
        if (cache.holdsBlob(file)) {
            return; // another process was faster
        }
        Path part = cache.part(file);
        boolean resumed = Files.exists(part) && Files.size(part) > 0;
        fill(part);
        if (!isRight(part)) {
            Files.delete(part);
            if (!resumed) {
                throw wrong();
            }
            // What an earlier start left behind may be to blame.
            fill(part);
            if (!isRight(part)) {
                Files.delete(part);
                throw wrong();
            }
        }
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(part, cache.blob(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void fill(Path part) throws IOException {
        int cuts = 0;
        long before = size(part);
        while (before < file.bytes() || !Files.exists(part)) {
            try {
                fetch(part, before);
            } catch (IOException e) {
                if (size(part) > before) {
                    cuts = 0;
                } else if (++cuts >= CUTS) {
                    throw new IOException(
                            file.path() + " was cut " + CUTS + " times at byte " + before + " of " + file.bytes() + " ("
                                    + said(e) + "); what has come is kept, and the next start goes on from there",
                            e);
                }
                pause(cuts);
            }
            before = size(part);
        }
    }

    /// A minute's silence counts as a cut, and a second is waited for the first of them, twice as long for each
    /// more.
    private void pause(int cuts) {
        try {
            Thread.sleep(silence.dividedBy(60).multipliedBy(1L << cuts));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubException("the download was interrupted", e);
        }
    }

    /// Makes one request for what is missing and appends what comes.
    private void fetch(Path part, long from) throws IOException {
        if (from > file.bytes()) {
            Files.delete(part);
            return;
        }
        HttpResponse<InputStream> answer = client.content(id, commit, file, from);
        try (InputStream body = answer.body()) {
            if (answer.statusCode() == 416) {
                Files.deleteIfExists(part);
                throw new IOException("the hub has no bytes from " + from + " on");
            }
            boolean goesOn = answer.statusCode() == 206 && from > 0;
            if (goesOn && !startsAt(answer, from)) {
                Files.deleteIfExists(part);
                throw new IOException("the hub sent another part than the one from " + from + " on");
            }
            long start = goesOn ? from : 0;
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    OutputStream output =
                            Channels.newOutputStream(channel.truncate(start).position(start))) {
                copy(body, output, start);
            }
        }
    }

    private static boolean startsAt(HttpResponse<?> answer, long from) {
        return answer.headers()
                .firstValue("Content-Range")
                .map(range -> range.startsWith("bytes " + from + "-"))
                .orElse(false);
    }

    private void copy(InputStream body, OutputStream output, long start) throws IOException {
        try (Silence watch = new Silence(body, silence)) {
            byte[] chunk = new byte[CHUNK];
            long done = start;
            for (int read = body.read(chunk); read >= 0; read = body.read(chunk)) {
                watch.heard();
                done += read;
                if (done > file.bytes()) {
                    throw tooLong();
                }
                output.write(chunk, 0, read);
                received.accept(done);
            }
            if (done < file.bytes()) {
                throw new IOException("the connection ended early");
            }
        }
    }

    private boolean isRight(Path part) throws IOException {
        MessageDigest digest = file.digest();
        try (InputStream input = Files.newInputStream(part)) {
            byte[] chunk = new byte[CHUNK];
            for (int read = input.read(chunk); read >= 0; read = input.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest()).equals(file.checksum());
    }

    private HubException wrong() {
        return new HubException(id + ": " + file.path() + " has other bytes than the hub lists: its "
                + file.algorithm() + " must be " + file.checksum() + "; nothing of it is kept, so that the next start"
                + " fetches it anew");
    }

    private HubException tooLong() {
        return new HubException(
                id + ": " + file.path() + " must hold " + file.bytes() + " bytes, as the hub lists it, and more came");
    }

    private static long size(Path part) throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }

    private static String said(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}

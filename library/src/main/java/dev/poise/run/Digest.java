package dev.poise.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/// SHA-256 of files, in hexadecimal.
public final class Digest {

    private static final int BUFFER_BYTES = 1 << 16;

    private Digest() {}

    /// Of a file's bytes, as `sha256sum` prints it.
    public static String ofFile(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// Of a text's bytes in UTF-8.
    public static String ofText(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// Of several files: of the lines `digest  name` that `sha256sum` would print for them sorted by name. Where the
    /// files lie and in what order they are given does not count.
    public static String ofFiles(List<Path> files) throws IOException {
        MessageDigest digest = sha256();
        List<Path> sorted = files.stream()
                .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                .toList();
        for (Path file : sorted) {
            digest.update((ofFile(file) + "  " + file.getFileName() + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK must have SHA-256, this one lacks it", e);
        }
    }
}

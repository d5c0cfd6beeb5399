package dev.poise.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// A file on the hub, as the hub lists it.
///
/// @param path within its repository
/// @param bytes how long it is
/// @param checksum SHA-256 of a large file's content; of the others SHA-1 of git's blob, `blob <bytes>\0` and
/// content; in hexadecimal. It is the file's name in the cache
record HubFile(String path, long bytes, String checksum) {

    HubFile {
        if (bytes < 0 || !checksum.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
            throw new HubException(
                    path + ": the hub must tell its length and SHA-256 or SHA-1, got " + bytes + " and " + checksum);
        }
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals("..") || part.equals(".") || part.contains("\\")) {
                throw new HubException("a file's path on the hub must lie within its repository, got " + path);
            }
        }
    }

    /// A digest that the content has yet to be added to.
    MessageDigest digest() {
        try {
            if (checksum.length() == 64) {
                return MessageDigest.getInstance("SHA-256");
            }
            MessageDigest git = MessageDigest.getInstance("SHA-1");
            git.update(("blob " + bytes + "\0").getBytes(StandardCharsets.US_ASCII));
            return git;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1 and SHA-256", e);
        }
    }

    /// The name of the checksum, for messages.
    String algorithm() {
        return checksum.length() == 64 ? "SHA-256" : "git's SHA-1";
    }
}

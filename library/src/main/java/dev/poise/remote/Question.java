package dev.poise.remote;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What a service is asked once.
///
/// @param prompt what was completed
/// @param completions one to score, or two to compare
record Question(String prompt, List<String> completions) {

    /// Bytes of a digest that are kept: two of 2^64 questions would collide.
    private static final int KEY_BYTES = 16;

    Question {
        completions = List.copyOf(completions);
    }

    ObjectNode toJson() {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("prompt", prompt).put("completion", completions.getFirst());
        if (completions.size() > 1) {
            json.put("other", completions.get(1));
        }
        return json;
    }

    /// What its answer is kept by: the first half of the SHA-256 of all that it depends on.
    ///
    /// @param identity of the service
    String key(String identity) {
        MessageDigest digest = sha256();
        add(digest, identity);
        add(digest, prompt);
        completions.forEach(completion -> add(digest, completion));
        return HexFormat.of().formatHex(digest.digest(), 0, KEY_BYTES);
    }

    /// Its length first, so that texts that are cut elsewhere differ.
    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK must have SHA-256, this one lacks it", e);
        }
    }
}

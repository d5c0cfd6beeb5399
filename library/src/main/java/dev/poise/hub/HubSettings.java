package dev.poise.hub;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Where the hub is, and where its files are kept, by the environment variables of the `huggingface_hub` library.
///
/// @param endpoint the hub's address, without a slash at its end
/// @param cache the folder of all downloads
/// @param token who asks; empty for nobody in particular
/// @param offline whether nothing may be asked of the hub
public record HubSettings(URI endpoint, Path cache, Optional<String> token, boolean offline) {

    private static final Set<String> TRUE = Set.of("1", "on", "yes", "true");

    public HubSettings {
        String scheme = endpoint.getScheme();
        if (endpoint.getHost() == null
                || scheme == null
                || !Set.of("https", "http").contains(scheme)) {
            throw new HubException("HF_ENDPOINT must be an address such as https://huggingface.co, got " + endpoint);
        }
    }

    /// The settings that an environment asks for.
    ///
    /// | variable | is | default |
    /// |---|---|---|
    /// | `HF_ENDPOINT` | the hub's address | https://huggingface.co |
    /// | `HF_HOME` | folder of everything | `$XDG_CACHE_HOME/huggingface`, `~/.cache/huggingface` |
    /// | `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE` | folder of downloads | `$HF_HOME/hub` |
    /// | `HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN` | who asks | the file `HF_TOKEN_PATH`, else `$HF_HOME/token` |
    /// | `HF_HUB_OFFLINE`, `TRANSFORMERS_OFFLINE` | whether the hub is left alone | no |
    ///
    /// @param home the user's folder
    /// @throws HubException when a value makes no sense
    public static HubSettings of(Map<String, String> environment, Path home) {
        Path huggingface = path(environment, "HF_HOME", home)
                .or(() -> path(environment, "XDG_CACHE_HOME", home).map(folder -> folder.resolve("huggingface")))
                .orElse(home.resolve(".cache").resolve("huggingface"));
        Path cache = path(environment, "HF_HUB_CACHE", home)
                .or(() -> path(environment, "HUGGINGFACE_HUB_CACHE", home))
                .orElse(huggingface.resolve("hub"));
        Path file = path(environment, "HF_TOKEN_PATH", home).orElse(huggingface.resolve("token"));
        Optional<String> token = value(environment, "HF_TOKEN")
                .or(() -> value(environment, "HUGGING_FACE_HUB_TOKEN"))
                .or(() -> token(file))
                .map(String::strip);
        // A line break in a header would be refused with the token in the message.
        if (token.isPresent() && !token.get().matches("[\\x21-\\x7e]+")) {
            throw new HubException("the token of HF_TOKEN or " + file + " must be one word, got something else");
        }
        boolean offline = value(environment, "HF_HUB_OFFLINE")
                .or(() -> value(environment, "TRANSFORMERS_OFFLINE"))
                .filter(value -> TRUE.contains(value.toLowerCase(Locale.ROOT)))
                .isPresent();
        return new HubSettings(endpoint(environment), cache, token, offline);
    }

    private static URI endpoint(Map<String, String> environment) {
        String address = value(environment, "HF_ENDPOINT").orElse("https://huggingface.co");
        try {
            return new URI(address.replaceAll("/+$", ""));
        } catch (URISyntaxException e) {
            throw new HubException("HF_ENDPOINT must be an address, got " + address, e);
        }
    }

    private static Optional<Path> path(Map<String, String> environment, String name, Path home) {
        return value(environment, name)
                .map(value -> value.equals("~") || value.startsWith("~/")
                        ? home.resolve(value.substring(Math.min(2, value.length())))
                        : Path.of(value));
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    private static Optional<String> token(Path file) {
        try {
            return Files.isRegularFile(file)
                    ? Optional.of(Files.readString(file)).filter(text -> !text.isBlank())
                    : Optional.empty();
        } catch (IOException e) {
            throw new HubException(file + ": the token cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /// Without the token, which belongs in no message.
    @Override
    public String toString() {
        return "HubSettings[" + endpoint + ", " + cache + (offline ? ", offline" : "")
                + (token.isPresent() ? ", with a token]" : "]");
    }
}

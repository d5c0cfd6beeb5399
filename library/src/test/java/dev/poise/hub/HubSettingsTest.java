package dev.poise.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HubSettingsTest {

    @TempDir
    Path home;

    @Test
    void readsTheVariablesOfHuggingFace() {
        HubSettings bare = HubSettings.of(Map.of(), home);
        assertThat(bare.endpoint()).isEqualTo(URI.create("https://huggingface.co"));
        assertThat(bare.cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
        assertThat(bare.token()).isEmpty();
        assertThat(bare.offline()).isFalse();
        assertThat(HubSettings.of(Map.of("XDG_CACHE_HOME", "/x"), home).cache())
                .isEqualTo(Path.of("/x/huggingface/hub"));
        assertThat(HubSettings.of(Map.of("HF_HOME", "~/h", "XDG_CACHE_HOME", "/x"), home)
                        .cache())
                .isEqualTo(home.resolve("h/hub"));
        assertThat(HubSettings.of(Map.of("HF_HUB_CACHE", "/c", "HF_HOME", "/h"), home)
                        .cache())
                .isEqualTo(Path.of("/c"));
        assertThat(HubSettings.of(Map.of("HF_HUB_OFFLINE", "1"), home).offline())
                .isTrue();
        assertThat(HubSettings.of(Map.of("HF_HUB_OFFLINE", "0"), home).offline())
                .isFalse();
        assertThat(HubSettings.of(Map.of("HF_ENDPOINT", "http://mirror:8080/"), home)
                        .endpoint())
                .isEqualTo(URI.create("http://mirror:8080"));
    }

    @Test
    void findsTheToken() throws IOException {
        Path file = home.resolve(".cache/huggingface/token");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "of-file\n");
        assertThat(HubSettings.of(Map.of(), home).token()).contains("of-file");
        assertThat(HubSettings.of(Map.of("HF_TOKEN", " of-variable "), home).token())
                .contains("of-variable");
        assertThat(HubSettings.of(Map.of("HF_TOKEN_PATH", "/nowhere"), home).token())
                .isEmpty();
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> HubSettings.of(Map.of("HF_ENDPOINT", "ftp://x"), home))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("HF_ENDPOINT must be an address");
        assertThatThrownBy(() -> HubSettings.of(Map.of("HF_ENDPOINT", "not an address"), home))
                .hasMessageContaining("HF_ENDPOINT must be an address");
        assertThatThrownBy(() -> HubSettings.of(Map.of("HF_TOKEN", "two\nlines"), home))
                .hasMessageContaining("must be one word")
                .hasMessageNotContaining("lines");
    }
}

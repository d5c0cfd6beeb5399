package dev.poise.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/// Puts data, our style and script and the chart library into one HTML file.
///
/// Text from outside can hold anything, so it enters the page only as JSON that contains no `<`, and our script
/// makes text nodes of it. Behind that, the page's own security policy allows no request and no script but the two
/// inlined.
public final class Page {

    private static final String CHARTS = "/META-INF/resources/webjars/echarts/5.5.0/echarts.common.min.js";

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\w+)}}");

    private Page() {}

    /// A page. Its parts lie beside the class that makes it: `name.html`, the sections of the page; `name.js`, which
    /// draws `data` into them after `page.js` and ends with `finish()`; and, where it has a style of its own,
    /// `name.css`.
    ///
    /// @param room the class beside which the parts lie
    /// @param name of the page
    /// @param data what JSON can hold; with a `title`
    public static String render(Class<?> room, String name, Object data) {
        return render(room, name, data, "");
    }

    /// A page that asks its own server for data while it is open.
    ///
    /// @param room the class beside which the parts lie
    /// @param name of the page
    /// @param data what JSON can hold; with a `title`
    public static String renderLive(Class<?> room, String name, Object data) {
        return render(room, name, data, "; connect-src 'self'");
    }

    private static String render(Class<?> room, String name, Object data, String allowed) {
        String charts = inlined(required(Page.class, CHARTS));
        String script = inlined(required(Page.class, "page.js") + required(room, name + ".js"));
        Map<String, String> parts = Map.of(
                "name",
                name,
                "policy",
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src " + hash(charts) + " "
                        + hash(script) + allowed,
                "style",
                required(Page.class, "page.css") + resource(room, name + ".css").orElse(""),
                "main",
                required(room, name + ".html"),
                "data",
                JsonMapper.shared().writeValueAsString(data).replace("<", "\\u003c"),
                "charts",
                charts,
                "script",
                script);
        // One pass: what a part contains is never taken for a placeholder.
        return PLACEHOLDER
                .matcher(required(Page.class, "page.html"))
                .replaceAll(match -> Matcher.quoteReplacement(parts.getOrDefault(match.group(1), match.group())));
    }

    /// Script text that cannot close its own element: both forms mean the same to JavaScript, not to an HTML parser.
    private static String inlined(String script) {
        return script.replace("</script", "<\\/script").replace("<!--", "<\\!--");
    }

    /// How a content security policy names an inline script.
    private static String hash(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 must be available in every Java", e);
        }
    }

    private static String required(Class<?> room, String name) {
        return resource(room, name)
                .orElseThrow(() -> new IllegalStateException(name + " must be on the class path, got nothing"));
    }

    private static Optional<String> resource(Class<?> room, String name) {
        try (InputStream stream = room.getResourceAsStream(name)) {
            return stream == null
                    ? Optional.empty()
                    : Optional.of(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

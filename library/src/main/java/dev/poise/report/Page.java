package dev.poise.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
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

    static String render(ReportData data) {
        return render(resource("report.html"), resource("report.js"), data);
    }

    /// A page of its own.
    ///
    /// @param html with the placeholders `{{policy}}`, `{{style}}`, `{{header}}`, `{{data}}`, `{{charts}}` and
    /// `{{script}}`
    /// @param ownScript what runs behind `page.js`, which defines `data` and a few functions
    /// @param data what JSON can hold
    public static String render(String html, String ownScript, Object data) {
        String charts = inlined(resource(CHARTS));
        String script = inlined(resource("page.js") + ownScript);
        Map<String, String> parts = Map.of(
                "policy",
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src " + hash(charts) + " "
                        + hash(script),
                "style",
                resource("report.css"),
                "header",
                resource("header.html"),
                "data",
                JsonMapper.shared().writeValueAsString(data).replace("<", "\\u003c"),
                "charts",
                charts,
                "script",
                script);
        // One pass: what a part contains is never taken for a placeholder.
        return PLACEHOLDER
                .matcher(html)
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

    private static String resource(String name) {
        try (InputStream stream = Page.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException(name + " must be on the class path, got nothing");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.poise.template;

/// Escaping for HTML, which texts marked safe do to what joins them.
final class Html {

    private Html() {}

    /// A text as it joins another: escaped where that is marked safe and this is not.
    static Value.Str joined(Value.Str to, Value.Str text, Work work) {
        return to.safe() && !text.safe() ? escaped(text, work) : text;
    }

    static Value.Str escaped(Value.Str text, Work work) {
        if (text.safe()) {
            return text;
        }
        String escaped = text.text()
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
        work.chars(escaped.length());
        return new Value.Str(escaped, true);
    }
}

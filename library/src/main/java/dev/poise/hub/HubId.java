package dev.poise.hub;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What an id names on the hub: a model or data set at a revision, and perhaps a part of it.
///
/// @param kind what it is
/// @param name `organisation/name`, or the bare name of an old model
/// @param revision a branch, tag or commit
/// @param path of a file or folder within it; empty for all
/// @param split of a data set; empty for `train`
public record HubId(Kind kind, String name, String revision, String path, String split) {

    /// What is read where no revision is asked for.
    public static final String MAIN = "main";

    /// What the hub keeps.
    public enum Kind {
        MODEL("models", "", "model"),
        DATASET("datasets", "datasets/", "data set");

        private final String plural;
        private final String prefix;
        private final String words;

        Kind(String plural, String prefix, String words) {
            this.plural = plural;
            this.prefix = prefix;
            this.words = words;
        }

        /// Its name in paths of the API and of the cache.
        String plural() {
            return plural;
        }

        /// What stands before a name in the address of a file.
        String prefix() {
            return prefix;
        }
    }

    /// The hub's rule for a part of a name: word characters, dots and dashes, at most 96 of them.
    private static final String PART = "[A-Za-z0-9_][A-Za-z0-9._-]{0,95}";

    private static final Pattern BARE = Pattern.compile("(?<name>" + PART + "/" + PART + ")(?:@(?<revision>[^@#]+))?");

    /// Paths join two slashes to one, so that both ways to write it are understood. Of revisions with slashes those
    /// that the hub itself makes are told from a path behind them.
    private static final Pattern MARKED = Pattern.compile(
            "hf:/{0,2}(?<kind>datasets/|models/)?(?<name>" + PART + "/" + PART + "|" + PART
                    + "(?=[@#]|$))(?:@(?<revision>refs/(?:convert|pr)/[^@#/]+|[^@#/]+))?(?:/(?<path>[^#]*))?(?:#(?<split>[\\w.-]+))?");

    public HubId {
        if (name.contains("..") || name.contains("--") || name.endsWith(".git")) {
            throw new HubException(name + ": a name on the hub must not hold .. or -- nor end in .git");
        }
        if (revision.contains("..") || revision.startsWith("/") || revision.isBlank()) {
            throw new HubException(name + ": a revision must be a branch, tag or commit, got " + revision);
        }
        for (String part : path.split("/", -1)) {
            if (part.equals("..") || part.equals(".")) {
                throw new HubException(name + ": a path must lie within it, got " + path);
            }
        }
    }

    /// The model that a text names: `organisation/name[@revision]`, or the same behind `hf:`. Whether a folder of
    /// that name is meant instead is the caller's to know.
    ///
    /// @throws HubException when it is marked by `hf:` and makes no sense
    public static Optional<HubId> model(String text) {
        String plain = text.replace('\\', '/');
        Matcher bare = BARE.matcher(plain);
        return bare.matches() ? Optional.of(id(Kind.MODEL, bare, "", "")) : marked(plain, Kind.MODEL);
    }

    /// The data set that a text names: `hf:organisation/name[@revision][/path][#split]`. Without the mark it is a
    /// file.
    ///
    /// @throws HubException when it is marked by `hf:` and makes no sense
    public static Optional<HubId> dataset(String text) {
        return marked(text.replace('\\', '/'), Kind.DATASET);
    }

    private static Optional<HubId> marked(String text, Kind kind) {
        if (!text.startsWith("hf:")) {
            return Optional.empty();
        }
        Matcher matcher = MARKED.matcher(text);
        if (!matcher.matches()) {
            throw new HubException(text + ": must be hf:organisation/name, behind it perhaps @revision"
                    + (kind == Kind.DATASET ? ", /path and #split" : ""));
        }
        String said = matcher.group("kind");
        if (said != null && !said.equals(kind.plural + "/")) {
            throw new HubException(text + ": must name a " + kind.words + " here");
        }
        String path = Optional.ofNullable(matcher.group("path")).orElse("");
        String split = Optional.ofNullable(matcher.group("split")).orElse("");
        if (kind == Kind.MODEL && !(path.isEmpty() && split.isEmpty())) {
            throw new HubException(text + ": a model is read as a whole, got a path or split behind its name");
        }
        return Optional.of(id(kind, matcher, path.replaceAll("/+$", ""), split));
    }

    private static HubId id(Kind kind, Matcher matcher, String path, String split) {
        String revision = Optional.ofNullable(matcher.group("revision")).orElse(MAIN);
        return new HubId(kind, requireNonNull(matcher.group("name")), revision, path, split);
    }

    /// As people call it.
    @Override
    public String toString() {
        return name + (revision.equals(MAIN) ? "" : "@" + revision);
    }

    /// What it is, for messages.
    String words() {
        return kind.words;
    }
}

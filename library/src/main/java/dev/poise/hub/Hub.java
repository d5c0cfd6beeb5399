package dev.poise.hub;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Brings models and data sets of the hub to this machine.
///
/// What is at hand is not fetched again; where the hub is not to be asked or cannot be reached, what is at hand is
/// taken if it is whole.
public final class Hub {

    /// How long a connection may send nothing before it counts as cut.
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private final HubSettings settings;
    private final HubProgress progress;
    private final HubClient client;
    private final Duration silence;

    /// @param progress told how downloads go
    public Hub(HubSettings settings, HubProgress progress) {
        this(settings, progress, SILENCE);
    }

    /// @param silence how long a connection may send nothing before it counts as cut
    Hub(HubSettings settings, HubProgress progress, Duration silence) {
        this.settings = settings;
        this.progress = progress;
        this.silence = silence;
        this.client = new HubClient(settings, silence, progress::note);
    }

    /// The name and commit of a folder that a model was fetched to, as `organisation/name@commit`; empty where a
    /// folder is none of the hub's cache.
    public static Optional<String> nameOf(Path folder) {
        return HubCache.nameOf(folder);
    }

    /// A folder with everything of a model that is needed: settings, tokenizer, chat template and weights.
    ///
    /// @throws HubException when it cannot be had
    public Path model(HubId id) {
        HubCache cache = new HubCache(settings.cache(), id);
        Optional<HubRevision> revision = listing(id, cache);
        if (revision.isEmpty()) {
            String commit = atHand(id, cache);
            requireWhole(id, cache, commit);
            return cache.snapshot(commit);
        }
        HubRevision at = revision.get();
        List<HubFile> files = ModelFiles.first(id, at);
        Optional<HubFile> index = at.file(ModelFiles.INDEX);
        if (index.isPresent()) {
            fetch(id, cache, at, List.of(index.get()));
            for (String shard : shards(id, cache, at.commit())) {
                files.add(at.file(shard)
                        .orElseThrow(() -> new HubException("model " + id + ": " + ModelFiles.INDEX + " names " + shard
                                + ", which the hub does not hold")));
            }
        }
        fetch(id, cache, at, files);
        cache.remember(id.revision(), at.commit());
        return cache.snapshot(at.commit());
    }

    /// The files of a data set that the id names.
    ///
    /// @param readable which files hold rows, by their names
    /// @throws HubException when they cannot be had
    public List<Path> dataset(HubId id, Predicate<String> readable) {
        HubCache cache = new HubCache(settings.cache(), id);
        Optional<HubRevision> revision = listing(id, cache);
        String commit = revision.map(HubRevision::commit).orElseGet(() -> atHand(id, cache));
        List<String> all = revision.map(
                        at -> at.files().stream().map(HubFile::path).toList())
                .orElseGet(() -> cache.filesOf(commit));
        List<String> chosen = DatasetFiles.chosen(id, all, readable);
        if (revision.isPresent()) {
            HubRevision at = revision.get();
            fetch(
                    id,
                    cache,
                    at,
                    chosen.stream().map(path -> at.file(path).orElseThrow()).toList());
            cache.remember(id.revision(), commit);
        } else {
            requireAllParts(id, chosen);
        }
        return chosen.stream().map(cache.snapshot(commit)::resolve).toList();
    }

    /// What the hub holds; empty where it is not asked, or cannot be reached or is busy and something is at hand.
    private Optional<HubRevision> listing(HubId id, HubCache cache) {
        if (settings.offline()) {
            return Optional.empty();
        }
        try {
            return Optional.of(client.revision(id));
        } catch (IOException e) {
            if (cache.commit(id.revision()).isEmpty()) {
                throw unreachable(id, e);
            }
            progress.note(id + ": " + settings.endpoint() + " cannot be reached (" + said(e)
                    + "); taking what is in the cache");
            return Optional.empty();
        } catch (HubException e) {
            if (!e.isPassing() || cache.commit(id.revision()).isEmpty()) {
                throw e;
            }
            progress.note(e.getMessage() + "; taking what is in the cache");
            return Optional.empty();
        }
    }

    private String atHand(HubId id, HubCache cache) {
        return cache.commit(id.revision())
                .orElseThrow(() -> new HubException(id.words() + " " + id + ": is not in the cache " + settings.cache()
                        + ", and HF_HUB_OFFLINE says not to fetch it"));
    }

    /// A snapshot that another program left unfinished looks like any other.
    private void requireWhole(HubId id, HubCache cache, String commit) {
        List<String> files = cache.filesOf(commit);
        List<String> missing = new ArrayList<>();
        if (!files.contains(ModelFiles.CONFIG)) {
            missing.add(ModelFiles.CONFIG);
        }
        if (files.contains(ModelFiles.INDEX)) {
            shards(id, cache, commit).stream()
                    .filter(shard -> !files.contains(shard))
                    .forEach(missing::add);
        } else if (!files.contains(ModelFiles.SINGLE)) {
            missing.add(ModelFiles.SINGLE);
        }
        if (!missing.isEmpty()) {
            throw new HubException("model " + id + ": the copy in the cache lacks " + String.join(", ", missing) + " ("
                    + cache.snapshot(commit) + "); it must be fetched while the hub can be reached");
        }
    }

    /// Parts of a split say how many they are.
    private static void requireAllParts(HubId id, List<String> files) {
        for (String file : files) {
            String count = file.replaceAll("^.*-\\d{5}-of-(\\d{5}).*$", "$1");
            if (!count.equals(file) && Integer.parseInt(count) > files.size()) {
                throw new HubException("data set " + id + ": the copy in the cache holds " + files.size() + " of "
                        + Integer.parseInt(count) + " files; it must be fetched while the hub can be reached");
            }
        }
    }

    private static Set<String> shards(HubId id, HubCache cache, String commit) {
        Path index = cache.snapshot(commit).resolve(ModelFiles.INDEX);
        try {
            return ModelFiles.shards(id, Files.readAllBytes(index));
        } catch (IOException e) {
            throw new HubException(index + ": cannot be read (" + said(e) + ")", e);
        }
    }

    private void fetch(HubId id, HubCache cache, HubRevision revision, List<HubFile> files) {
        List<HubFile> missing = files.stream()
                .filter(file -> !cache.holds(revision.commit(), file))
                .toList();
        long total = missing.stream().mapToLong(HubFile::bytes).sum();
        long done = 0;
        try {
            requireRoom(id, cache, missing);
            for (HubFile file : missing) {
                long before = done;
                Download download = new Download(
                        client,
                        cache,
                        id,
                        revision.commit(),
                        file,
                        silence,
                        received -> progress.received(file.path(), before + received, total));
                cache.locked(
                        file,
                        () -> progress.note(id + ": waiting for another process that fetches " + file.path()),
                        download::run);
                cache.link(revision.commit(), file);
                done += file.bytes();
            }
        } catch (IOException e) {
            throw unreachable(id, e);
        }
    }

    private void requireRoom(HubId id, HubCache cache, List<HubFile> missing) throws IOException {
        long needed = missing.stream()
                .filter(file -> !cache.holdsBlob(file))
                .mapToLong(HubFile::bytes)
                .sum();
        if (needed == 0) {
            return;
        }
        FileStore store = Files.getFileStore(Files.createDirectories(settings.cache()));
        if (store.getUsableSpace() < needed) {
            throw new HubException(id + ": needs " + needed + " bytes in " + settings.cache() + ", where "
                    + store.getUsableSpace() + " are free; HF_HUB_CACHE may name another folder");
        }
    }

    private HubException unreachable(HubId id, IOException e) {
        return new HubException(
                id.words() + " " + id + ": cannot be fetched from " + settings.endpoint() + " (" + said(e) + ")", e);
    }

    private static String said(IOException e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}

package dev.poise.hub;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Which files of a data set's repository are read.
///
/// A split is what a file's name says (`data/train_prefs-00000-of-00002.parquet` is of the split `train_prefs`),
/// or else the folder it lies in. Folders hold configurations of their own, but for `data` and those named like a
/// split.
final class DatasetFiles {

    /// What the hub's own tools leave in a repository beside the rows.
    private static final Set<String> NOT_ROWS =
            Set.of("dataset_infos.json", "dataset_dict.json", "dataset_info.json", "state.json", "config.json");

    /// The splits that people ask for by these names, and the endings that are part of them (`train_sft`).
    private static final Pattern SPLIT = Pattern.compile(
            "(?:^|.*[-_.])?(?<split>(?:train|test|validation|valid|dev|eval)(?:_[A-Za-z0-9]+)*)(?:[-_.].*)?");

    private static final String TRAIN = "train";

    private DatasetFiles() {}

    /// The files that an id names, in the order of their paths.
    ///
    /// @param paths all files of the repository
    /// @param readable which of them hold rows, by their names
    /// @throws HubException when none does, or they are not of one split and configuration
    static List<String> chosen(HubId id, List<String> paths, Predicate<String> readable) {
        List<String> rows = paths.stream()
                .filter(readable)
                .filter(path -> within(id.path(), path))
                .filter(path -> path.equals(id.path()) || !NOT_ROWS.contains(last(path)))
                .filter(path -> path.equals(id.path()) || !("/" + path).contains("/."))
                .sorted()
                .toList();
        String what = "data set " + id + (id.path().isEmpty() ? "" : "/" + id.path());
        if (rows.isEmpty()) {
            throw new HubException(what + ": must hold files of rows (.parquet, .jsonl, .json), got none among "
                    + paths.size() + " files");
        }
        if (rows.equals(List.of(id.path()))) {
            return rows;
        }
        TreeSet<String> splits = rows.stream().map(DatasetFiles::split).collect(Collectors.toCollection(TreeSet::new));
        String split = id.split().isEmpty() ? (splits.size() == 1 ? splits.first() : TRAIN) : id.split();
        List<String> chosen =
                rows.stream().filter(path -> split(path).equals(split)).toList();
        if (chosen.isEmpty()) {
            throw new HubException(what + ": has no split " + split + "; write one of "
                    + splits.stream()
                            .map(other -> other.isEmpty() ? "its files' paths" : "#" + other)
                            .collect(Collectors.joining(", "))
                    + " behind its name");
        }
        Set<String> folders =
                chosen.stream().map(DatasetFiles::configuration).collect(Collectors.toCollection(TreeSet::new));
        if (folders.size() > 1) {
            throw new HubException(what + ": holds several sets; write one of "
                    + folders.stream()
                            .map(folder -> folder.isEmpty() ? "its files' paths" : "/" + folder)
                            .collect(Collectors.joining(", "))
                    + " behind its name");
        }
        Set<String> kinds = chosen.stream()
                .map(path -> last(path).replaceAll("^.*?\\.(parquet|jsonl?(\\.gz|\\.zst)?)$", ".$1"))
                .collect(Collectors.toCollection(TreeSet::new));
        if (kinds.size() > 1) {
            // Usually the same rows twice.
            throw new HubException(what + ": holds its rows as " + String.join(" and ", kinds)
                    + "; write one file's path behind its name, such as /" + chosen.getFirst());
        }
        return chosen;
    }

    private static boolean within(String folder, String path) {
        return folder.isEmpty() || path.equals(folder) || path.startsWith(folder + "/");
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String folder(String path) {
        return path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "";
    }

    /// The split of a file; empty where neither its name nor its folder says one.
    static String split(String path) {
        String stem = last(path).toLowerCase(Locale.ROOT).replaceAll("\\.(parquet|jsonl?)(\\.gz|\\.zst)?$", "");
        String plain = stem.replaceAll("-\\d{5}-of-\\d{5}.*$", "");
        Matcher name = SPLIT.matcher(plain);
        if (name.matches()) {
            return requireNonNull(name.group("split"));
        }
        Matcher folder = SPLIT.matcher(last(folder(path)).toLowerCase(Locale.ROOT));
        return folder.matches() ? requireNonNull(folder.group("split")) : "";
    }

    /// The folder that a file's configuration has for itself; empty where there is none.
    private static String configuration(String path) {
        String folder = folder(path);
        while (!folder.isEmpty()
                && (last(folder).equals("data") || SPLIT.matcher(last(folder)).matches())) {
            folder = folder(folder);
        }
        return folder;
    }
}

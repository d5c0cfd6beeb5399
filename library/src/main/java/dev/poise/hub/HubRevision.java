package dev.poise.hub;

import java.util.List;
import java.util.Optional;

/// What a repository of the hub holds at one commit.
///
/// @param commit 40 hexadecimal digits
/// @param files all of them, in the order of their paths
record HubRevision(String commit, List<HubFile> files) {

    HubRevision {
        if (!commit.matches("[0-9a-f]{40}")) {
            throw new HubException("a commit of the hub must be 40 hexadecimal digits, got " + commit);
        }
        files = List.copyOf(files);
    }

    Optional<HubFile> file(String path) {
        return files.stream().filter(file -> file.path().equals(path)).findFirst();
    }
}

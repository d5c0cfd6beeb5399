package dev.poise.online;

import dev.poise.data.Shuffle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What is remembered of earlier rounds, so that later ones can go through it again.
///
/// Of round t − k, `share · decayᵏ⁻¹` of the prompts come again at round t, drawn anew by the seed, with all
/// their completions.
///
/// Source: arXiv 2404.03715, section 5.1, which keeps at most 30 % of the pairs of iteration t − 1 and 15 % of
/// those of t − 2: a share of 0.3 that decays by 0.5.
///
/// @param share in [0, 1]
/// @param decay in [0, 1]
/// @param rounds how many rounds are remembered
/// @param groups those of the remembered rounds, oldest first
public record Memory(double share, double decay, int rounds, List<Group> groups) {

    public Memory {
        groups = List.copyOf(groups);
    }

    /// Remembers the groups of a round and forgets those that are too old.
    public Memory remembering(List<Group> fresh) {
        if (share == 0 || fresh.isEmpty()) {
            return this;
        }
        long oldest = fresh.getFirst().round() - rounds + 1;
        List<Group> kept = new ArrayList<>(
                groups.stream().filter(group -> group.round() >= oldest).toList());
        kept.addAll(fresh);
        return new Memory(share, decay, rounds, kept);
    }

    /// What comes again at a round.
    ///
    /// @param round later than all that are remembered
    public List<Group> at(long round, long seed) {
        List<Group> again = new ArrayList<>();
        for (int age = 1; age <= rounds; age++) {
            long wanted = round - age;
            List<Group> old =
                    groups.stream().filter(group -> group.round() == wanted).toList();
            int count = (int) Math.floor(share * Math.pow(decay, age - 1) * old.size());
            int[] order = Shuffle.epoch(old.size(), seed + age, Math.toIntExact(round));
            Arrays.stream(order, 0, count).mapToObj(old::get).forEach(again::add);
        }
        return again;
    }
}

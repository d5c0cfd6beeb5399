package dev.poise.advise;

import java.util.List;
import java.util.Map;

/// Where a user stands, as far as the evidence decides it.
public sealed interface Standing {

    /// What said which answers are good ones.
    enum Basis {
        /// A reward.
        REWARD,
        /// The data's labels alone: the chosen answers stand for the high-reward ones.
        LABELS
    }

    /// How many resamples of prompts came out at each place, as shares; empty where nothing could be resampled.
    Map<Place, Double> shares();

    /// What said which answers are good ones.
    Basis basis();

    /// In one place.
    record Placed(Place place, Map<Place, Double> shares, Basis basis) implements Standing {
        public Placed {
            shares = Map.copyOf(shares);
        }

        /// Share of resamples that agree.
        public double agreement() {
            return shares.getOrDefault(place, 1.0);
        }
    }

    /// Not decided.
    ///
    /// @param among the places it may be, likeliest first; at least one
    /// @param lacking what would decide it, a line each
    record Open(List<Place> among, List<String> lacking, Map<Place, Double> shares, Basis basis) implements Standing {
        public Open {
            among = List.copyOf(among);
            lacking = List.copyOf(lacking);
            shares = Map.copyOf(shares);
        }
    }
}

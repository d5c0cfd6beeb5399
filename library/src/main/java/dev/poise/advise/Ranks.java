package dev.poise.advise;

/// Where an answer of the data stands among the K answers that the reference wrote to the same prompt.
///
/// If data and reference were one distribution, all K + 1 places would be equally likely, whatever the prompt and
/// whatever is compared. What a statistic shows of two distributions is never more than there is: their overlap
/// by ranks is an upper bound of their overlap (data-processing inequality for the total variation distance).
final class Ranks {

    private Ranks() {}

    /// Adds one to the places of a value, shared equally among those that ties leave open.
    ///
    /// @param places `[K + 1]`, from below all to above all
    static void add(double[] places, double value, double[] own) {
        int below = 0;
        int ties = 0;
        for (double other : own) {
            below += other < value ? 1 : 0;
            ties += other == value ? 1 : 0;
        }
        for (int place = below; place <= below + ties; place++) {
            places[place] += 1.0 / (ties + 1);
        }
    }

    /// The overlap of the places with equal ones, Σ min(f, 1/(K + 1)), in [1/(K + 1), 1]: 1 less the total variation
    /// distance (the overlapping coefficient of Weitzman 1970). Noise of few answers makes it smaller, not larger.
    static double overlap(double[] places) {
        double total = total(places);
        double sum = 0;
        for (double place : places) {
            sum += Math.min(place / total, 1.0 / places.length);
        }
        return sum;
    }

    /// Effective coverage: the share of the reference's places that the data effectively hold, 1/((K + 1) Σ f²), in
    /// (0, 1]. Σ f² is Simpson's unbiased (Σ n(n − 1))/(n(n − 1)) (Nature 163 (1949) 688). It is Kish's effective
    /// sample size, as a share, of the reference's answers weighted by how often the data stand at their place. Our
    /// definition.
    static double effective(double[] places) {
        double total = total(places);
        if (total < 2) {
            return Double.NaN;
        }
        double squares = 0;
        for (double place : places) {
            squares += place * place;
        }
        double simpson = Math.max((squares / total - 1) / (total - 1), 1.0 / places.length);
        return 1 / (places.length * Math.min(1, simpson));
    }

    /// The mean place in [0, 1]: 1/2 where data and reference are alike.
    static double mean(double[] places) {
        double sum = 0;
        for (int place = 0; place < places.length; place++) {
            sum += places[place] * place;
        }
        return sum / total(places) / (places.length - 1);
    }

    private static double total(double[] places) {
        double total = 0;
        for (double place : places) {
            total += place;
        }
        return total;
    }
}

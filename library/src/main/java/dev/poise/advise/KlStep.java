package dev.poise.advise;

import dev.poise.advise.Survey.Parting;

/// One step of gradient descent on the logits of a distribution p towards a target q, by either divergence, in closed
/// form.
///
///     forward, KL(q‖p):  ∂/∂s = p − q                        log p′ = log p + η (q − p) + c
///     reverse, KL(p‖q):  ∂/∂sᵢ = pᵢ (log(pᵢ/qᵢ) − KL(p‖q))    log p′ = log p − η p (log(p/q) − KL(p‖q)) + c
///
/// Forward steps are those of likelihood (Pref-FT, best of N, RWR), reverse ones those of on-policy methods and of
/// contrastive losses (lemma 6.1 and section 6 of arXiv 2404.14367). The forms are our derivation.
///
/// The target here is q ∝ p e^t at the token with which a chosen answer goes on and q ∝ p e^−t at the rejected one's,
/// with t = [#TILT]: π_ref exp(r/β) of a reward that tells just the two apart. Our choice.
public final class KlStep {

    /// t, nats. Our rule: the moves are compared, and their size is η's to say.
    public static final double TILT = 1;

    /// η.
    public static final double RATE = 1;

    private KlStep() {}

    /// The target that favours one token over another by e^2t.
    static double[] target(double[] p, int good, int bad) {
        double[] q = p.clone();
        q[good] *= Math.exp(TILT);
        q[bad] *= Math.exp(-TILT);
        return normalised(q);
    }

    /// p after a step of rate η on KL(q‖p).
    static double[] forward(double[] p, double[] q, double rate) {
        double[] next = new double[p.length];
        for (int i = 0; i < p.length; i++) {
            next[i] = p[i] * Math.exp(rate * (q[i] - p[i]));
        }
        return normalised(next);
    }

    /// p after a step of rate η on KL(p‖q).
    static double[] reverse(double[] p, double[] q, double rate) {
        double divergence = 0;
        for (int i = 0; i < p.length; i++) {
            divergence += p[i] == 0 ? 0 : p[i] * Math.log(p[i] / q[i]);
        }
        double[] next = new double[p.length];
        for (int i = 0; i < p.length; i++) {
            next[i] = p[i] == 0 ? 0 : p[i] * Math.exp(-rate * p[i] * (Math.log(p[i] / q[i]) - divergence));
        }
        return normalised(next);
    }

    private static double[] normalised(double[] weights) {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        double[] shares = new double[weights.length];
        for (int i = 0; i < weights.length; i++) {
            shares[i] = weights[i] / sum;
        }
        return shares;
    }

    /// How much more log(p(good)/p(bad)) grows by a forward step, per unit of η: (q_g − p_g) − (q_b − p_b).
    static double forwardMargin(Parting at) {
        double z = partition(at);
        return at.good() * (Math.exp(TILT) / z - 1) - at.bad() * (Math.exp(-TILT) / z - 1);
    }

    /// The same by a reverse step: p_g (t − a) + p_b (t + a) with a = t (p_g − p_b), since log(q/p) is ±t − log Z at
    /// the two tokens and −log Z elsewhere. Our derivation.
    static double reverseMargin(Parting at) {
        double mean = TILT * (at.good() - at.bad());
        return at.good() * (TILT - mean) + at.bad() * (TILT + mean);
    }

    private static double partition(Parting at) {
        return 1 + at.good() * (Math.exp(TILT) - 1) + at.bad() * (Math.exp(-TILT) - 1);
    }

    /// Whether pushing the rejected token down raises the chosen one: Σ p² ≤ p_g + p_b. The gradients' inner product
    /// over the logits is Σ p² − p_g − p_b, and (6.3) of lemma 6.2 needs it to be at most 0. Our derivation for a
    /// softmax; otherwise the mass goes to other tokens.
    static boolean pushHelps(Parting at) {
        return at.collision() <= at.good() + at.bad();
    }
}

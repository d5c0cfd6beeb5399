package dev.poise.gradient;

import java.util.ArrayList;
import java.util.List;

/// The gradient of a pair's loss by the logits at one position, in the three cases that there are.
///
/// With p = softmax(s) and one-hot vectors e, where both answers were the same up to here (our derivation):
///
/// ```
/// both go on with y              ∂L/∂s = −(w⁺ − w⁻)(e_y − p)
/// one with g, the other with b   ∂L/∂s = −w⁺ e_g + w⁻ e_b + (w⁺ − w⁻) p
/// ```
///
/// and where they were not, each has logits of its own:
///
/// ```
/// of the chosen answer           ∂L/∂s⁺ = −w⁺ (e_y − p⁺)
/// of the rejected one            ∂L/∂s⁻ =  w⁻ (e_y − p⁻)
/// ```
///
/// So DPO, with w⁺ = w⁻, learns nothing on shared tokens, and where answers part it moves the two tokens' logits
/// and no other. Gradient descent moves logits against these vectors.
public final class LogitGradient {

    private LogitGradient() {}

    /// Where both answers, alike so far, go on with the same token.
    public static double[] shared(double[] logits, int token, Weights weights) {
        return parting(logits, token, token, weights);
    }

    /// Where answers that were alike so far part.
    ///
    /// @param good what the chosen one goes on with
    /// @param bad what the rejected one goes on with
    public static double[] parting(double[] logits, int good, int bad, Weights weights) {
        double[] byLogits = softmax(logits);
        for (int v = 0; v < byLogits.length; v++) {
            byLogits[v] *= weights.good() - weights.bad();
        }
        byLogits[good] -= weights.good();
        byLogits[bad] += weights.bad();
        return byLogits;
    }

    /// At a position of the chosen answer alone.
    public static double[] ofGood(double[] logits, int token, Weights weights) {
        return shared(logits, token, new Weights(weights.good(), 0));
    }

    /// At a position of the rejected answer alone.
    public static double[] ofBad(double[] logits, int token, Weights weights) {
        return shared(logits, token, new Weights(0, weights.bad()));
    }

    /// Where probability goes: dp/dη of a step of descent on these logits alone, p ⊙ (d − ⟨p, d⟩) with d = −∂L/∂s.
    ///
    /// It sums to 0.
    public static double[] massShift(double[] logits, double[] byLogits) {
        double[] shift = softmax(logits);
        double mean = 0;
        for (int v = 0; v < shift.length; v++) {
            mean -= shift[v] * byLogits[v];
        }
        for (int v = 0; v < shift.length; v++) {
            shift[v] *= -byLogits[v] - mean;
        }
        return shift;
    }

    /// The tokens with the largest values, largest first; of equals the lower id first.
    ///
    /// @param but tokens that are left out, each once
    public static List<Integer> largest(double[] values, int count, List<Integer> but) {
        List<Integer> found = new ArrayList<>();
        for (int rank = 0; rank < Math.min(count, values.length - but.size()); rank++) {
            int best = -1;
            for (int token = 0; token < values.length; token++) {
                if ((best < 0 || values[token] > values[best]) && !found.contains(token) && !but.contains(token)) {
                    best = token;
                }
            }
            found.add(best);
        }
        return found;
    }

    static double[] softmax(double[] logits) {
        double most = Double.NEGATIVE_INFINITY;
        for (double logit : logits) {
            most = Math.max(most, logit);
        }
        double[] probabilities = new double[logits.length];
        double sum = 0;
        for (int v = 0; v < logits.length; v++) {
            probabilities[v] = Math.exp(logits[v] - most);
            sum += probabilities[v];
        }
        for (int v = 0; v < logits.length; v++) {
            probabilities[v] /= sum;
        }
        return probabilities;
    }
}

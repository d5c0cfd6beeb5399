/// The bandit laboratory: didactic problems on which every fine-tuning method can be trained in a second and measured
/// exactly, after "Preference Fine-Tuning of LLMs Should Leverage Suboptimal, On-Policy Data" (arXiv 2404.14367).
///
/// A method is a function from a round of samples to the derivative of its loss by their log-probabilities; a family
/// of distributions turns that into a derivative by the network's outputs in closed form, and a small network in
/// plain Java does the rest. Expected rewards, divergences and entropies are sums or integrals over all actions, not
/// estimates.
///
/// Not here: anything native. Pairwise losses are those of `objective`.
@NullMarked
package dev.poise.bandit;

import org.jspecify.annotations.NullMarked;

/// What is watched while a policy is tuned, and what follows from it: readings, alarms, stop rules, the governor.
///
/// Everything here is a pure function of numbers. [dev.poise.monitor.HeldOut] and [dev.poise.monitor.Own] make a
/// reading of what a forward pass and a sampler said; [dev.poise.monitor.Watch] folds readings into a state and tells
/// what happened, so that a run that goes on from a checkpoint, or a reader of a finished run's metrics, comes to the
/// same alarms at the same steps.
///
/// Sources: H. Shi et al. 2024, "Understanding likelihood over-optimisation in direct alignment algorithms"
/// (<https://arxiv.org/abs/2410.11677>), for what is measured and what the two signals are; the detectors, their
/// thresholds, the governor and the regulariser are ours, as the paper gives none.
///
/// Not here: forward passes, sampling, files (`train`); the diversity of texts (`evaluate`).
@NullMarked
package dev.poise.monitor;

import org.jspecify.annotations.NullMarked;

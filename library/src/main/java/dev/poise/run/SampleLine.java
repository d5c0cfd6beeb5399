package dev.poise.run;

/// What the policy answered to one prompt at one step.
///
/// @param step optimiser steps done; 0 before training
/// @param index which prompt: the same number is the same prompt at every step
/// @param prompt the prompt as the model read it
/// @param completion the answer, without the token it ended with
/// @param tokens how many tokens were sampled, the ending one included
/// @param finished whether the policy ended the answer; false where it was cut at the limit
public record SampleLine(long step, int index, String prompt, String completion, int tokens, boolean finished) {}

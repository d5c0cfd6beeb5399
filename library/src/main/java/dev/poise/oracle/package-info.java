/// Who wins: rewards by rule, the preference they imply, and how scored completions become pairs.
///
/// Rewards are written as one line, read by [dev.poise.oracle.Reward#parse]:
///
/// ```text
/// reward  = [ weight "*" ] rule
/// rule    = "length:" unit ":" goal
///         | ( "lexical:" | "lexical-share:" ) words
///         | ( "regex:" | "regex-count:" ) expression
///         | "model:" directory
/// unit    = "characters" | "words" | "tokens"
/// goal    = "shortest" | "longest" | "closest=" number
/// words   = good [ ";-" bad ] | "-" bad
/// good, bad = word { "," word }
/// ```
///
/// `0.5*length:words:closest=12`, `lexical:good,happy;-bad`, `regex-count:\b[A-Z]\w+`. Several lines are added up
/// ([dev.poise.oracle.Reward#parse(java.util.List)]). An expression is everything after its colon, spaces and all.
///
/// `model:` stands for a reward that was learnt. What reads one comes from outside
/// ([dev.poise.oracle.Reward#parse(java.util.List, java.util.function.Function)]), since rules need neither models nor
/// tensors.
///
/// Not here: statistics over many comparisons (`evaluate`).
@NullMarked
package dev.poise.oracle;

import org.jspecify.annotations.NullMarked;

/// Who wins: rewards by rule, the preference they imply, and how scored completions become pairs.
///
/// Rewards are written as one line, read by [dev.poise.oracle.Reward#parse]:
///
/// ```text
/// reward  = [ weight "*" ] rule
/// rule    = "length:" unit ":" goal
///         | ( "lexical:" | "lexical-share:" ) words
///         | ( "regex:" | "regex-count:" ) expression
///         | "expr:" formula
///         | "model:" directory
///         | "command" [ options ] ":" program { argument }
///         | "endpoint" [ options ] ":" url
/// unit    = "characters" | "words" | "tokens"
/// goal    = "shortest" | "longest" | "closest=" number
/// words   = good [ ";-" bad ] | "-" bad
/// good, bad = word { "," word }
/// options = "[" key "=" value { "," key "=" value } "]"
/// ```
///
/// `0.5*length:words:closest=12`, `lexical:good,happy;-bad`, `regex-count:\b[A-Z]\w+`. Several lines are added up
/// ([dev.poise.oracle.Reward#parse(java.util.List)]). An expression is everything after its colon, spaces and all. What
/// a formula may hold is in [dev.poise.oracle.Formula].
///
/// `model:` stands for a reward that was learnt, `command` and `endpoint` for one that something outside gives. What
/// reads or asks them comes from elsewhere
/// ([dev.poise.oracle.Reward#parse(java.util.List, java.util.function.Function, java.util.function.Function)]), since
/// rules need neither models nor sockets. Options of services ([dev.poise.oracle.Service.Manner]):
/// `endpoint[batch=16,timeout=30,retries=5,pause=0.5,version=2,token=VARIABLE]:https://host/score`, where `token` names
/// the environment variable with what is sent as `Authorization: Bearer`, and `header=NAME@VARIABLE` sends
/// another header.
///
/// Not here: statistics over many comparisons (`evaluate`).
@NullMarked
package dev.poise.oracle;

import org.jspecify.annotations.NullMarked;

/// Asking what is outside: commands and HTTP endpoints that score completions or compare two, in batches, again where
/// they fail, with their answers kept on disk and their calls counted.
///
/// **Questions** are JSON objects. A reward is asked `{"prompt": …, "completion": …}` and answers a number or
/// `{"score": number}`; a preference is asked `{"prompt": …, "completion": …, "other": …}` and answers
/// P(completion beats other | prompt) as a number in [0, 1] or `{"probability": number}`.
///
/// - A **command** reads one question a line on standard input and answers each with one line on standard output, in
///   order; it lives as long as it is used and is started again when it ends, stalls or answers something else.
/// - An **endpoint** is sent `{"inputs": [question, …]}` by POST and answers an array with one answer a question, or an
///   object that holds it as `scores` (`probabilities`).
///
/// What a service is, as a recipe or an option writes it, is a [dev.poise.oracle.Service].
///
/// Not here: rules and their language (`oracle`), reward models that are read and run (`train`).
@NullMarked
package dev.poise.remote;

import org.jspecify.annotations.NullMarked;

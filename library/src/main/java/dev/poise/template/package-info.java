/// Chat templates in their own language: Jinja, as Python's `transformers` sets it up.
///
/// [dev.poise.template.Template] is the door: text in, a parsed template out, and from a JSON object of variables
/// the rendered text with the spans that `{% generation %}` marks. The way of a template: `Lexer` -> `Parser` ->
/// [Statement] and [Expression] -> `Renderer`, `Evaluator`. Values are Python's ([Value]) and behave as there,
/// down to how a float is written. What a template asks for is paid for step by step, so that none loops for ever
/// or fills the memory, and nothing in it reaches files, classes or the network. Values never become templates.
///
/// Source: Jinja 3.1's documentation (<https://jinja.palletsprojects.com/en/stable/templates/>) and behaviour,
/// checked by running it beside this room; docs/decisions says why the room exists.
///
/// Not here: which template a model has and what its tokens are (`tokenize`).
@NullMarked
package dev.poise.template;

import org.jspecify.annotations.NullMarked;

#!/usr/bin/env python3
"""Render templates with transformers' own set-up of Jinja, for the tests to render the same.

Writes OUT/golden/templates.jsonl: one case a line, {"name", "template", "variables", "text"} with "generations" where
the template marks some, or "raised" (what raise_exception said), or "fails": true where Jinja or Python refuses. The
expressions and templates are our own, in the style of those that models come with. Every operator, filter, test and
method is tried on values of every type: of these a seeded sample is kept.

Needs transformers and jinja2 (pip).
Usage: make_templates.py [--out library/src/test/resources] [--seed 7] [--all]
"""

import argparse
import copy
import datetime
import itertools
import json
import pathlib
import random
import warnings

import jinja2
from transformers.utils import chat_template_utils

from template_cases import CONVERSATIONS, SNIPPETS, TEMPLATES

warnings.simplefilter("ignore")
NOW = datetime.datetime(2024, 7, 3, 9, 5, 2, 120)
VARIABLES = {
    "name": "Ada", "text": " Hello, wörld!\nSecond line\n", "empty": "", "number": 7, "negative": -3, "real": 2.5,
    "big": 123456789012345678901234567890, "yes": True, "no": False, "nothing": None, "list": [3, 1, 2],
    "words": ["beta", "Alpha", "gamma", "alpha"], "mixed": [1, "a", None, 2.5, True, [1, 2], {"k": "v"}],
    "map": {"b": 2, "a": 1, "C": [1, {"x": "y"}]}, "none_list": [], "none_map": {},
    "people": [
        {"name": "Bo", "age": 41, "tags": ["x", "y"], "home": {"city": "Ulm"}},
        {"name": "al", "age": 7, "tags": [], "home": {"city": "Oslo"}},
        {"name": "Cy", "age": 41, "tags": ["z"], "home": None},
    ],
    "quote": "it's \"so\" <b>&</b>", "smile": "a😀bé", "digits": "0042", "items_map": {"items": 1, "get": 2},
}
VALUES = [
    "name", "text", "empty", "number", "negative", "real", "big", "yes", "no", "nothing", "list", "words", "mixed",
    "map", "none_list", "none_map", "people", "quote", "smile", "digits", "missing", "(1, 'a')", "range(4)", "0", "1.0",
    "'7'", "map.items()", "list|map('string')", "(quote|safe)", "namespace(a=1)", "1e16", "-0.0", "dict(a=1)", "'é'",
]
OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"]
FILTERS = [
    "abs", "attr('name')", "batch(2)|list", "batch(2, 'x')|list", "capitalize", "center(9)", "count", "default('d')",
    "default('d', true)", "d('x', boolean=True)", "dictsort", "dictsort(true, 'value')", "dictsort(reverse=true)",
    "e", "escape", "filesizeformat", "first", "float", "float(1.5)", "forceescape", "format('a', 1)",
    "groupby('age')", "indent", "indent(2, true)", "indent('> ', blank=true)", "int", "int(9)", "int(base=16)",
    "items|list", "join", "join(', ')", "join('|', attribute='name')", "last", "length", "list", "lower",
    "map('upper')|list", "map(attribute='name')|list", "map(attribute='home.city', default='?')|list", "max", "min",
    "max(attribute='age')", "reject('none')|list", "reject('equalto', 'a')|list", "rejectattr('home')|list",
    "replace('l', 'L')", "replace('l', 'LL', 1)", "replace('', '-')", "reverse|list", "reverse", "round", "round(1)",
    "round(1, 'ceil')", "round(method='floor')", "safe", "select|list", "select('string')|list",
    "selectattr('age', 'gt', 10)|list", "selectattr('tags')|map(attribute='name')|join", "slice(2)|list",
    "slice(3, '-')|list", "sort", "sort(reverse=true)", "sort(case_sensitive=true)", "sort(attribute='age,name')",
    "string", "sum", "sum(attribute='age')", "sum(start=1)", "title", "tojson", "tojson(indent=2)",
    "tojson(ensure_ascii=true)", "tojson(separators=(',', ':'), sort_keys=true)", "tojson(indent='--')", "trim",
    "trim('HA a')", "truncate(9)", "truncate(9, true, '…')", "truncate(12, leeway=0)", "unique|list",
    "unique(true)|list", "upper", "wordcount", "nonsense",
]
TESTS = [
    "boolean", "callable", "defined", "divisibleby 2", "divisibleby(3)", "eq 7", "equalto 'Ada'", "even", "false",
    "float", "ge 2", "gt(2)", "in [7, 'Ada', none]", "in 'Ada 7'", "integer", "iterable", "le 7", "lower", "lt 3",
    "mapping", "ne none", "none", "number", "odd", "sameas true", "sameas none", "sequence", "string", "true",
    "undefined", "upper", "escaped", "nonsense", "not none", "not defined", "greaterthan 1", "lessthan 1",
]
METHODS = [
    "capitalize()", "center(12, '*')", "count('l')", "count('')", "endswith('!')", "endswith(('a', '\\n'))",
    "expandtabs()", "find('l')", "find('l', 4)", "find('', 99)", "format(1, x=2)", "index('l')", "isalnum()",
    "isalpha()", "isascii()", "isdecimal()", "isdigit()", "islower()", "isnumeric()", "isspace()", "istitle()",
    "isupper()", "join(['a', 'b'])", "join([1])", "ljust(9)", "lower()", "lstrip()", "lstrip(' H')", "partition(' ')",
    "removeprefix('A')", "removesuffix('a')", "replace('l', '')", "replace('l', 'x', 1)", "rfind('l')", "rindex('z')",
    "rjust(9, '.')", "rpartition(' ')", "rsplit(None, 1)", "rsplit('l', 1)", "rstrip()", "rstrip('\\n!')", "split()",
    "split(' ')", "split('l', 1)", "split(maxsplit=1)", "split('')", "splitlines()", "splitlines(true)",
    "startswith('A')", "startswith(' H', 0)", "strip()", "strip('A a')", "swapcase()", "title()", "upper()", "zfill(9)",
    "items()", "keys()", "values()", "get('a')", "get('z', 9)", "get('z')", "copy()", "append(1)", "pop()",
    "update({})", "index(1)", "count(1)", "sort()", "nonsense()", "nonsense", "items", "a", "name", "0", "get",
]
SUBSCRIPTS = [
    "0", "-1", "99", "'a'", "'items'", "none", "1.0", "true", ":", "1:", ":1", "-2:", ":-1", "::2", "::-1", "1:3", "3:1:-1",
    "none:2", "-99:99", "::0", "'a':", "1, 2",
]


def combinations():
    """Every operator, filter, test, method and subscript on values of every type."""
    for left, operator, right in itertools.product(VALUES, OPERATORS, VALUES):
        if operator == "**" and (right == "big" or left in ("negative", "-0.0")):
            continue  # Python would work on it for ever; complex numbers are left out, and so are views as sets
        if operator[0] in "<>" and left == right == "map.items()":
            continue
        yield f"{{{{ {left} {operator} {right} }}}}"
    for value, filter_ in itertools.product(VALUES, FILTERS):
        if filter_ == "wordcount" and "|map" in value:
            continue  # counts the words of an object's address
        yield f"{{{{ {value}|{filter_} }}}}"
    for value, test in itertools.product(VALUES, TESTS):
        yield f"{{{{ {value} is {test} }}}}"
    for value, method in itertools.product(VALUES, METHODS):
        yield f"{{{{ ({value}).{method} }}}}"
    for value, subscript in itertools.product(VALUES, SUBSCRIPTS):
        if not value.isidentifier() and ":" in subscript:
            continue  # slices of constants are worked out before rendering, by other rules
        yield f"{{{{ ({value})[{subscript}] }}}}"
    for value in VALUES:
        for form in ("{{ %s }}", "{{ [%s] }}", "{{ not %s }}", "{{ -%s }}", "{{ +(%s) }}", "{{ 'x' if %s }}",
                     "{%% for x in %s %%}{{ x }};{%% else %%}none{%% endfor %%}", "{{ '%%s' %% (%s,) }}",
                     "{{ '%%d' %% (%s) }}", "{{ '%%5.1f|' %% %s }}", "{{ '%%r' %% [%s] }}", "{{ '{:>8}'.format(%s) }}",
                     "{{ '{!r}'.format(%s) }}", "{{ '{:.2f}'.format(%s) }}", "{{ '{:,}'.format(%s) }}",
                     "{{ (%s).x.y }}", "{{ {'k': %s} }}", "{%% set x = %s %%}{{ x }}", "{{ {%s: 1} }}",
                     "{{ dict(%s) }}", "{{ range(%s)|list }}", "{%% set a, b = %s %%}{{ a }}{{ b }}"):
            yield form % value


def place_free(text):
    """Whether a text is the same on every run: objects print their address."""
    return " at 0x" not in text.lower() and "generator" not in text and "g-e-n-e-r" not in text


def render(template, variables):
    """What transformers renders, or how it fails."""
    variables = copy.deepcopy(variables)  # `indent` of a list changes it
    try:
        compiled = chat_template_utils._compile_jinja_template(template)
        compiled.globals["strftime_now"] = NOW.strftime
        if "generation %}" in template or "generation -%}" in template:
            given = {"messages": None, "tools": None, "documents": None, "add_generation_prompt": None, **variables}
            text, spans = chat_template_utils._render_with_assistant_indices(compiled, **given)
            return {"text": text, "generations": spans}
        return {"text": compiled.render(**variables)}
    except jinja2.exceptions.TemplateError as error:
        raised = type(error) is jinja2.exceptions.TemplateError
        return {"raised": str(error.message)} if raised else {"fails": True}
    except Exception:  # whatever Python raises
        return {"fails": True}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("library/src/test/resources"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--all", action="store_true", help="keep every combination")
    options = parser.parse_args()
    cases = [(f"snippet {index}", snippet, VARIABLES) for index, snippet in enumerate(SNIPPETS)]
    for (name, template), (talk, variables) in itertools.product(TEMPLATES.items(), CONVERSATIONS.items()):
        for prompt in (False, True):
            given = {"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": prompt, **variables}
            cases.append((f"{name}, {talk}{', prompt' if prompt else ''}", template, given))
    tried = list(combinations())
    chosen = tried if options.all else random.Random(options.seed).sample(tried, 1500)
    cases += [("combination", template, VARIABLES) for template in chosen]
    lines = [json.dumps({"shared": VARIABLES}, ensure_ascii=False)]
    for name, template, variables in cases:
        outcome = render(template, variables)
        if place_free(outcome.get("text", "")):
            given = {} if variables is VARIABLES else {"variables": variables}
            lines.append(json.dumps({"name": name, "template": template, **given, **outcome}, ensure_ascii=False))
    (options.out / "golden" / "templates.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(len(lines) - 1, "cases")


if __name__ == "__main__":
    main()

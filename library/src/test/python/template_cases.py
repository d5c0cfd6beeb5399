"""Our own templates and conversations, written to use what the templates of well-known models use."""

SNIPPETS = [
    # White space: trimmed behind tags, stripped before them, kept or taken by signs.
    "a\n{% if true %}\nb\n{% endif %}\nc\n",
    "a\n   {% if true %}\n   b\n   {% endif %}\n   c",
    "a {%- if true -%} b {%- endif -%} c",
    "a\n  {%+ if true +%}\n  b\n{% endif %}\n\n",
    "  {# note #}\n x {# note -#}  \n y {#- note #} z\n",
    "{{ 1 }}\n{{ 2 }}\n\n{{- 3 -}}\n\n{{ 4 }}",
    "x  {{- ' y ' -}}  z",
    "{% for i in list %}\n  {{ i }}\n{% endfor %}\nend\n\n",
    "\n\n{% set x = 1 %}\n\n{{ x }}\n\n",
    "a\r\nb\r{% if 1 %}\r\nc{% endif %}\r\n",
    "\t{% if 1 %}\t{% endif %}\t\n",
    "{{ name }}  {% if 1 %}x{% endif %}",
    "{%if 1%}a{%endif%}{%-if 1-%} b {%-endif-%} c",
    "{% raw %}{{ not }} {% a tag %}{# kept #}{% endraw %}!",
    "a {%- raw -%} {{ x }} {%- endraw -%} b",
    "  {% raw %}\n  x\n  {% endraw %}\n  y",
    "{# {{ not }} {% at all %} #}",
    "{#-#}a{#+ b +#}\nc",
    "{{ '{{' }}{{ '}}' }}{{ '{%' }}",
    "{{ {'a': {'b': 1}}}}",
    "{{ {'a': {'b': 1}}['a']['b'] }}",
    "{",
    "{ {",
    "}} %} #}",
    "{% if true: %}x{% endif %}",
    # Syntax that is none.
    "{{", "{{ }}", "{% %}", "{% if %}{% endif %}", "{% if 1 %}", "{% endif %}", "{% for x %}{% endfor %}",
    "{{ 1 + }}", "{{ (1 }}", "{{ [1, }}", "{{ a b }}", "{{ 'a }}", "{# a", "{% raw %}a", "{% unknown %}", "{{ 1 ! 2 }}",
    "{% else %}", "{% for x in list %}{% elif 1 %}{% endfor %}", "{{ a.'b' }}", "{{ a. }}", "{% set 1 = 2 %}",
    "{% set true = 2 %}", "{% set x %}", "{% macro m( %}{% endmacro %}", "{% macro m(a=1, b) %}{% endmacro %}",
    "{% break %}", "{% for x in list %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}", "{{ x is }}",
    "{{ 1 is odd is even }}", "{{ f(a=1, 2) }}", "{{ f(*a, *b) }}", "{{ {1: } }}", "{{ a ? b : c }}", "{{ a && b }}",
    "{% call name %}{% endcall %}", "{% filter %}{% endfilter %}", "{{ )( }}", "{% set x.y.z = 1 %}", "{{ 0x }}",
    "{% include 'a' %}", "{% extends 'a' %}", "{% import 'a' as a %}", "{% from 'a' import b %}",
    "{% set x = include('a') %}",
    # Literals.
    "{{ 1_000 }} {{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 1.5e3 }} {{ 1e-7 }} {{ 12_3.4_5 }} {{ 00 }} {{ 1e400 }}",
    "{{ 'a' 'b' \"c\" }} {{ 'a\\n\\t\\\\\\'\\x41\\u00e9\\U0001F600\\101\\q\\0' }}",
    "{{ '\\N{BULLET}' }}", "{{ '\\x4' }}", "{{ 'line\nbreak' }}", "{{ 'é\\u4e2d' }}",
    "{{ 1, 2 }} {{ (1,) }} {{ () }} {{ [] }} {{ {} }} {{ [1, 2,] }} {{ {'a': 1,} }} {{ ((1)) }}",
    "{{ true }} {{ True }} {{ false }} {{ False }} {{ none }} {{ None }}",
    "{{ 0.1 + 0.2 }} {{ 1e16 }} {{ 1e15 }} {{ 123456789.123 }} {{ 0.0001 }} {{ 0.00001 }} {{ 1.0 }} {{ -0.0 }}",
    "{{ 5e-324 }} {{ 1.7976931348623157e308 }} {{ 2.0 ** 70 }} {{ 1 / 3 }} {{ 2 ** 0.5 }} {{ 100.0 }}",
    "{{ ['it\\'s', 'a\"b', 'x\\ny', '\\x07', 'é', '\\u200b', '\\xa0', '😀', '\\\\'] }}",
    "{{ [none, true, 1.0, 'a', (1,), {'a': [1]}, undefined_one] }}",
    "{{ {1: 'a', 'b': 2, none: 3, (1, 2): 4, 1.5: 5, true: 6} }}",
    "{{ {1: 'a', 1.0: 'b', true: 'c'} }} {{ {'a': 1, 'a': 2} }}",
    # Precedence.
    "{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 7 // 2 * 2 }} {{ 7 % 4 - 1 }}",
    "{{ 1 + 2 ~ 3 }}", "{{ 1 ~ 2 + 3 }}", "{{ 1 ~ 2 * 3 }}", "{{ '1' ~ 2 ~ none ~ true }}", "{{ 'a' ~ [1] ~ missing }}",
    "{{ not true or true }} {{ not (true or true) }} {{ true and false or true }} {{ not 1 == 2 }}",
    "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 3 > 2 > 1 == 1 }} {{ 1 in [1] in [[1]] }} {{ 1 not in [2] }}",
    "{{ -1|abs }} {{ -number|abs }} {{ 1 - 1|abs }} {{ 'a' + 'b'|upper }} {{ ('a' + 'b')|upper }}",
    "{{ 1 if true else 2 if false else 3 }} {{ (1 if false) }} {{ 1 if false else 2 if false }}|",
    "{{ 'x' if number is odd and number > 3 else 'y' }} {{ not number is even }} {{ number is not even }}",
    "{{ number is divisibleby 7 and true }} {{ number is sameas 7 }} {{ 'a' is in 'abc' }} {{ name is string|upper }}",
    "{{ 0 or 'a' }} {{ '' and 1 }}| {{ none or none }} {{ 1 and 2 }} {{ [] or {} }}",
    "{{ number.x }}", "{{ 1.5.x }}", "{{ list.0 }} {{ list[0] }} {{ people.0.name }} {{ people[0]['tags'][1] }}",
    # What is undefined.
    "{{ missing }}|{{ missing is defined }}|{{ missing|default('d') }}|{{ missing == missing }}|{{ missing == none }}",
    "{{ missing.x }}", "{{ missing[0] }}", "{{ missing() }}", "{{ missing + 1 }}", "{{ map.z }}|{{ map.z is undefined }}",
    "{{ map.z.y }}", "{{ none.x }}|{{ none.x is defined }}", "{{ none.x.y }}", "{{ name.x is defined }}", "{{ list[9] }}|",
    "{% for x in missing %}a{% else %}b{% endfor %}", "{{ missing|length }} {{ missing|list }} {{ missing|upper }}|",
    "{{ missing|join }}|{{ missing|first }}|{{ missing|int }}", "{{ missing|tojson }}", "{{ [missing]|tojson }}",
    "{{ missing in list }} {{ list in missing }}", "{{ 'a' in missing }}", "{{ missing < 1 }}", "{{ missing is none }}",
    "{{ (missing if false).x }}", "{% if missing %}a{% elif not missing %}b{% endif %}", "{{ missing ~ 'a' }}",
    "{{ map['items'] is callable }} {{ items_map['items'] }} {{ items_map.items() }} {{ items_map.get('get') }}",
    "{{ people[0].home.city }} {{ people[2].home.city }}|", "{{ name.__class__ }}|{{ name.__class__ is defined }}",
    "{{ name.__class__.__mro__ }}", "{{ name['__class__'] }}|", "{{ ''.__class__() }}", "{{ list.append }}|",
    "{{ list.append(1) }}", "{{ map.update({'a': 2}) }}", "{{ map.pop('a') }}", "{{ map.setdefault('a', 1) }}",
    "{{ map.clear() }}", "{{ list.sort() }}", "{{ (lambda: 1)() }}", "{{ range.__globals__ }}|",
    "{{ _private }}|", "{{ map._x }}|",
    # Conditions, loops.
    "{% if number > 9 %}a{% elif number > 5 %}b{% elif number > 1 %}c{% else %}d{% endif %}",
    "{% for x in list %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}"
    "{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }}{{ loop.previtem }}{{ loop.nextitem }};{% endfor %}",
    "{% for x in words|map('upper') %}{{ loop.length }}{{ loop.last }}{{ loop.nextitem }}{{ x }};{% endfor %}",
    "{% for x in words if x != 'Alpha' %}{{ loop.index }}/{{ loop.length }}{{ x }}{{ loop.last }};{% endfor %}",
    "{% for x in words if x is undefined %}a{% else %}none{% endfor %}",
    "{% for x in list %}{{ loop.cycle('a', 'b') }}{{ loop.changed(x > 1) }};{% endfor %}",
    "{% for k, v in map.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in map %}{{ k }}{% endfor %}",
    "{% for k, v in map|dictsort %}{{ k }}={{ v }};{% endfor %}", "{% for a, (b, c) in [(1, (2, 3))] %}{{ a + b + c }}{% endfor %}",
    "{% for (a, b) in [[1, 2]] %}{{ a }}{{ b }}{% endfor %}", "{% for a, b in [[1, 2, 3]] %}{{ a }}{% endfor %}",
    "{% for x in smile %}[{{ x }}]{% endfor %}", "{% for x in 7 %}{% endfor %}", "{% for x in none %}{% endfor %}",
    "{% for x in list %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in list %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% else %}none{% endfor %}",
    "{% for x in list %}{% continue %}{% else %}none{% endfor %}", "{% for x in list %}{% break %}{% else %}none{% endfor %}",
    "{% for x in [] %}a{% else %}{{ x is defined }}{{ loop is defined }}{% endfor %}",
    "{% for x in list %}{% for y in list %}{{ x * y }},{% if y == 1 %}{% break %}{% endif %}{% endfor %};{% endfor %}",
    "{% for x in list %}{% set outer = loop %}{% for y in words %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}",
    "{% for n in [{'v': 1, 'c': [{'v': 2, 'c': [{'v': 3}]}, {'v': 4}]}] recursive %}{{ loop.depth }}{{ n.v }}"
    "{% if n.c %}({{ loop(n.c) }}){% endif %}{% endfor %}",
    "{{ loop }}|", "{% for x in list %}{{ loop }}{% endfor %}", "{% for i in range(3, 0, -1) %}{{ i }}{% endfor %}",
    "{{ range(3) }} {{ range(1, 7, 2)|list }} {{ range(5)[1:3] }} {{ range(3)|length }} {{ 2 in range(3) }}",
    "{{ range(0, 100000)|length }}", "{{ range(100001) }}", "{{ range(0) }} {{ range(-3)|list }}", "{{ range(1, 2, 0) }}",
    # Variables and scopes.
    "{% set x = 1 %}{% for i in list %}{% set x = x + i %}{{ x }},{% endfor %}{{ x }}",
    "{% set ns = namespace(x=1) %}{% for i in list %}{% set ns.x = ns.x + i %}{{ ns.x }},{% endfor %}{{ ns.x }}",
    "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns.c }}|{{ ns }}|{{ ns['a'] }}",
    "{% set ns = namespace() %}{% set ns.list = [1] %}{% set ns.list = ns.list + [2] %}{{ ns.list }}",
    "{% set ns.x = 1 %}", "{% set map.x = 1 %}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a = b = 1 %}",
    "{% set a, b = [1] %}", "{% set ns = namespace() %}{% set ns.a, ns.b = 1, 2 %}{{ ns.a + ns.b }}",
    "{% if true %}{% set x = 1 %}{% endif %}{{ x }}", "{% if false %}{% set name = 1 %}{% endif %}{{ name }}",
    "{% for i in [1] %}{{ name }}{% endfor %}{% set name = 'new' %}{{ name }}",
    "{% for i in [1, 2] %}{{ y is defined }}{% set y = i %}{{ y }};{% endfor %}{{ y is defined }}",
    "{% for i in [1, 2] %}{% if i == 2 %}{{ y is defined }}{% endif %}{% set y = i %}{% endfor %}",
    "{% for i in [1, 2] %}{% if i == 1 %}{% set name = 'x' %}{% endif %}{{ name }};{% endfor %}",
    "{% for i in [1] %}{% for j in [1] %}{{ name }}{% endfor %}{% set name = 2 %}{{ name }}{% endfor %}{{ name }}",
    "{% for name in list %}{{ name }}{% endfor %}{{ name }}", "{% set x %}a{{ name }}b{% endset %}[{{ x }}]{{ x|length }}",
    "{% set x | upper | replace('A', 'x') %}a{{ name }}b{% endset %}{{ x }}", "{% set x %}{% set y = 1 %}{% endset %}{{ y }}|",
    "{% with a = 1, b = name %}{{ a }}{{ b }}{% set c = 3 %}{% endwith %}{{ a }}{{ c }}|", "{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q }}|",
    "{% with a = 1, b = a %}{{ b }}{% endwith %}|", "{% with x = 1 %}{% with x = x + 1 %}{{ x }}{% endwith %}{{ x }}{% endwith %}",
    "{% filter upper %}a{{ name }}{% endfilter %}{% filter replace('a', 'b')|trim %} aba {% endfilter %}|",
    "{% block a %}x{{ name }}{% endblock %}{% block b %}{% endblock b %}", "{% for x in [1] %}{% block c %}{{ x }}{% endblock %}{% endfor %}|",
    "{% for x in [1] %}{% block d scoped %}{{ x }}{% endblock %}{% endfor %}|", "{% print name, 1 %}",
    "{% set name = name ~ '!' %}{{ name }}", "{% set range = 3 %}{{ range }}",
    # Macros.
    "{% macro m(a, b=2, c=a) %}[{{ a }},{{ b }},{{ c }}]{% endmacro %}{{ m(1) }}{{ m(1, c=3) }}{{ m(b=1, a=0) }}{{ m() }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(z=2) }}",
    "{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, z=4) }}{{ m() }}",
    "{% macro m(x) %}{{ m is defined }}{% if x %}{{ x }}{{ m(x - 1) }}{% endif %}{% endmacro %}{{ m(3) }}",
    "{% macro m() %}{{ caller() }}{{ caller() }}{% endmacro %}{% call m() %}a{{ name }}{% endcall %}",
    "{% macro m() %}{{ caller(1, 2) }}{% endmacro %}{% call(x, y=3) m() %}{{ x }}{{ y }}{% endcall %}",
    "{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}", "{% macro m() %}a{% endmacro %}{% call m() %}b{% endcall %}",
    "{% macro m() %}{{ x }}{% endmacro %}{% set x = 5 %}{{ m() }}", "{% set x = 1 %}{% macro m() %}{% set x = 2 %}{{ x }}{% endmacro %}{{ m() }}{{ x }}",
    "{% for i in list %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}", "{{ m() }}{% macro m() %}{% endmacro %}",
    "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}b{% endmacro %}{{ a() }}", "{% macro m(l=[]) %}{{ l }}{% endmacro %}{{ m() }}{{ m([1]) }}",
    "{% macro m() %}  a\n  {% endmacro %}[{{ m() }}][{{ m()|trim }}]", "{% macro m(x) -%}\n  {{ x }}\n{%- endmacro %}[{{ m(1) }}]{{ m }}",
    "{% macro m() %}{% for x in list %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}{% endmacro %}{{ m() }}",
    "{% if true %}{% macro m() %}x{% endmacro %}{% endif %}{{ m() }}", "{% macro m() %}{{ loop is defined }}{% endmacro %}{% for i in [1] %}{{ m() }}{% endfor %}",
    "{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(**{'a': 3, 'b': 4}) }}{{ m(1, **{'b': 2}) }}",
    "{% macro m(caller) %}{{ caller }}{% endmacro %}{{ m(1) }}", "{{ raise_exception('no: ' ~ name) }}", "{{ raise_exception() }}",
    "{% if name != 'Ada' %}{{ raise_exception('x') }}{% endif %}fine", "{% macro m() %}{{ raise_exception('within') }}{% endmacro %}{{ m() }}",
    # Functions.
    "{{ dict(a=1, b=2) }}{{ dict([('a', 1)]) }}{{ dict({'a': 1}, c=3) }}{{ dict() }}", "{{ dict([1]) }}",
    "{% set c = cycler('a', 'b', 'c') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.next() }}", "{{ cycler() }}",
    "{% set j = joiner(' | ') %}{% for x in list %}{{ j() }}{{ x }}{% endfor %}{% set k = joiner() %}{{ k() }}{{ k() }}",
    "{{ strftime_now('%d %b %Y') }}|{{ strftime_now('%A %B %-d, %Y %H:%M:%S %j %y %I %p %% %e %a %m %U %W %w %F %T %D') }}",
    "{{ strftime_now('%Y-%m-%d') }} {{ strftime_now is defined }} {{ strftime_now('%c|%x|%X|%f|%Z|%V|%G|%u|%h|%C|%R|%r|%n|%t') }}",
    # Text as Python writes and cuts it.
    "{{ '%s is %d and %5.2f, %-5s|%05d|%x|%X|%o|%e|%g|%r|%c|%%' % ('a', 7, 2.5, 'b', 42, 255, 255, 8, 12345.678, 0.00001, 'q', 'z') }}",
    "{{ '%(a)s-%(b)03d' % {'a': 1, 'b': 2} }} {{ '%s' % 1 }} {{ '%s' % [1, 2] }} {{ '%s %s' % (1, 2) }} {{ '%*d' % (5, 42) }}",
    "{{ '%s' % () }}", "{{ '%s' % (1, 2) }}", "{{ '%d' % 'a' }}", "{{ '%d' % 2.9 }} {{ '%i' % true }} {{ '%+d % d' % (1, 2) }}",
    "{{ '{} {1}'.format(1, 2) }}", "{{ '{} {}'.format(1, 2) }} {{ '{1}{0}'.format('a', 'b') }} {{ '{x[k]}{y.name}'.format(x={'k': 1}, y={'name': 2}) }}",
    "{{ '{:>6}|{:<6}|{:^6}|{:*^7}|{:06.2f}|{:+d}|{:,}|{:_}|{:x}|{:#x}|{:b}|{:e}|{:%}|{:g}'.format('a', 'b', 'c', 'd', 3.14159, 5, 1234567, 1234567, 255, 255, 5, 12345.678, 0.256, 1e10) }}",
    "{{ '{!r} {!s} {:{}}'.format('a', 'b', 'c', 5) }} {{ '{{}}'.format() }}", "{{ '{'.format() }}", "{{ '{}'.format() }}", "{{ '{0.__class__}'.format(1) }}",
    "{{ '{a}'.format_map({'a': 1}) }}", "{{ '{:d}'.format('a') }}", "{{ '{:10}|{:10}|{:<10}'.format(1, 'a', true) }}", "{{ '{:.3}|{:.3}|{:.0f}|{:5.1f}'.format('abcdef', 2.71828, 2.5, 3) }}",
    "{{ smile|length }} {{ smile[1] }} {{ smile[1:3] }} {{ smile[::-1] }} {{ smile.find('b') }} {{ smile|reverse }} {{ smile|upper }} {{ smile.center(8, '*') }}",
    "{{ 'ß'.upper() }} {{ 'İ'.lower() }} {{ 'ΑΣ'.lower() }} {{ 'ǆ'.title() }} {{ 'ﬁn'.capitalize() }} {{ 'straße'.casefold() }} {{ 'éa'.title() }} {{ \"they're o'k\".title() }} {{ \"they're o'k a-b (c)\"|title }}",
    "{{ ' a  b '.split() }} {{ ' a  b '.split(' ') }} {{ 'a,b,,c'.split(',') }} {{ 'a,b,,c'.split(',', 1) }} {{ 'a,b,,c'.rsplit(',', 1) }} {{ ''.split() }} {{ ''.split(',') }} {{ 'aXXb'.split('XX')[-1] }}",
    "{{ '<think>a</think>b'.split('</think>')[-1].lstrip('\\n') }} {{ 'a\\n\\nb'.splitlines() }} {{ 'a\\r\\nb\\x0bc\\u2028d'.splitlines(true) }} {{ '\\n'.splitlines() }}",
    "{{ '\\u00a0\\u3000 x \\x1f'.strip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'abcba'.strip('ab') }}|{{ 'a'.strip('') }}|{{ ' a '.lstrip() }}|{{ ' a '.rstrip() }}|",
    "{{ 'abc'.replace('', '-') }} {{ 'aaa'.replace('a', 'b', 2) }} {{ 'aaa'|replace('a', 'b', 2) }} {{ 'a1'|replace(1, 2) }} {{ 7|replace('7', 'x') }} {{ 'aaa'.count('aa') }}",
    "{{ 'abc' * 2 }} {{ 2 * 'abc' }} {{ 'a' * -1 }}| {{ [1] * 2 }} {{ (1,) * 2 }} {{ [1] + [2] }} {{ (1,) + (2,) }} {{ true + true }} {{ 'a' + 1 }}",
    "{{ 'b' > 'a' }} {{ 'Z' < 'a' }} {{ 'é' > 'z' }} {{ '😀' > '\\uffff' }} {{ [1, 2] < [1, 3] }} {{ (1, 'a') < (1, 'b') }} {{ [1] < [1, 0] }} {{ 1 == 1.0 == true }} {{ 'a' == 'a'|safe }}",
    "{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % -3 }} {{ -7 % 3 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 2 ** -1 }} {{ 2 ** 100 }} {{ 10 / 5 }} {{ 0 ** 0 }} {{ big * big }} {{ big // 7 }} {{ big / 3 }}",
    "{{ 1 / 0 }}", "{{ 1 % 0 }}", "{{ 1.0 // 0 }}", "{{ 0 ** -1 }}", "{{ 1e308 * 10 }} {{ -1e308 * 10 }}", "{{ 10.0 ** 400 }}", "{{ 10 ** 5000 }}", "{{ (10 ** 400) * 1.0 }}",
    # JSON.
    "{{ map|tojson }} {{ mixed|tojson }} {{ text|tojson }} {{ quote|tojson }} {{ smile|tojson }} {{ smile|tojson(ensure_ascii=true) }}",
    "{{ map|tojson(indent=4) }}", "{{ people|tojson(indent=2, sort_keys=true) }}", "{{ {'b': 1, 'a': [], 'c': {}}|tojson(indent=0) }}", "{{ [1, 2]|tojson(separators=(',', ':')) }}{{ [1, [2]]|tojson(indent=1, separators=(', ', '=')) }}",
    "{{ {1: 'a', none: 'b', true: 'c', 1.5: 'd'}|tojson }} {{ (1, 2)|tojson }} {{ 1.0|tojson }} {{ 1e100|tojson }} {{ '\\x00\\x1f\\x7f\\u2028</script>'|tojson }} {{ (1e308 * 10)|tojson }}",
    "{{ range(3)|tojson }}", "{{ map.items()|tojson }}", "{{ {(1, 2): 3}|tojson }}", "{{ namespace(a=1)|tojson }}", "{{ ('<a>'|safe)|tojson }} {{ ['<a>'|e]|tojson }}", "{{ {'b': 1, 2: 3}|tojson(sort_keys=true) }}",
    # Text that is marked safe.
    "{{ '<b>'|safe }} {{ '<b>'|e }} {{ ('<b>'|safe) + '<i>' }} {{ '<i>' + ('<b>'|safe) }} {{ ('<b>'|safe) ~ '<i>' }} {{ ['<b>'|safe] }} {{ ('<b>'|safe)|e }} {{ ('<b>%s'|safe) % '<i>' }}",
    "{{ ('<b>{}'|safe).format('<i>') }} {{ ('<'|safe).join(['<', '>']) }} {{ ('a<b'|safe).replace('a', '<') }} {{ ('<b>'|safe)|upper + '<' }} {{ ('<b>'|safe)|string + '<' }} {{ ('<b>'|safe)|replace('b', 'c') + '<' }} {{ ('<a> '|e).strip() + '<' }}",
    # Filters that real templates lean on.
    "{{ people|map(attribute='name')|join(', ') }} {{ people|selectattr('age', 'equalto', 41)|list|length }} {{ people|selectattr('home')|map(attribute='home.city')|list }} {{ people|rejectattr('tags')|first }}",
    "{{ words|sort }} {{ words|sort(case_sensitive=true) }} {{ words|unique|list }} {{ people|sort(attribute='name')|map(attribute='name')|list }} {{ people|groupby('age') }} {{ [1, 'a']|sort }}",
    "{{ people|groupby('age')|map('first')|list }} {% for age, group in people|groupby('age') %}{{ age }}:{{ group|length }};{% endfor %}",
    "{% for g in people|groupby('age') %}{{ g.grouper }}:{{ g.list|length }};{% endfor %}",
    "{{ [3, 1]|min }}{{ [3, 1]|max }}{{ []|min }}|{{ words|max }}{{ people|max(attribute='age') }} {{ [1, 2]|sum }} {{ [[1], [2]]|sum(start=[]) }} {{ people|sum('age') }}",
    "{{ 'a b c d e f g'|truncate(9) }}|{{ 'abcdefghij'|truncate(5, true) }}|{{ 'foo bar baz'|truncate(11) }}|{{ 'foo bar baz qux'|truncate(9, end='>', leeway=0) }}",
    "{{ 'a\\nb\\n\\nc'|indent }}|{{ 'a\\nb\\n\\nc'|indent(2, true, true) }}|{{ 'a\\nb'|indent('> ') }}|{{ ''|indent(first=true) }}|{{ 'a\\n'|indent }}|",
    "{{ 2.5|round }} {{ 3.5|round }} {{ 2.675|round(2) }} {{ 7|round }} {{ 1234|round(-2) }} {{ 2.1|round(0, 'ceil') }} {{ 2.19|round(1, 'floor') }} {{ 42.55|round|int }} {{ -0.4|round }}",
    "{{ '42'|int }} {{ '42.9'|int }} {{ 'x'|int }} {{ 'x'|int(7) }} {{ '0x1F'|int(base=16) }} {{ '1_000'|int }} {{ ' 5 '|int }} {{ true|int }} {{ none|int }} {{ 2.9|int }} {{ '1e3'|float }} {{ 'x'|float }} {{ '-5'|int }} {{ 'inf'|float }}",
    "{{ range(7)|batch(3)|list }} {{ range(7)|batch(3, 0)|list }} {{ range(7)|slice(3)|list }} {{ range(7)|slice(3, 0)|list }} {{ map|items|list }} {{ map|dictsort }} {{ map|dictsort(true) }} {{ map|list }} {{ map|length }}",
    "{{ none|default('a') }} {{ none|default('a', true) }} {{ ''|d('a', true) }} {{ 0|d(1) }} {{ false|default(true, boolean=true) }} {{ missing.x|default('a') }}",
    "{{ [1, [2, 3]]|string }} {{ 'abc'|list }} {{ 'abc'|first }}{{ 'abc'|last }} {{ [1, 2]|last }} {{ []|first is undefined }} {{ 'a b'|wordcount }} {{ 'x'|center(5) }}| {{ 'ab'|reverse }} {{ [1, 2]|reverse|list }} {{ 'A-b'|lower }} {{ 'a b'|capitalize }}",
    "{{ ['a', '', none, 0, 'b']|select|list }} {{ [1, 2, 3, 4]|select('even')|list }} {{ [1, 2, 3]|reject('in', [2])|list }} {{ [1, 2]|map('string')|list }} {{ ['a']|map('replace', 'a', 'b')|list }} {{ [[1, 2]]|map('join', '-')|list }} {{ [1]|map('nonsense')|list }}",
    "{{ [{'a': 1}, {}]|map(attribute='a')|list }} {{ [{'a': 1}, {}]|map(attribute='a', default=0)|list }} {{ [[1, 2], [3]]|map(attribute=0)|list }} {{ [{'a': {'b': [5]}}]|map(attribute='a.b.0')|list }} {{ [1]|map|list }}",
    "{% set g = words|map('upper') %}{{ g|join }}|{{ g|join }}|{{ g|list }}", "{% set g = list|select('odd') %}{{ 3 in g }}{{ g|list }}", "{{ (list|map('string'))[0] }}", "{{ list|map('string')|length }}",
    "{{ [1, 2, 3][-1] }} {{ [1, 2, 3][1:] }} {{ [1, 2, 3][::-1] }} {{ 'abc'[:-1] }} {{ [1, 2, 3][5:] }} {{ (1, 2, 3)[:2] }} {{ list[number:] }} {{ [1, 2][true] }} {{ [[1, 2], [3]][0][1] }} {{ list['0'] }}|",
    "{{ map.get('a') }} {{ map.get('z') }} {{ map.get('z', 5) }} {{ map.keys() }} {{ map.values() }} {{ map.items() }} {{ map.keys()|list }} {{ 'a' in map }} {{ 'a' in map.keys() }} {{ map.items()|list|length }} {{ map.copy() == map }}",
    "{{ map == {'a': 1, 'b': 2, 'C': [1, {'x': 'y'}]} }} {{ [1, 2] == (1, 2) }} {{ {} == [] }} {{ none == false }} {{ '1' == 1 }} {{ 1 != 1.0 }} {{ map != map }}",
    "{{ [1, 2].index(2) }} {{ [1, 1].count(1) }} {{ 'abc'.index('c') }} {{ [1].index(2) }}", "{{ 'a'.join(words) }} {{ ', '.join(map) }} {{ ','.join('abc') }}",
    "{{ name.startswith('A') }} {{ name.startswith(('x', 'A')) }} {{ name.endswith('da', 1) }} {{ name.startswith(1) }}", "{{ 'a' in ['a'] }} {{ 'a' in 'abc' }} {{ '' in 'abc' }} {{ 1 in 'abc' }}",
    "{{ name is string }} {{ list is sequence }} {{ map is mapping }} {{ list is iterable }} {{ name is mapping }} {{ number is number }} {{ yes is boolean }} {{ yes is number }} {{ real is float }} {{ number is integer }} {{ yes is integer }} {{ none is none }}",
    "{{ name is not none and name is string and name|length > 2 }} {{ (list is iterable) and (list is not mapping) and list is not string }}", "{{ 1 is eq 1 }}", "{{ name is nonsense }}", "{{ name|nonsense }}",
    # Nothing in a value is a template.
    "{{ '{{ name }}' }} {{ '{% if 1 %}' }} {% set x = '{{ name }}' %}{{ x }}",
    # What the assistant says.
    "{% for w in words %}<u>{{ w }}</u>{% generation %}A:{{ w }};{% endgeneration %}\n{% endfor %}",
    "{% for w in words -%}\n  {%- generation -%}\n  {{ w }}\n  {%- endgeneration -%}\n{%- endfor %}|",
    "{% generation %}{% set x = 1 %}{{ x }}{% endgeneration %}{{ x }}|{% if no %}{% generation %}a{% endgeneration %}{% endif %}",
    "{{ smile }}{% generation %}{{ smile }}{% endgeneration %}", "{% generation %}a", "{% for x in list %}{% generation %}{% break %}{% endgeneration %}{% endfor %}",
]

CHATML = """{%- if messages[0].role != 'system' %}
    {{- '<|im_start|>system\\nYou answer.<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' }}
    {%- if message.role == 'assistant' %}
        {% generation %}{{ message.content or '' }}<|im_end|>{% endgeneration %}
    {%- else %}
        {{- (message.content if message.content is string else message.content|selectattr('type', 'equalto', 'text')|map(attribute='text')|join('')) + '<|im_end|>' }}
    {%- endif %}
    {{- '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}
"""

BRACKETS = """{%- if messages[0]['role'] == 'system' %}{%- set system = messages[0]['content'] %}{%- set rest = messages[1:] %}
{%- else %}{%- set rest = messages %}{%- endif %}
{%- if not tools is defined %}{%- set tools = none %}{%- endif %}
{%- set asked = rest | selectattr('role', 'equalto', 'user') | list %}
{%- set ns = namespace(index=0) %}
{%- for message in rest %}
    {%- if not (message.role == 'tool' or message.role == 'tool_results' or message.tool_calls) %}
        {%- if (message['role'] == 'user') != (ns.index % 2 == 0) %}
            {{- raise_exception('roles must take turns: user, assistant, user, ...') }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}
{{- bos_token }}
{%- for message in rest %}
    {%- if message['role'] == 'user' %}
        {%- if tools is not none and (message == asked[-1]) %}
            {{- '[TOOLS] [' }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != 'return' %}
                    {%- if val is string %}{{- '"' + key + '": "' + val + '"' }}{%- else %}{{- '"' + key + '": ' + val|tojson }}{%- endif %}
                    {%- if not loop.last %}{{- ', ' }}{%- endif %}
                {%- endfor %}
                {{- '}}' }}{%- if not loop.last %}{{- ', ' }}{%- else %}{{- ']' }}{%- endif %}
            {%- endfor %}
            {{- '[/TOOLS]' }}
        {%- endif %}
        {%- if loop.last and system is defined %}{{- '[INST] ' + system + '\\n\\n' + message['content'] + '[/INST]' }}
        {%- else %}{{- '[INST] ' + message['content'] + '[/INST]' }}{%- endif %}
    {%- elif message.tool_calls is defined and message.tool_calls is not none %}
        {{- '[CALLS] [' }}
        {%- for call in message.tool_calls %}
            {%- set out = call.function|tojson %}
            {{- out[:-1] }}
            {%- if not call.id is defined or call.id|length != 9 %}{{- raise_exception('call ids must have nine letters, got ' + (call.id|default('none'))) }}{%- endif %}
            {{- ', "id": "' + call.id + '"}' }}{{- ', ' if not loop.last else ']' + eos_token }}
        {%- endfor %}
    {%- elif message['role'] == 'assistant' %}{{- ' ' + message['content']|trim + eos_token }}
    {%- elif message['role'] in ['tool', 'tool_results'] %}{{- '[RESULTS] {"content": ' + message.content|string + '}[/RESULTS]' }}
    {%- else %}{{- raise_exception('unknown role: ' + message['role']) }}{%- endif %}
{%- endfor %}
"""

HEADERS = """{{- bos_token }}
{%- set date = strftime_now("%d %b %Y") if strftime_now is defined else "26 Jul 2024" %}
{%- if messages[0]['role'] == 'system' %}{%- set system = messages[0]['content']|trim %}{%- set messages = messages[1:] %}{%- else %}{%- set system = "" %}{%- endif %}
<|start|>system<|end|>

{% if tools %}Environment: ipython
{% endif %}
Today: {{ date }}

{{ system }}<|eot|>
{%- for message in messages %}
    {%- if message.role == 'assistant' and message.tool_calls %}
        {%- if not message.tool_calls|length == 1 %}{{- raise_exception("one call at a time") }}{%- endif %}
        {%- set call = message.tool_calls[0].function %}
        {{- '<|start|>assistant<|end|>\\n\\n{"name": "' + call.name + '", "parameters": ' }}{{- call.arguments | tojson }}{{- "}" }}<|eot|>
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {{- "<|start|>ipython<|end|>\\n\\n" }}
        {%- if message.content is mapping or (message.content is iterable and message.content is not string) %}{{- message.content | tojson }}{%- else %}{{- message.content }}{%- endif %}<|eot|>
    {%- else %}
        {{- '<|start|>' + message['role'] + '<|end|>\\n\\n' + (message['content'] | trim) + '<|eot|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start|>assistant<|end|>\\n\\n' }}{%- endif %}
"""

THINKING = """{%- set ns = namespace(open=true, last=messages|length - 1) %}
{%- if tools %}{{- '# Tools\\n<tools>' }}{%- for tool in tools %}{{- '\\n' }}{{- tool | tojson }}{%- endfor %}{{- '\\n</tools>\\n' }}{%- endif %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.open and message.role == "user" and message.content is string and not(message.content.startswith('<result>') and message.content.endswith('</result>')) %}
        {%- set ns.open = false %}{%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}{%- set content = message.content %}{%- else %}{%- set content = '' %}{%- endif %}
    {%- if message.role == "user" or (message.role == "system" and not loop.first) %}{{- '<' + message.role + '>' + content + '</>\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set reasoning = '' %}
        {%- if message.reasoning_content is string %}{%- set reasoning = message.reasoning_content %}
        {%- elif '</think>' in content %}
            {%- set reasoning = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last and (loop.last or (not loop.last and reasoning)) %}{{- '<a><think>' + reasoning.strip('\\n') + '</think>' + content }}{%- else %}{{- '<a>' + content }}{%- endif %}
        {%- for call in message.tool_calls or [] %}
            {%- if (loop.first and content) or (not loop.first) %}{{- '\\n' }}{%- endif %}
            {%- if call.function %}{%- set call = call.function %}{%- endif %}
            {{- '<call>{"name": "' ~ call.name ~ '", "arguments": ' }}{%- if call.arguments is string %}{{- call.arguments }}{%- else %}{{- call.arguments | tojson }}{%- endif %}{{- '}</call>' }}
        {%- endfor %}
        {{- '</>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if loop.first or (messages[loop.index0 - 1].role != "tool") %}{{- '<user>' }}{%- endif %}
        {{- '<result>' ~ content ~ '</result>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}{{- '</>\\n' }}{%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<a>' }}{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}{%- endif %}"""

SCHEMA = """{%- macro type_of(spec, required=none, depth=0) -%}
    {%- if spec.type == "array" -%}
        {%- if spec['items'] -%}{{- type_of(spec['items'], depth=depth + 1) + "[]" -}}{%- else -%}any[]{%- endif -%}
    {%- elif spec.type is defined and spec.type is iterable and spec.type is not string and spec.type is not mapping -%}{{- spec.type | join(" | ") -}}
    {%- elif spec.oneOf -%}{%- for each in spec.oneOf -%}{{- type_of(each, depth=depth + 1) -}}{%- if not loop.last -%}{{- " | " -}}{%- endif -%}{%- endfor -%}
    {%- elif spec.enum -%}{{- '"' + spec.enum|join('" | "') + '"' -}}
    {%- elif spec.type in ("number", "integer") -%}number
    {%- elif spec.type == "object" -%}
        {{- "{\\n" -}}
        {%- for name, inner in (spec.properties or {}).items() -%}
            {%- if inner.description -%}{{- "  " * (depth + 1) + "// " + inner.description + "\\n" -}}{%- endif -%}
            {{- "  " * (depth + 1) + name + ("?" if name not in (spec.required or []) else "") + ": " + type_of(inner, spec.required, depth + 1) -}}
            {%- if inner.default is defined -%}{%- if inner.default is string -%}{{- ' = "' ~ inner.default ~ '"' -}}{%- else -%}{{- " = " ~ inner.default|tojson -}}{%- endif -%}{%- endif -%}
            {{- ",\\n" if not loop.last else "\\n" -}}
        {%- endfor -%}
        {{- "  " * depth + "}" -}}
    {%- else -%}{{- spec.type|default('any', true) -}}{%- endif -%}
{%- endmacro -%}
{%- macro tool_list(tools) -%}
    {%- for tool in tools %}{%- set tool = tool.function %}
        {{- "// " + tool.description|replace('\\n', ' ') + "\\ntype " + tool.name + " = (_: " + type_of(tool.parameters) + ") => any;\\n\\n" }}
    {%- endfor -%}
{%- endmacro -%}
{{- '<|start|>system<|message|>Date: ' + strftime_now('%Y-%m-%d') + '\\nEffort: ' + (effort|default('medium')) }}
{%- if tools is defined and tools -%}{{- '\\n\\n# Tools\\n\\nnamespace functions {\\n\\n' + tool_list(tools) + '}' }}{%- endif %}{{- '<|end|>' }}
{%- set ns = namespace(name=none) %}
{%- for message in messages -%}
    {%- if message.role == 'assistant' -%}
        {%- if 'tool_calls' in message and message.tool_calls -%}
            {%- set ns.name = message.tool_calls[0].function.name %}
            {{- '<|start|>assistant to=functions.' + ns.name + '<|message|>' + message.tool_calls[0].function.arguments|tojson + '<|call|>' }}
        {%- else -%}{{- '<|start|>assistant<|channel|>final<|message|>' + message.content + ('<|return|>' if loop.last and not add_generation_prompt else '<|end|>') }}{%- endif -%}
    {%- elif message.role == 'tool' -%}
        {%- if ns.name is none %}{{- raise_exception('a result must follow a call') }}{%- endif %}
        {{- '<|start|>functions.' + ns.name + '<|message|>' + message.content|tojson + '<|end|>' }}
    {%- else -%}{{- '<|start|>' + message.role + '<|message|>' + message.content|string + '<|end|>' }}{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}<|start|>assistant{%- endif -%}
"""

TURNS = """{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system turns here') }}{% endif %}
{% for message in messages %}
{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
{{ raise_exception('Turns must go user, assistant, user, ...') }}
{% endif %}
{% if message['role'] == 'assistant' %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}
{{ '<turn>' + role + '\n' }}
{%- if message.content is string -%}{{ message.content | trim }}
{%- elif message.content is iterable -%}
    {%- for part in message.content -%}{%- if part['type'] == 'image' -%}{{ '<image>' }}{%- elif part['type'] == 'text' -%}{{ part['text'] | trim }}{%- endif -%}{%- endfor -%}
{%- else -%}{{ raise_exception("Invalid content type") }}
{%- endif -%}{{ '</turn>\n' }}
{% endfor %}
{% if add_generation_prompt %}
{{ '<turn>model\n' }}
{% endif %}
"""

TEMPLATES = {
    "chatml": CHATML, "brackets": BRACKETS, "headers": HEADERS, "thinking": THINKING, "schema": SCHEMA, "turns": TURNS,
}

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather", "description": "What the sky\nwill do.", "return": {"type": "string"},
        "parameters": {
            "type": "object", "required": ["city"],
            "properties": {
                "city": {"type": "string", "description": "a city \"here\" & <there>"},
                "days": {"type": "integer", "default": 3}, "units": {"enum": ["C", "F"], "default": "C"},
                "points": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": ["number", "null"]}}}},
                "rest": {"oneOf": [{"type": "string"}, {"type": "array"}]},
            },
        },
    },
}
CALL = {"id": "abcdefghi", "type": "function", "function": {"name": "weather", "arguments": {"city": "Köln", "days": 2}}}
ASK = {"role": "user", "content": " Hi {{ name }} {% if %} "}

CONVERSATIONS = {
    "one turn": {"messages": [ASK]},
    "two turns": {"messages": [ASK, {"role": "assistant", "content": "Hello.\n"}, {"role": "user", "content": "Bye 😀"}]},
    "system": {"messages": [{"role": "system", "content": "Be brief. "}, ASK, {"role": "assistant", "content": "Yes"}]},
    "two users": {"messages": [ASK, ASK]},
    "thinking": {
        "messages": [ASK, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nA"}, {"role": "user", "content": "q"},
                     {"role": "assistant", "content": "B", "reasoning_content": "\nwhy\n"}],
        "enable_thinking": False,
    },
    "tools": {
        "messages": [ASK, {"role": "assistant", "content": None, "tool_calls": [CALL]},
                     {"role": "tool", "content": "{\"sky\": \"blue\"}", "name": "weather", "tool_call_id": "abcdefghi"},
                     {"role": "assistant", "content": "Blue."}, {"role": "user", "content": "Thanks"}],
        "tools": [WEATHER, WEATHER],
    },
    "parts": {"messages": [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": " what? "}]}]},
    "numbers": {"messages": [{"role": "user", "content": 7}]},
}

/** Templates that would take excessive time or memory to parse or to render; run-bombs.ts renders them. */

/** A template that reassigns a variable repeatedly. */
function grow(start: string, step: string, times: number, end = ''): string {
  return `{% set ns = namespace(x=${start}) %}{% for i in range(${times}) %}{% set ns.x = ${step} %}{% endfor %}${end}`;
}

export const bombs: Readonly<Record<string, string>> = {
  rangePrint: '{% for i in range(100000) %}{{ range(100000)|list }}{% endfor %}',
  rangePrint2: '{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}',
  rangeSet: '{% set r = range(100000)|list %}{% for i in r %}{{ r }}{% endfor %}',
  listDouble: grow('[1]', 'ns.x + ns.x', 60),
  textDouble: grow("'a'", 'ns.x ~ ns.x', 60, '{{ ns.x }}'),
  textDoubleRead: grow("'a'", 'ns.x ~ ns.x', 23, "{% for i in range(1000) %}{{ 'b' in ns.x }}{% endfor %}"),
  textTimes: "{{ 'a' * 1000000000 }}",
  textTimes2: "{% for i in range(1000) %}{% set x = 'a' * 1000000 %}{% endfor %}",
  listTimes: '{{ [1] * 1000000000 }}',
  nestedShare: grow('[]', '[ns.x, ns.x]', 60, '{{ ns.x }}'),
  nestedJson: grow('[]', '[ns.x, ns.x]', 60, '{{ ns.x|tojson }}'),
  nestedEqual: grow('[]', '[ns.x, ns.x]', 40, '{% set m = ns.x %}') + grow('[]', '[ns.x, ns.x]', 40, '{{ ns.x == m }}'),
  deep: grow('[]', '[ns.x]', 100000, '{{ ns.x }}'),
  deepEq: grow('[]', '[ns.x]', 100000, '{{ ns.x == [[[]]] }}'),
  deepDict: grow('{}', "{'a': ns.x}", 100000, '{{ ns.x|tojson }}'),
  spaces: '{{' + ' '.repeat(80_000) + '1' + ' '.repeat(80_000) + '}}',
  spaces2: '{% ' + ' '.repeat(80_000),
  spaces3: ' '.repeat(80_000) + '{% if 1 %}' + ' '.repeat(80_000),
  spaces4: ('{%' + ' '.repeat(40)).repeat(20_000),
  spaces5: (' '.repeat(50) + '\n').repeat(20_000) + '{%- if x %}',
  braces: '{'.repeat(1_000_000),
  comments: '{#'.repeat(500_000),
  raws: '{% raw %}' + '{%'.repeat(500_000),
  quotes: '{{ ' + "'".repeat(100_001) + ' }}',
  escapes: "{{ '" + '\\x41'.repeat(200_000) + "' }}",
  rawnest: '{% raw %}{% endraw %}'.repeat(50_000),
  numbers: '{{ ' + '1'.repeat(1_000_000) + ' }}',
  floats: '{{ ' + '1'.repeat(100_000) + '.' + '1'.repeat(100_000) + 'x }}',
  underscore: '{{ ' + '1_'.repeat(100_000) + ' }}',
  parens: '{{ ' + '('.repeat(100_000) + ' }}',
  lists: '{{ ' + '['.repeat(100_000) + ' }}',
  nots: '{{ ' + 'not '.repeat(100_000) + ' }}',
  minus: '{{ ' + '- '.repeat(100_000) + '1 }}',
  plus: '{{ 1' + ' + 1'.repeat(100_000) + ' }}',
  ifs: '{% if x %}'.repeat(100_000),
  filters: '{{ x' + '|upper'.repeat(100_000) + ' }}',
  compares: '{{ 1' + ' < 2'.repeat(100_000) + ' }}',
  concat: '{{ 1' + ' ~ 2'.repeat(100_000) + ' }}',
  attrs: '{{ x' + '.a'.repeat(100_000) + ' }}',
  bigtemplate: '{{ 1 }}'.repeat(500_000),
  elifs: '{% if x %}' + '{% elif y %}'.repeat(100_000) + '{% endif %}',
  recursion: '{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}',
  recursion2: '{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}',
  loopRecursion: '{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}',
  caller:
    '{% macro f() %}{{ caller() }}{% endmacro %}{% macro g() %}{% call f() %}{{ g() }}{% endcall %}{% endmacro %}{{ g() }}',
  power: '{{ 10 ** 1000000000 }}',
  power2: grow('10', 'ns.x * ns.x', 100, '{{ ns.x }}'),
  shift: '{{ 2 ** 13999 * 2 ** 13999 }}',
  powers: '{% for i in range(100000) %}{% set x = 7 ** 4000 %}{% endfor %}',
  bigdiv: '{% set a = 7 ** 4000 %}{% set b = 3 ** 4000 %}{% for i in range(100000) %}{% set x = a % b %}{% endfor %}',
  bigprint: '{% set a = 7 ** 4000 %}{% for i in range(100000) %}{{ a }}{% endfor %}',
  kmp:
    grow(
      "'a'",
      'ns.x ~ ns.x',
      20,
      "{{ ('b' + ns.x[:500000]) in ns.x }}{{ ns.x.count('a' * 9 + 'b') }}{{ ns.x.split('ab') }}{{ ns.x.rfind('b' ~ ns.x[:400000]) }}",
    ) + "{% for i in range(100000) %}{{ ns.x.count('aab') }}{% endfor %}",
  split: grow("'a '", 'ns.x ~ ns.x', 22, '{% for i in range(100) %}{% set y = ns.x.split() %}{% endfor %}'),
  splitKeep:
    grow("'a '", 'ns.x ~ ns.x', 18) +
    '{% set k = namespace(l=[]) %}{% for i in range(1000) %}{% set k.l = k.l + [ns.x.split()] %}{% endfor %}',
  listchars:
    grow("'é'", 'ns.x ~ ns.x', 22) +
    '{% set k = namespace(l=[]) %}{% for i in range(100) %}{% set k.l = k.l + [ns.x|list] %}{% endfor %}',
  replace: grow("'a'", 'ns.x ~ ns.x', 20, "{{ ns.x.replace('a', 'b' * 100000) }}"),
  replaceEmpty: grow("'a'", 'ns.x ~ ns.x', 20, "{{ ns.x|replace('', 'bbbbbbbbbb') }}"),
  replaceGrow: grow("'aa'", "ns.x|replace('a', 'aa')", 60),
  join: "{{ range(100000)|join('x' * 10000) }}",
  joinMethod: "{{ ('x' * 10000).join('y' * 100000) }}",
  center: "{{ 'a'|center(2000000000) }}{{ 'a'.ljust(2000000000) }}",
  zfill: "{% for i in range(1000) %}{{ 'a'.zfill(10000000) }}{% endfor %}",
  indent: "{{ ('\\n' * 100000)|indent(100000) }}",
  indentJson: '{{ [[[[1]]]]|tojson(indent=100000000) }}',
  indentJson2: '{{ [range(100000)|list]|tojson(indent=10000) }}',
  format: "{{ '%1000000000d' % 1 }}",
  format2: "{{ '{:1000000000}'.format(1) }}",
  format3: "{{ '%.1000000000f' % 1 }}",
  format4: "{{ ('%s' * 100000) % (('a' * 100000),) }}",
  format5: "{{ '%*d' % (999999999, 1) }}",
  batch: "{{ [1]|batch(1000000000, 'x')|list }}",
  slice: '{{ [1]|slice(1000000000)|list }}',
  cycleGen:
    "{% set x = range(100000)|map('string')|map('upper')|map('lower')|list %}{% for i in range(1000) %}{{ x|map('upper')|list|length }}{% endfor %}",
  sort: '{% set x = range(100000)|reverse|list %}{% for i in range(1000) %}{{ x|sort|length }}{% endfor %}',
  sortkeys: "{% set s = 'a' * 1000000 %}{{ ([s ~ 'b', s ~ 'c'] * 10000)|sort|length }}",
  unique: '{% for i in range(1000) %}{{ range(100000)|unique|list|length }}{% endfor %}',
  groupby: '{% for i in range(1000) %}{{ range(100000)|groupby(0)|length }}{% endfor %}',
  dicts:
    '{% set d = dict(range(100000)|batch(2)) %}{% set k = namespace(l=[]) %}{% for i in range(10000) %}{% set k.l = k.l + [dict(d)] %}{% endfor %}',
  itemslist:
    '{% set d = dict(range(100000)|batch(2)) %}{% set k = namespace(l=[]) %}{% for i in range(10000) %}{% set k.l = k.l + [d.items()|list] %}{% endfor %}',
  dictkeys: '{% set d = {} %}{% for i in range(100000) %}{% set d = dict(d, a=i) %}{% endfor %}',
  strip: "{% set s = ' ' * 10000000 %}{% for i in range(10000) %}{{ (s ~ 'x')|trim }}{% endfor %}",
  strip2: "{% set s = ' ' * 1000000 %}{% for i in range(10000) %}{{ s.strip('x') }}{% endfor %}",
  upper: "{% set s = 'ß' * 8000000 %}{{ s|upper }}{{ s|upper }}{{ s|upper }}{{ s|upper }}{{ s|upper }}",
  title: "{% set s = 'a-' * 4000000 %}{% for i in range(100) %}{{ s|title|length }}{{ s.title()|length }}{% endfor %}",
  wordcount: "{% set s = 'a ' * 4000000 %}{% for i in range(100) %}{{ s|wordcount }}{% endfor %}",
  escape:
    "{% set s = '<' * 8000000 %}{{ s|e|length }}{{ s|urlencode|length }}{{ s|tojson|length }}{{ [s]|string|length }}",
  striptags: "{% set s = '<' * 8000000 %}{% for i in range(100) %}{{ s|striptags|length }}{% endfor %}",
  striptags2: "{% set s = '<!--' * 2000000 %}{% for i in range(100) %}{{ s|striptags|length }}{% endfor %}",
  isalpha:
    "{% set s = 'a' * 8000000 %}{% for i in range(1000) %}{{ s.isalnum() }}{{ s.istitle() }}{{ s is lower }}{{ s.isspace() }}{% endfor %}",
  compare:
    "{% set s = 'a' * 8000000 %}{% for i in range(100000) %}{{ (s ~ 'a') == (s ~ 'b') }}{{ s < s ~ 'b' }}{% endfor %}",
  index: "{% set s = '🙂' * 4000000 %}{% for i in range(100000) %}{{ s[-1] }}{{ s|length }}{% endfor %}",
  slicing:
    "{% set s = 'a' * 8000000 %}{% set k = namespace(l=[]) %}{% for i in range(10000) %}{% set k.l = k.l + [s[::2]] %}{% endfor %}",
  pads: "{% set k = namespace(l=[]) %}{% for i in range(10000) %}{% set k.l = k.l + ['é'.center(16000000)] %}{% endfor %}",
  strs: "{% set k = namespace(l=[]) %}{% for i in range(10000) %}{% set k.l = k.l + ['é一' * 4000000] %}{% endfor %}",
  captures:
    '{% macro m() %}{% for i in range(100000) %}一{% endfor %}{% endmacro %}{% set k = namespace(l=[]) ' +
    '%}{% for i in range(10000) %}{% set k.l = k.l + [m()] %}{% endfor %}',
  int: "{% set s = '9' * 8000000 %}{{ s|int }}{{ s|float }}{% for i in range(1000) %}{{ s|int(0) }}{{ ('f' * 4000000)|int(0, 16) }}{% endfor %}",
  round: '{{ 1e308|round(300) }}{{ 1e-300|round(300) }}{{ 10|round(-1000000000) }}{{ 1e300|round(-1000000) }}',
  strftime: "{{ strftime_now('%A' * 4000000) }}",
  varargs: '{% macro m() %}{{ varargs }}{% endmacro %}{% for i in range(1000) %}{{ m(*range(100000)) }}{% endfor %}',
  namespaces: '{% for i in range(100000) %}{% set ns = namespace(dict(range(100)|batch(2))) %}{% endfor %}',
  lazychain: grow('range(10)', "ns.x|map('string')", 100000, '{{ ns.x|list }}'),
  lazyselect: grow('range(10)', 'ns.x|select', 3000, '{{ ns.x|list }}'),
  markup: grow("'<'|safe", 'ns.x + ns.x', 60),
  tuple: grow('(1,)', 'ns.x + ns.x', 60),
  wide: '{% set k = namespace(l=[]) %}{% for i in range(100000) %}{% set k.l = [i, k.l] %}{% endfor %}',
  cond: '{{ ' + '1 if x else '.repeat(20_000) + '2 }}',
  scopes:
    '{% with a = 1 %}'.repeat(150) +
    '{% for i in range(100000) %}{% for j in range(1000) %}{{ zzz }}{% endfor %}{% endfor %}' +
    '{% endwith %}'.repeat(150),
  closures:
    '{% set k = namespace(l=[]) %}{% for i in range(1000000) %}{% macro m() %}{% endmacro %}{% set k.l = [k.l, m] %}{% endfor %}',
  nestedLoops: '{% for i in x %}'.repeat(190) + '{{ a }}'.repeat(38_000) + '{% endfor %}'.repeat(190),
};

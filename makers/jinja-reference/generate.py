"""Renders template snippets with Jinja2 3.1, set up as transformers sets it up for chat templates.

    python3 makers/jinja-reference/generate.py > fixtures/text/jinja/reference.json
    python3 makers/jinja-reference/generate.py --seed 7 --count 20000 > /tmp/cases.json

The test `packages/jinja/test/reference.test.ts` renders the fixture with attune's own interpreter, or the file that
ATTUNE_JINJA_CASES names. Needs jinja2 (Debian: python3-jinja2). A case is [index of template, context, expected];
null is expected where Jinja2 fails.
"""

import argparse
import copy
import datetime
import json
import random
import re
import signal
import sys
import warnings

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from snippets import CONTEXTS, SNIPPETS, TEMPLATES, CONVERSATIONS


class Generation(Extension):
    """The tag that marks what the assistant says; it shows nothing itself."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def environment():
    made = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    made.globals["strftime_now"] = datetime.datetime(2024, 1, 5, 9, 7, 3).strftime
    return made


warnings.simplefilter("ignore")
ENVIRONMENT = environment()
# What prints a memory address or depends on a set's order has no fixed expectation.
UNSTABLE = re.compile(r" at 0x[0-9a-f]+")


def render(template, context):
    def stop(_signal, _frame):
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 2)
    try:
        text = ENVIRONMENT.from_string(template).render(**copy.deepcopy(context))
    except TimeoutError:
        return "unstable"
    except BaseException:  # SyntaxError and RecursionError of what the compiler made, too
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return "unstable" if UNSTABLE.search(text) else text


class Grammar:
    """Draws expressions and statements over the variables of the context `values`."""

    NAMES = ["text", "word", "empty", "accents", "lines", "n", "zero", "minus", "half", "three", "yes", "no", "nothing", "missing"]
    LISTS = ["numbers", "words", "mixed", "rows", "none_list"]
    DICTS = ["mapping", "deep"]
    LITERALS = ["0", "1", "2", "-1", "3.0", "1.5", "'a'", "'ab '", '"<b>"', "true", "false", "none", "''", "[]", "{}",
                "[1, 2]", "(1, 'x')", "{'a': 1, 'b': none}", "[1.0, none, true]", "'%s|%s'", "'{} {}'", "','", "10"]
    OPERATORS = ["+", "+", "-", "*", "/", "//", "%", "~", "~", "==", "!=", "<", ">", "<=", ">=", "in", "not in", "and", "or"]
    FILTERS = ["upper", "lower", "trim", "string", "length", "count", "list", "first", "last", "reverse|list", "join(',')",
               "join", "tojson", "tojson(indent=2)", "int", "float", "abs", "round", "round(1)", "default('d')",
               "d('e', true)", "sort", "sort(reverse=true)", "unique|list", "sum", "min", "max", "title", "capitalize",
               "replace('a', 'X')", "replace('a', 'X', 1)", "truncate(5)", "truncate(6, true, '…', 0)", "indent", "indent(2, true)",
               "center(9)", "batch(2)|list", "batch(2, 'f')|list", "slice(2)|list", "slice(3, 0)|list", "map('upper')|list",
               "map('string')|list", "map(attribute='a')|list", "map(attribute='a.b', default='z')|list", "select|list",
               "select('string')|list", "reject('none')|list", "select('>', 1)|list", "selectattr('a')|list",
               "selectattr('a', 'equalto', 1)|list", "rejectattr('a', 'defined')|list", "groupby('a')|list",
               "groupby('a', default=0)|list", "dictsort", "dictsort(by='value')", "dictsort(reverse=true)", "items|list", "items",
               "wordcount", "e", "escape", "safe", "format(1)", "format('x', 2)", "attr('a')", "urlencode", "filesizeformat",
               "striptags", "forceescape", "xmlattr", "trim('a')", "sort(attribute='a')", "map('int')|sum", "tojson(sort_keys=true)"]
    TESTS = ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "iterable",
             "true", "false", "odd", "even", "divisibleby(2)", "divisibleby 3", "eq(1)", "equalto 'a'", "ne none", "in [1, 'a']",
             "in(words)", "lower", "upper", "callable", "gt 1", "lt(2)", "escaped", "sameas none", "sameas(true)", "not none",
             "not defined", "not string"]
    METHODS = ["upper()", "lower()", "strip()", "strip('a')", "lstrip()", "rstrip()", "split()", "split(',')", "split('a', 1)",
               "rsplit(' ', 1)", "splitlines()", "startswith('a')", "endswith(('b', 't'))", "replace('a', 'b')", "title()",
               "capitalize()", "swapcase()", "find('t')", "rfind('t')", "index('a')", "count('a')", "join(words)", "join(['x', 'y'])",
               "isdigit()", "isalpha()", "isupper()", "islower()", "isspace()", "isalnum()", "istitle()", "zfill(6)", "ljust(5, '.')",
               "rjust(6)", "center(8, '*')", "partition(' ')", "rpartition('a')", "removeprefix('a')", "removesuffix('t')",
               "format(1, 2)", "format(*words)", "items()", "keys()", "values()", "get('a')", "get('zz', 5)", "items()|list",
               "keys()|list", "values()|list", "copy()", "index(1)", "count(1)", "append(1)", "pop()", "update({})", "a", "b", "zz",
               "a.b", "is_integer()"]
    SUBSCRIPTS = ["[0]", "[1]", "[-1]", "[9]", "['a']", "['zz']", "[1:]", "[:2]", "[::-1]", "[-2:]", "[1:4:2]", "[::2]", "[none:1]",
                  "[n]", "[word]", "[1.0]", "[true]"]

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, options):
        return self.random.choice(options)

    def value(self):
        kind = self.random.random()
        if kind < 0.45:
            return self.pick(self.NAMES + self.LISTS + self.DICTS)
        return self.pick(self.LITERALS)

    def expression(self, depth=2):
        if depth == 0:
            return self.value()
        kind = self.random.randrange(14)
        inner = self.expression(depth - 1)
        if kind < 3:
            return f"{self.wrapped(inner)}|{self.pick(self.FILTERS)}"
        if kind < 5:
            return f"{self.wrapped(inner)} is {self.pick(self.TESTS)}"
        if kind < 7:
            return f"{self.wrapped(inner)}.{self.pick(self.METHODS)}"
        if kind < 8:
            subscript = self.pick(self.SUBSCRIPTS)
            # Jinja2 computes constants beforehand, where a slice that fails is undefined and no error.
            sliced = self.pick(self.NAMES + self.LISTS + self.DICTS) if ":" in subscript else self.wrapped(inner)
            return sliced + subscript
        if kind < 11:
            return f"{inner} {self.pick(self.OPERATORS)} {self.expression(depth - 1)}"
        if kind < 12:
            return f"({inner} if {self.expression(depth - 1)} else {self.expression(depth - 1)})"
        if kind < 13:
            return self.pick([f"[{inner}, {self.value()}]", f"({inner}, {self.value()})", f"{{'k': {inner}}}", f"({inner},)"])
        return self.pick([f"not {self.wrapped(inner)}", f"-{self.wrapped(inner)}", f"({inner} if {self.value()})",
                          f"{self.wrapped(inner)} ~ {self.value()} ~ {self.value()}", f"range({inner})|list", f"dict(a={inner})",
                          f"namespace(a={inner}).a", f"{self.value()} < {self.wrapped(inner)} <= {self.value()}",
                          f"{self.wrapped(inner)} ** 2"])

    def wrapped(self, inner):
        return inner if re.fullmatch(r"[\w']+", inner) else f"({inner})"

    def space(self):
        return self.pick(["", "", " ", "\n", "\n  ", "  \n", "x", " y ", "\n\n", "\t", "<", "a\r\nb"])

    def open(self):
        return self.pick(["{%", "{%", "{%-", "{%+"])

    def close(self):
        return self.pick(["%}", "%}", "-%}", "+%}"])

    def tag(self, inside):
        return f"{self.open()} {inside} {self.close()}"

    def body(self, depth, in_loop=False):
        return "".join(self.space() + self.statement(depth, in_loop) for _ in range(self.random.randrange(1, 4))) + self.space()

    def statement(self, depth, in_loop=False):
        kind = self.random.randrange(20) if depth > 0 else self.random.randrange(7)
        value = self.expression(self.random.randrange(1, 3))
        if kind < 4:
            return self.pick(["{{ %s }}", "{{- %s }}", "{{ %s -}}", "{{- %s -}}", "{{%s}}", "{{+ %s }}"]) % value
        if kind < 5:
            return self.pick(["{# c #}", "{#- c -#}", "{#+ c #}", "{# c +#}"])
        if kind < 6:
            return self.tag(f"set {self.pick(['u', 'v', 'text'])} = {value}")
        if kind < 7:
            return "{{ u }}|{{ v }}" if not in_loop else "{{ item }}{{ loop.%s }}" % self.pick(
                ["index", "index0", "first", "last", "length", "revindex", "revindex0", "depth", "previtem", "nextitem",
                 "cycle('a', 'b')", "changed(item)"])
        inner = self.body(depth - 1, in_loop)
        if kind < 10:
            other = self.tag(self.pick(["else", f"elif {self.value()}"])) + self.body(depth - 1, in_loop) if self.random.random() < 0.5 else ""
            return self.tag(f"if {value}") + inner + other + self.tag("endif")
        if kind < 15:
            return self.loop(depth)
        if kind < 16:
            return self.tag("set u") + inner + self.tag("endset")
        if kind < 17:
            return self.tag(f"with u = {value}, w = u") + inner + self.tag("endwith")
        if kind < 18:
            return (self.tag("macro m(p, q=2)") + "{{ p }}/{{ q }}" + self.body(depth - 1) + self.tag("endmacro")
                    + "{{ m(%s) }}" % self.pick(["", value, f"{self.value()}, q={self.value()}", "1, 2, 3"]))
        if kind < 19:
            return self.tag("filter " + self.pick(["upper", "trim", "indent(1)", "replace('a', 'b')|length"])) + inner + self.tag("endfilter")
        return self.pick([self.tag("generation") + self.body(depth - 1) + self.tag("endgeneration"),
                          self.tag("raw") + "{{ x }} {% y" + self.tag("endraw"),
                          self.tag("set ns = namespace(a=1)") + self.tag(f"set ns.a = {value}") + "{{ ns.a }}"])

    def loop(self, depth):
        target, values = self.pick([("item", self.pick(self.LISTS + ["text", "mapping", "range(3)", "missing", "rows|selectattr('a')"])),
                                    ("k, item", self.pick(["mapping.items()", "mapping|dictsort", "deep|items", "[[1, 2], (3, 4)]"])),
                                    ("item", self.expression(1))])
        test = self.pick(["", "", "", " if item", " if item is not none", " if loop is defined"])
        body = self.body(depth - 1, True)
        leave = self.pick(["", "", "", self.tag("if " + self.pick(["loop.index == 2", "item is none", "item"]))
                           + self.tag(self.pick(["break", "continue"])) + self.tag("endif") + self.space()])
        other = self.tag("else") + self.space() if self.random.random() < 0.2 else ""
        return self.tag(f"for {target} in {values}{test}") + leave + body + other + self.tag("endfor")


def drawn_cases(seed, count):
    grammar = Grammar(seed)
    for index in range(count):
        if index % 2 == 0:
            yield "{{ " + grammar.expression(grammar.random.randrange(1, 4)) + " }}", "values"
        else:
            yield grammar.body(2), "values"


def written_cases():
    for snippet in SNIPPETS:
        yield snippet, "values"
    for template in TEMPLATES.values():
        for name in CONVERSATIONS:
            for prompt in ("", "+prompt"):
                yield template, name + prompt


def contexts():
    found = dict(CONTEXTS)
    for name, conversation in CONVERSATIONS.items():
        base = {"bos_token": "<s>", "eos_token": "</s>", "tools": None, "documents": None, **conversation}
        found[name] = {**base, "add_generation_prompt": False}
        found[name + "+prompt"] = {**base, "add_generation_prompt": True}
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=4000)
    options = parser.parse_args()
    known = contexts()
    templates, cases, failures = {}, [], 0
    for template, name in [*written_cases(), *drawn_cases(options.seed, options.count)]:
        expected = render(template, known[name])
        # Failures teach little: one in eight of the drawn ones is enough.
        failures += expected is None
        if expected == "unstable" or (expected is None and name == "values" and failures % 8):
            continue
        cases.append([templates.setdefault(template, len(templates)), name, expected])
    found = {"jinja2": jinja2.__version__, "contexts": known, "templates": list(templates), "cases": cases}
    json.dump(found, sys.stdout, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()

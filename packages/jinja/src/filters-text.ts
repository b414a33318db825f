import { notSupported, TemplateFailure, typeError } from './errors.ts';
import { filter, textFilter } from './filter.ts';
import { lengthOf } from './iteration.ts';
import { toJson } from './json.ts';
import { jsonOptions } from './json-options.ts';
import { escapeHtml } from './markup.ts';
import { capitalize, pad } from './methods-text.ts';
import { toIndex } from './numbers.ts';
import { getSlice } from './attributes.ts';
import { percentFormat } from './percent-format.ts';
import { toText } from './printing.ts';
import { split, splitLines, strip, replaceText } from './texts.ts';
import { isTrue } from './operators.ts';
import {
  asMapping,
  asText,
  Dict,
  JsonText,
  Markup,
  Tuple,
  typeName,
  Undefined,
  type Arguments,
  type Value,
  type Runtime,
} from './values.ts';

function charged(text: string, { budget }: Runtime): string {
  budget.chargeText(text.length * 4);
  return text;
}

export const textFilters = [
  textFilter('upper', [], (text, _args, runtime) => charged(text, runtime).toUpperCase()),
  textFilter('lower', [], (text, _args, runtime) => charged(text, runtime).toLowerCase()),
  textFilter('capitalize', [], (text, _args, runtime) => capitalize(charged(text, runtime))),
  textFilter('title', [], (text, _args, runtime) => title(charged(text, runtime))),
  textFilter('trim', [['chars', null]], (text, [chars], runtime) => strip(text, chars, runtime)),
  textFilter('center', [['width', 80]], (text, [width], runtime) => pad(text, [width, ' '], runtime, 'both')),
  textFilter('string', [], (text) => text),
  filter('safe', [], (input, _args, runtime) => new Markup(toText(input, runtime))),
  ...['e', 'escape'].map((name) => filter(name, [], (input, _args, runtime) => escaped(input, runtime))),
  filter('forceescape', [], (input, _args, runtime) => {
    return new Markup(escapeHtml(toText(input, runtime), runtime.budget));
  }),
  filter('replace', ['old', 'new', ['count', null]], (input, [old, by, count], runtime) => {
    const texts = [old, by].map((value) => toText(value, runtime));
    return replaceText(toText(input, runtime), [...texts, count ?? -1], runtime);
  }),
  filter(
    'indent',
    [
      ['width', 4],
      ['first', false],
      ['blank', false],
    ],
    indent,
  ),
  filter(
    'truncate',
    [
      ['length', 255],
      ['killwords', false],
      ['end', '...'],
      ['leeway', null],
    ],
    truncate,
  ),
  filter('wordcount', [], (input, _args, runtime) => {
    return charged(toText(input, runtime), runtime).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0;
  }),
  filter('striptags', [], stripTags),
  filter('urlencode', [], urlEncode),
  filter('xmlattr', [['autospace', true]], xmlAttributes),
  filter(
    'tojson',
    [
      ['ensure_ascii', false],
      ['indent', null],
      ['separators', null],
      ['sort_keys', false],
    ],
    (input, args, runtime) => toJson(input, jsonOptions(args, runtime.budget), runtime.budget),
  ),
  ['format', formatFilter] as const,
  ...['pprint', 'urlize', 'wordwrap'].map((name) => unsupported(name)),
];

function unsupported(name: string): ReturnType<typeof filter> {
  return [
    name,
    () => {
      throw notSupported(`the filter ${name}`);
    },
  ];
}

function escaped(input: Value, runtime: Runtime): Markup {
  return new Markup(input instanceof Markup ? input.text : escapeHtml(toText(input, runtime), runtime.budget));
}

/** Unlike str.title, words begin only after white space, hyphens and opening brackets. */
function title(text: string): string {
  return text.replaceAll(/[^-\s({[<]+/g, (word) => {
    const first = String.fromCodePoint(word.codePointAt(0)!);
    return first.toUpperCase() + word.slice(first.length).toLowerCase();
  });
}

function formatFilter(input: Value, { positional, named }: Arguments, runtime: Runtime): Value {
  if (input instanceof Markup) throw notSupported('formatting a Markup');
  if (positional.length > 0 && named.size > 0)
    throw new TemplateFailure('TemplateRuntimeError', "can't handle positional and keyword arguments at the same time");
  const values = named.size > 0 ? Dict.of(named) : new Tuple(positional);
  return percentFormat(toText(input, runtime), values, runtime);
}

function requireText(input: Value, filterName: string): string {
  const text = asText(input);
  if (text === undefined) throw typeError(`${filterName} needs a text, not ${typeName(input)}`);
  return text;
}

function indent(input: Value, [width, first, blank]: Value[], runtime: Runtime): Value {
  const { budget } = runtime;
  if (input instanceof Markup) throw notSupported('indenting a Markup');
  if (input instanceof Undefined) throw new TemplateFailure('UndefinedError', input.message);
  const text = requireText(input, 'indent');
  const unit = asText(width) ?? pad('', [width, ' '], runtime, 'start');
  const lines = splitLines(`${text}\n`, false, budget);
  budget.checkLength(text.length + lines.length * (unit.length + 1));
  budget.chargeText(text.length + lines.length * (unit.length + 1));
  const indented = lines.map((line, index) => {
    if (index === 0) return isTrue(first) ? unit + line : line;
    return isTrue(blank) || line !== '' ? unit + line : line;
  });
  return indented.join('\n');
}

function truncate(input: Value, [length, killWords, end, leeway]: Value[], runtime: Runtime): Value {
  const [most, mark] = [toIndex(length), requireText(end, 'truncate')];
  const { budget } = runtime;
  const spare = leeway === null ? 5 : toIndex(leeway);
  const room = most - lengthOf(mark, budget);
  if (room < 0 || spare < 0) throw new TemplateFailure('TemplateRuntimeError', 'truncate: expected a larger length');
  if (lengthOf(input, budget) <= most + spare) return input;
  if (input instanceof Markup) throw notSupported('truncating a Markup');
  const cut = asText(getSlice(requireText(input, 'truncate'), [null, room, null], runtime))!;
  return (isTrue(killWords) ? cut : split(cut, [' ', 1], runtime, 'end')[0]) + mark;
}

function stripTags(input: Value, _args: Value[], runtime: Runtime): Value {
  let text = toText(input, runtime);
  if (text.includes('&')) throw notSupported('striptags of a text with entities');
  charged(text, runtime);
  for (const [open, close] of [
    ['<!--', '-->'],
    ['<', '>'],
  ]) {
    const kept: string[] = [];
    let place = 0;
    for (;;) {
      const start = text.indexOf(open, place);
      const stop = start === -1 ? -1 : text.indexOf(close, start);
      if (stop === -1) break;
      runtime.budget.charge(2);
      kept.push(text.slice(place, start));
      place = stop + close.length;
    }
    text = kept.join('') + text.slice(place);
  }
  return split(text, [null, -1], runtime, 'start').join(' ');
}

/** Python's urllib.parse.quote. */
function urlEncode(input: Value, _args: Value[], runtime: Runtime): Value {
  const mapping = input instanceof JsonText ? undefined : asMapping(input);
  const quoted = (value: Value, safe: string): string => {
    const text = charged(toText(value, runtime), runtime);
    if (!text.isWellFormed()) throw notSupported('urlencode of half a surrogate pair');
    const encoded = encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => {
      return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
    });
    return safe === '/' ? encoded.replaceAll('%2F', '/') : encoded.replaceAll('%20', '+');
  };
  if (asText(input) !== undefined || input === null || typeof input !== 'object') return quoted(input, '/');
  if (mapping === undefined) throw notSupported(`urlencode of a ${typeName(input)}`);
  return [...mapping.items()].map((pair) => pair.map((part) => quoted(part, '')).join('=')).join('&');
}

function xmlAttributes(input: Value, [autospace]: Value[], runtime: Runtime): Value {
  const mapping = asMapping(input);
  if (mapping === undefined) throw typeError(`xmlattr needs a mapping, not ${typeName(input)}`);
  const parts: string[] = [];
  for (const [key, value] of mapping.items()) {
    if (value === null || value instanceof Undefined) continue;
    const name = requireText(key, 'xmlattr');
    if (/[\s/>=]/.test(name)) throw new TemplateFailure('ValueError', `Invalid character in attribute name: ${name}`);
    parts.push(`${escaped(key, runtime).text}="${escaped(value, runtime).text}"`);
  }
  const text = parts.join(' ');
  return isTrue(autospace) && text !== '' ? ` ${text}` : text;
}

import { notSupported, typeError, valueError } from './errors.ts';
import { charactersOf, isPlain, lengthOf } from './iteration.ts';
import { titleLetter } from './letter-case.ts';
import { letterTests } from './letter-tests.ts';
import { toIndex } from './numbers.ts';
import { indexOf, lastPlacesOf, placesOf } from './search.ts';
import type { Method, Parameter } from './signature.ts';
import { joinTexts, removeAffix, replaceText, split, splitLines, splitOnce, strip, titleCase } from './texts.ts';
import { asText, Tuple, typeName, type Value, type Runtime } from './values.ts';

type TextMethod = Method<string>;

export const UNSUPPORTED_TEXT_METHODS = ['encode', 'expandtabs', 'format_map', 'maketrans', 'translate'];

const WINDOW: readonly Parameter[] = [
  ['start', null],
  ['end', null],
];

/** Methods of Python's str. */
export const textMethods: ReadonlyMap<string, TextMethod> = new Map<string, TextMethod>([
  ...Object.entries(letterTests).map(([name, test]): [string, TextMethod] => [
    name,
    { parameters: [], run: (text, _args, runtime) => (runtime.budget.chargeText(text.length * 4), test(text)) },
  ]),
  ['upper', changed((text) => text.toUpperCase())],
  ['lower', changed((text) => text.toLowerCase())],
  ['casefold', changed(caseFold)],
  ['swapcase', changed(swapCase)],
  ['capitalize', changed(capitalize)],
  ['title', changed(titleCase)],
  ['strip', { parameters: [['chars', null]], run: (text, [chars], runtime) => strip(text, chars, runtime) }],
  ['lstrip', { parameters: [['chars', null]], run: (text, [chars], runtime) => strip(text, chars, runtime, 'start') }],
  ['rstrip', { parameters: [['chars', null]], run: (text, [chars], runtime) => strip(text, chars, runtime, 'end') }],
  ['startswith', affixTest((text, affix) => text.startsWith(affix))],
  ['endswith', affixTest((text, affix) => text.endsWith(affix))],
  ['removeprefix', { parameters: ['prefix'], run: (text, [prefix]) => removeAffix(text, prefix, 'start') }],
  ['removesuffix', { parameters: ['suffix'], run: (text, [suffix]) => removeAffix(text, suffix, 'end') }],
  ['split', { ...splitParameters(), run: (text, args, runtime) => split(text, args, runtime, 'start') }],
  ['rsplit', { ...splitParameters(), run: (text, args, runtime) => split(text, args, runtime, 'end') }],
  [
    'splitlines',
    {
      parameters: [['keepends', false]],
      byName: true,
      run: (text, [keepEnds], runtime) => splitLines(text, keepEnds === true || keepEnds === 1, runtime.budget),
    },
  ],
  ['partition', { parameters: ['sep'], run: (text, [sep], runtime) => splitOnce(text, sep, runtime, 'first') }],
  ['rpartition', { parameters: ['sep'], run: (text, [sep], runtime) => splitOnce(text, sep, runtime, 'last') }],
  [
    'replace',
    { parameters: ['old', 'new', ['count', -1]], run: (text, args, runtime) => replaceText(text, args, runtime) },
  ],
  ['join', { parameters: ['iterable'], run: (text, [values], runtime) => joinTexts(text, values, runtime) }],
  ['find', { parameters: ['sub', ...WINDOW], run: (text, args, runtime) => find(text, args, runtime) }],
  ['rfind', { parameters: ['sub', ...WINDOW], run: (text, args, runtime) => find(text, args, runtime, 'last') }],
  ['index', { parameters: ['sub', ...WINDOW], run: (text, args, runtime) => found(find(text, args, runtime)) }],
  [
    'rindex',
    { parameters: ['sub', ...WINDOW], run: (text, args, runtime) => found(find(text, args, runtime, 'last')) },
  ],
  ['count', { parameters: ['sub', ...WINDOW], run: count }],
  [
    'center',
    { parameters: ['width', ['fillchar', ' ']], run: (text, args, runtime) => pad(text, args, runtime, 'both') },
  ],
  [
    'ljust',
    { parameters: ['width', ['fillchar', ' ']], run: (text, args, runtime) => pad(text, args, runtime, 'end') },
  ],
  [
    'rjust',
    { parameters: ['width', ['fillchar', ' ']], run: (text, args, runtime) => pad(text, args, runtime, 'start') },
  ],
  ['zfill', { parameters: ['width'], run: zeroFill }],
]);

function splitParameters(): Pick<TextMethod, 'parameters' | 'byName'> {
  return {
    parameters: [
      ['sep', null],
      ['maxsplit', -1],
    ],
    byName: true,
  };
}

function changed(change: (text: string) => string): TextMethod {
  return {
    parameters: [],
    run: (text, _args, { budget }) => {
      budget.chargeText(text.length * 4);
      const result = change(text);
      budget.checkLength(result.length);
      return result;
    },
  };
}

function caseFold(text: string): string {
  if (/[^\0-\x7f]/.test(text)) throw notSupported('str.casefold beyond ASCII');
  return text.toLowerCase();
}

function swapCase(text: string): string {
  return text.replaceAll(/\p{Lu}|\p{Ll}/gu, (letter) => {
    const upper = letter.toUpperCase();
    return upper === letter ? letter.toLowerCase() : upper;
  });
}

export function capitalize(text: string): string {
  if (text === '') return text;
  const first = String.fromCodePoint(text.codePointAt(0)!);
  return titleLetter(first) + text.slice(first.length).toLowerCase();
}

/** The part of a text between `start` and `end`, with the index of its first character. */
function windowOf(text: string, [start, end]: Value[], { budget }: Runtime): { part: string; offset: number } {
  if ((start === null || start === 0) && end === null) return { part: text, offset: 0 };
  const letters = isPlain(text, budget) ? undefined : charactersOf(text, budget);
  const length = letters?.length ?? text.length;
  const bound = (value: Value, fallback: number): number => {
    const index = value === null ? fallback : toIndex(value);
    return index < 0 ? Math.max(0, index + length) : index;
  };
  const [from, to] = [bound(start, 0), Math.min(length, bound(end, length))];
  budget.chargeText(Math.max(0, to - from));
  // A start beyond the end of the text finds nothing, not even the empty text.
  const part = letters === undefined ? text.slice(from, Math.max(from, to)) : letters.slice(from, to).join('');
  return { part, offset: from > length ? -1 : from };
}

function requireText(value: Value): string {
  const text = asText(value);
  if (text === undefined) throw typeError(`must be str, not ${typeName(value)}`);
  return text;
}

function affixTest(test: (text: string, affix: string) => boolean): TextMethod {
  return {
    parameters: ['prefix', ...WINDOW],
    run: (text, [affix, ...window], runtime) => {
      const { part, offset } = windowOf(text, window, runtime);
      const affixes = affix instanceof Tuple ? affix.items.map(requireText) : [requireText(affix)];
      runtime.budget.charge(affixes.length);
      for (const one of affixes) runtime.budget.chargeText(Math.min(one.length, part.length));
      return offset >= 0 && affixes.some((one) => test(part, one));
    },
  };
}

function find(text: string, [sub, ...window]: Value[], runtime: Runtime, which: 'first' | 'last' = 'first'): number {
  const wanted = requireText(sub);
  const { part, offset } = windowOf(text, window, runtime);
  if (offset < 0) return -1;
  let at: number;
  if (which === 'first') at = indexOf(part, wanted, 0, runtime.budget);
  else at = wanted === '' ? part.length : (lastPlacesOf(part, wanted, runtime.budget, 1)[0] ?? -1);
  return at === -1 ? -1 : offset + lengthOf(part.slice(0, at), runtime.budget);
}

function found(place: number): number {
  if (place === -1) throw valueError('substring not found');
  return place;
}

function count(text: string, [sub, ...window]: Value[], runtime: Runtime): number {
  const wanted = requireText(sub);
  const { part, offset } = windowOf(text, window, runtime);
  if (offset < 0) return 0;
  return wanted === '' ? lengthOf(part, runtime.budget) + 1 : placesOf(part, wanted, runtime.budget).length;
}

// oxlint-disable-next-line max-params -- as Python's own, with the side
export function pad(text: string, [width, fill]: Value[], { budget }: Runtime, side: 'start' | 'end' | 'both'): string {
  const sign = requireText(fill);
  if (lengthOf(sign, budget) !== 1) throw typeError('The fill character must be exactly one character long');
  const missing = toIndex(width) - lengthOf(text, budget);
  if (missing <= 0) return text;
  budget.checkLength(text.length + missing * sign.length);
  budget.chargeText(text.length + missing * sign.length);
  // If the padding is odd, the left side gets the larger part where the width is odd too.
  const half = Math.floor(missing / 2) + (missing % 2 !== 0 && toIndex(width) % 2 !== 0 ? 1 : 0);
  const left = side === 'end' ? 0 : side === 'start' ? missing : half;
  return sign.repeat(left) + text + sign.repeat(missing - left);
}

function zeroFill(text: string, [width]: Value[], runtime: Runtime): string {
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  const digits = text.slice(sign.length);
  return sign + pad(digits, [toIndex(width) - sign.length, '0'], runtime, 'start');
}

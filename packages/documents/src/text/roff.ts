/** Converts roff lines to plain text: escapes, strings defined by the page, and macro arguments. */
import { table } from '@attune/base/table';

const CHARACTERS: Readonly<Record<string, string>> = table({
  aq: "'",
  dq: '"',
  lq: '“',
  rq: '”',
  oq: '‘',
  cq: '’',
  Fo: '«',
  Fc: '»',
  bu: '•',
  ci: '○',
  em: '—',
  en: '–',
  hy: '-',
  ti: '~',
  ha: '^',
  rs: '\\',
  co: '©',
  rg: '®',
  tm: '™',
  mu: '×',
  mi: '−',
  '+-': '±',
  '<=': '≤',
  '>=': '≥',
  '!=': '≠',
  '->': '→',
  '<-': '←',
  if: '∞',
  at: '@',
  sh: '#',
  Do: '$',
  ga: '`',
  aa: '´',
  sl: '/',
  or: '|',
  ba: '|',
  lB: '[',
  rB: ']',
  lC: '{',
  rC: '}',
  de: '°',
  ss: 'ß',
  AE: 'Æ',
  ae: 'æ',
  OE: 'Œ',
  oe: 'œ',
});
/** An accent before its letter, as in \('e, and the combining mark that Unicode puts after it. */
const ACCENTS: Readonly<Record<string, string>> = table({
  "'": '\u0301',
  '`': '\u0300',
  '^': '\u0302',
  '~': '\u0303',
  ':': '\u0308',
  ',': '\u0327',
});

const ESCAPE =
  /\\(?:"[^\n]*|f(?:\[[^\]]*\]|\(..|.)|s(?:[-+]?\d{1,2}|\[[^\]]*\])|[hvwoXDlLbZ]'[^']*'|\*(?:\[(?<long>[^\]]*)\]|\((?<two>..)|(?<one>.))|\[(?<named>[^\]]*)\]|\((?<short>..)|[knmMFYV](?:\[[^\]]*\]|\(..|.)|(?<single>.)|$)/gsu;

const SINGLE: Readonly<Record<string, string>> = table({
  e: '\\',
  '\\': '\\',
  '-': '-',
  "'": '´',
  '`': '`',
  t: '\t',
  E: '\\',
});

/** Resolves escapes; `strings` are those defined by the page. */
export function roffText(line: string, strings: ReadonlyMap<string, string> = new Map()): string {
  return line.replace(ESCAPE, (...parts) => {
    const { long, two, one, named, short, single } = parts.at(-1) as Record<string, string | undefined>;
    const string = long ?? two ?? one;
    if (string !== undefined) return strings.get(string) ?? '';
    const name = named ?? short;
    if (name !== undefined) return character(name);
    if (single === undefined) return '';
    // Spaces of any width, and escapes that only break or join.
    if (' 0~|^'.includes(single)) return single === '|' || single === '^' ? '' : ' ';
    return SINGLE[single] ?? ('&)%/,:dpruacCzx!?{}'.includes(single) ? '' : single);
  });
}

function character(name: string): string {
  const code = /^u([0-9A-F]{4,6})$/.exec(name)?.[1];
  if (code !== undefined && Number.parseInt(code, 16) <= 0x10ffff)
    return String.fromCodePoint(Number.parseInt(code, 16));
  const accent = ACCENTS[name[0]];
  if (accent !== undefined && /^.\p{L}$/u.test(name)) return (name[1] + accent).normalize('NFC');
  return CHARACTERS[name] ?? '';
}

/** A macro's arguments, separated by spaces or quoted; a doubled quotation mark is literal. */
export function roffArguments(rest: string): string[] {
  const found = rest.replace(/(?<!\\)\\".*$/, '').matchAll(/"((?:[^"]|"")*)"?|((?:\\.|[^\s\\])+)/g);
  return [...found].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare);
}

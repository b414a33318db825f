/** Lines of roff as plain text: escapes, strings that a page defines, and the arguments of its macros. */
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
/** An accent before its letter, as in \('e, and the mark that Unicode puts behind it. */
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

/** Without its escapes; `strings` are those that the page has defined. */
export function roffText(line: string, strings: ReadonlyMap<string, string> = new Map()): string {
  return line.replace(ESCAPE, (...parts) => {
    const { long, two, one, named, short, single } = parts.at(-1) as Record<string, string | undefined>;
    const string = long ?? two ?? one;
    if (string !== undefined) return strings.get(string) ?? '';
    const name = named ?? short;
    if (name !== undefined) return character(name);
    if (single === undefined) return '';
    // A space of any width, and what only breaks or joins.
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

/** A macro's arguments: between spaces, or in quotation marks, where two stand for one. */
export function roffArguments(rest: string): string[] {
  const found = rest.replace(/(?<!\\)\\".*$/, '').matchAll(/"((?:[^"]|"")*)"?|((?:\\.|[^\s\\])+)/g);
  return [...found].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare);
}

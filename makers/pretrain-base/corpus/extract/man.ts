import type { Block } from '../document.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  aq: "'",
  dq: '"',
  lq: '“',
  rq: '”',
  oq: '‘',
  cq: '’',
  bu: '•',
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
  sl: '/',
  or: '|',
};
const FONT_MACROS = /^(?:B|I|BR|RB|BI|IB|IR|RI|SM|SB|R)$/;
const SKIPPED_SECTIONS = /^(?:SYNOPSIS|SEE ALSO|COLOPHON|COPYRIGHT|LICENSE|AUTHORS?|REPORTING BUGS|AVAILABILITY)$/i;

/** The prose of a page in man(7) macros; empty for other macro sets (mdoc). */
export function extractMan(source: string): Block[] {
  if (!/^\.\s*TH\b/m.test(source)) return [];
  const reader = new ManReader();
  for (const line of source.split('\n')) reader.take(line);
  return reader.finish();
}

class ManReader {
  private readonly blocks: Block[] = [];
  private words: string[] = [];
  private tag = '';
  private readsTag = false;
  private item = false;
  private code: string[] | undefined;
  private skipsSection = false;
  private inTable = false;

  take(line: string): void {
    if (/^[.']\s*\\"/.test(line) || line.startsWith('\'\\"')) return;
    const macro = /^[.']\s*([A-Za-z]+)\s*(.*)$/.exec(line);
    if (macro !== null) this.macro(macro[1], macro[2].replace(/\\".*$/, ''));
    else if (/^[.']/.test(line)) return;
    else if (line.trim() === '' && this.code === undefined) this.flush();
    else this.put(unescapeRoff(line));
  }

  finish(): Block[] {
    this.flush();
    return this.blocks;
  }

  private macro(name: string, rest: string): void {
    if (name === 'TS') this.inTable = true;
    else if (name === 'TE') this.inTable = false;
    else if (FONT_MACROS.test(name)) this.put(fontText(name, rest));
    else if (name === 'UR' || name === 'MT' || name === 'UE' || name === 'ME') return;
    else if (name === 'SH' || name === 'SS') this.section(name, joinArguments(rest));
    else if (name === 'nf' || name === 'EX') this.startCode();
    else if (name === 'fi' || name === 'EE') this.endCode();
    else if (name === 'TP' || name === 'IP' || name === 'TQ') this.startItem(name, rest);
    else if (/^(?:P|PP|LP|HP|RS|RE|TH)$/.test(name)) this.flush();
    else if (name === 'sp' && this.code !== undefined) this.code.push('');
  }

  private section(name: string, title: string): void {
    this.flush();
    if (name === 'SH') this.skipsSection = SKIPPED_SECTIONS.test(title);
    if (!this.skipsSection && title !== '') this.blocks.push({ kind: 'heading', text: title });
  }

  private startItem(name: string, rest: string): void {
    if (name !== 'TQ') this.flush();
    this.item = true;
    if (name === 'IP') this.tag = bullet(splitArguments(rest)[0] ?? '');
    else this.readsTag = true;
  }

  private put(text: string): void {
    if (this.inTable) return;
    if (this.code !== undefined) this.code.push(text);
    else if (this.readsTag) {
      this.tag = bullet(this.tag === '' ? text.trim() : `${this.tag}, ${text.trim()}`);
      this.readsTag = false;
    } else this.words.push(text.trim());
  }

  private startCode(): void {
    this.flush();
    this.code = [];
  }

  private endCode(): void {
    const text = (this.code ?? []).join('\n').replaceAll(/^\n+|\s+$/g, '');
    this.code = undefined;
    if (text !== '' && !this.skipsSection) this.blocks.push({ kind: 'code', text });
  }

  private flush(): void {
    if (this.code !== undefined) return;
    const text = this.words.join(' ').replaceAll(/\s+/g, ' ').trim();
    this.words = [];
    if (text !== '' && !this.skipsSection) {
      const tagged = this.tag === '' ? text : `${this.tag}: ${text}`;
      this.blocks.push({ kind: this.item ? 'item' : 'text', text: tagged });
    }
    [this.tag, this.item, this.readsTag] = ['', false, false];
  }
}

function bullet(tag: string): string {
  const text = unescapeRoff(tag).trim();
  return /^[•*o—–-]?$/.test(text) || /^\(?\d+[.)]?$/.test(text) ? '' : text;
}

/** `.BR foo (1)`: macros with two fonts join their arguments without spaces. */
function fontText(name: string, rest: string): string {
  const parts = splitArguments(rest).map(unescapeRoff);
  return parts.join(name.length === 2 && name !== 'SM' && name !== 'SB' ? '' : ' ');
}

function joinArguments(rest: string): string {
  return splitArguments(rest).map(unescapeRoff).join(' ').trim();
}

function splitArguments(rest: string): string[] {
  return Array.from(rest.matchAll(/"((?:[^"]|"")*)"?|((?:\\ |\S)+)/g), (match) =>
    (match[1] ?? match[2] ?? '').replaceAll('""', '"'),
  );
}

/** Resolves roff's escapes: fonts and sizes are dropped, characters are inserted. */
export function unescapeRoff(text: string): string {
  if (!text.includes('\\')) return text;
  return text
    .replaceAll(/\\f(?:\[[^\]]*\]|\(..|.)/g, '')
    .replaceAll(/\\s(?:[-+]?\d+|\[[^\]]*\]|\([-+]?\d\d)/g, '')
    .replaceAll(/\\[mMFk](?:\[[^\]]*\]|\(..|.)/g, '')
    .replaceAll(/\\[hvwXZ]'[^']*'/g, '')
    .replaceAll(/\\\*(?:\[[^\]]*\]|\(..|.)/g, '')
    .replaceAll(/\\(?:\((..)|\[([^\]]+)\])/g, (_, two: string | undefined, long: string | undefined) =>
      special(two ?? long ?? ''),
    )
    .replaceAll(/\\[&|^%:,/)dru{}cpaz]/g, '')
    .replace(/\\$/, '')
    .replaceAll(/\\[-'`. ~0e\\"tn]/g, (escape) => SINGLE[escape[1]] ?? escape[1]);
}

const SINGLE: Readonly<Record<string, string>> = {
  e: '\\',
  '~': ' ',
  '0': ' ',
  '"': '',
  t: ' ',
  n: '',
  "'": "'",
  '`': '`',
};

function special(name: string): string {
  const unicode = /^u([\dA-F]{4,6})$/.exec(name);
  return unicode === null ? (ESCAPES[name] ?? '') : String.fromCodePoint(Number.parseInt(unicode[1], 16));
}

/** Converts Rich Text Format to Markdown: paragraphs, headings by outline level, and tables. */
import { table } from '@attune/base/table';
import { markdownTable } from '../../text/html-table.ts';

/** Groups without document text. */
const SILENT = new Set(
  (
    'fonttbl colortbl stylesheet info pict object header headerl headerr headerf footer footerl footerr ' +
    'footerf fldinst generator themedata colorschememapping datastore latentstyles listtable ' +
    'listoverridetable rsidtbl xmlnstbl mmathPr bkmkstart bkmkend'
  ).split(' '),
);
const CHARACTERS: Readonly<Record<string, string>> = table({
  par: '\n\n',
  sect: '\n\n',
  page: '\n\n',
  line: '\n',
  tab: '\t',
  emdash: '—',
  endash: '–',
  bullet: '•',
  lquote: '‘',
  rquote: '’',
  ldblquote: '“',
  rdblquote: '”',
});
const TOKEN = /\\([a-z]+)(-?\d+)? ?|\\'([0-9a-f]{2})|\\(\r\n|[^a-z])|([{}])|\r?\n|([^\\{}\r\n]+)/gi;

interface State {
  isSilent: boolean;
  /** Number of fallback characters that follow a Unicode character. */
  skipped: number;
}

/** @param rtf one character per byte */
export async function rtfMarkdown(rtf: string): Promise<{ title: string; text: string }> {
  const { default: iconv } = await import('iconv-lite');
  const page = `windows-${/\\ansicpg(\d+)/.exec(rtf)?.[1] ?? '1252'}`;
  const known = iconv.encodingExists(page) ? page : 'windows-1252';
  const reader = new RtfReader((bytes) => iconv.decode(Buffer.from(bytes), known));
  const tokens = new RegExp(TOKEN);
  for (let token = tokens.exec(rtf); token !== null; token = tokens.exec(rtf)) {
    reader.take(token);
    // A picture's raw bytes are skipped, since any of them may be a brace.
    if (token[1] === 'bin') tokens.lastIndex += Math.max(0, Number(token[2] ?? 0));
  }
  const title = /\{\\title ([^{}\\]*)\}/.exec(rtf)?.[1].trim() ?? '';
  return { title, text: reader.end() };
}

class RtfReader {
  readonly #decode: (bytes: number[]) => string;
  readonly #states: State[] = [{ isSilent: false, skipped: 1 }];
  #blocks: string[] = [];
  #paragraph = '';
  #level: number | undefined;
  #cells: string[] = [];
  #rows: string[][] = [];
  #bytes: number[] = [];
  #toSkip = 0;
  #isInTable = false;

  constructor(decode: (bytes: number[]) => string) {
    this.#decode = decode;
  }

  take([, word, number, hex, symbol, brace, text]: RegExpExecArray): void {
    if (hex !== undefined) return this.#byte(Number.parseInt(hex, 16));
    this.#flush();
    if (brace === '{') this.#states.push({ ...this.#states.at(-1)! });
    else if (brace === '}') {
      if (this.#states.length > 1) this.#states.pop();
    } else if (word !== undefined) this.#word(word, number);
    else if (symbol === '*') this.#states.at(-1)!.isSilent = true;
    else if (symbol === '\n' || symbol === '\r' || symbol === '\r\n') this.#word('par', undefined);
    else if (symbol !== undefined)
      this.#write(symbol === '~' ? ' ' : symbol === '_' ? '-' : symbol === '-' ? '' : symbol);
    else if (text !== undefined) this.#write(text);
  }

  #byte(byte: number): void {
    if (this.#states.at(-1)!.isSilent) return;
    if (this.#toSkip > 0) this.#toSkip--;
    else this.#bytes.push(byte);
  }

  /** Multi-byte characters are encoded as consecutive bytes. */
  #flush(): void {
    if (this.#bytes.length === 0) return;
    this.#paragraph += this.#decode(this.#bytes);
    this.#bytes = [];
  }

  #write(text: string): void {
    if (this.#states.at(-1)!.isSilent) return;
    const rest = text.slice(this.#toSkip);
    this.#toSkip = Math.max(0, this.#toSkip - text.length);
    this.#paragraph += rest;
  }

  #word(word: string, number: string | undefined): void {
    const state = this.#states.at(-1)!;
    if (SILENT.has(word)) state.isSilent = true;
    if (state.isSilent) return;
    if (word === 'uc') state.skipped = Number(number ?? 1);
    else if (word === 'u' && number !== undefined) {
      this.#paragraph += String.fromCharCode((Number(number) + 65_536) % 65_536);
      this.#toSkip = state.skipped;
    } else if (word === 'intbl') this.#isInTable = true;
    else if (word === 'outlinelevel') this.#level = Number(number ?? 0) + 1;
    else if (word === 'pard') {
      this.#level = undefined;
      this.#isInTable = false;
    } else if (word === 'cell') {
      this.#cells.push(this.#taken());
    } else if (word === 'row') {
      this.#rows.push(this.#cells);
      this.#cells = [];
    } else if (word === 'par' || word === 'sect' || word === 'page') this.#endParagraph();
    else this.#paragraph += CHARACTERS[word] ?? '';
  }

  /** Within a table a paragraph does not end a block. */
  #endParagraph(): void {
    if (this.#isInTable) return void (this.#paragraph += '\n');
    const text = this.#paragraph.trim();
    if (text === '') return;
    this.#endTable();
    const isHeading = this.#level !== undefined && this.#level <= 6 && !text.includes('\n');
    this.#blocks.push(isHeading ? `${'#'.repeat(this.#level!)} ${this.#taken()}` : this.#taken());
  }

  #taken(): string {
    const text = this.#paragraph.trim().replace(/^[•–]\s*/, '- ');
    this.#paragraph = '';
    return text;
  }

  #endTable(): void {
    if (this.#rows.length > 1) this.#blocks.push(markdownTable(this.#rows));
    else if (this.#rows.length === 1) this.#blocks.push(this.#rows[0].join('\n'));
    this.#rows = [];
  }

  end(): string {
    this.#flush();
    this.#endParagraph();
    this.#endTable();
    return this.#blocks.join('\n\n').replace(/^(- .*)\n\n(?=- )/gm, '$1\n');
  }
}

/** Manual pages in roff, by the macros of man(7) and mdoc(7): headings, paragraphs, lists, code and tables. */
import { greatest } from '@attune/base/many';
import { markdownTable } from '../text/html-table.ts';
import { roffArguments, roffText } from '../text/roff.ts';
import { readText } from '../text/decode.ts';
import type { Section } from '../document.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import { mdocText } from './man/mdoc.ts';

/** Macros around unfilled lines: `nf` and `EX` in man, `Bd` and `Dl` in mdoc. */
const CODE_BEGINS = new Set(['nf', 'EX', 'Vb', 'Bd']);
const CODE_ENDS = new Set(['fi', 'EE', 'Ve', 'Ed']);
const PARAGRAPHS = new Set(['P', 'PP', 'LP', 'HP', 'Sp', 'sp', 'RS', 'RE', 'Pp', 'Bl', 'El', 'br']);
/** Macros that set words in one font, or in two alternating fonts. */
const FONTS = new Set(['B', 'I', 'R', 'SM', 'SB']);
const TURNS = new Set(['BR', 'RB', 'BI', 'IB', 'IR', 'RI', 'SY', 'OP']);
/** Requests that only concern page layout or the index. */
const SILENT = new Set('IX UR UE MT ME ad hy nh na ne in ti ft ll so rr nr tr de1 PD TQ YS Os Dd Dt'.split(' '));

class ManPage {
  readonly sections: Section[] = [];
  title: string | undefined;
  readonly #strings = new Map<string, string>();
  #section: { heading?: string; level: number; line: number; blocks: string[] } = { level: 0, line: 1, blocks: [] };
  #words: string[] = [];
  #code: string[] | undefined;
  #table: string[] | undefined;
  /** The tag of a list item, and whether the next line contains it. */
  #tag: string | undefined;
  #readsTag = false;
  /** End of a skipped part: a macro's definition or a conditional block. */
  #until: RegExp | undefined;

  take(line: string, number: number): void {
    if (this.#until !== undefined) {
      if (this.#until.test(line)) this.#until = undefined;
      return;
    }
    if (/^[.']?\s*\\["#]/.test(line)) return;
    const macro = /^[.']\s*([^\s\\]{1,20})\s*(.*)$/.exec(line);
    if (this.#table !== undefined && macro?.[1] !== 'TE') return void this.#table.push(line);
    if (macro !== null) this.#macro(macro[1], macro[2], number);
    else if (/^[.']/.test(line)) return;
    else if (line.trim() === '' && this.#code === undefined) this.#flush();
    else this.#put(roffText(line, this.#strings));
  }

  finish(): Section[] {
    this.#close();
    return this.sections;
  }

  #macro(name: string, rest: string, number: number): void {
    const words = (): string[] => roffArguments(rest).map((word) => roffText(word, this.#strings));
    if (name === 'SH' || name === 'Sh') this.#begin(words().join(' '), 1, number);
    else if (name === 'SS' || name === 'Ss') this.#begin(words().join(' '), 2, number);
    else if (name === 'TH' || name === 'Dt') this.title ??= titleOf(words());
    else if (name === 'ds') this.#define(rest);
    else if (name === 'de' || name === 'ig') this.#until = /^\.\./;
    else if (/^(?:if|ie|el|while)$/.test(name))
      this.#until = /\\\{/.test(rest) && !/\\\}/.test(rest) ? /\\\}/ : undefined;
    else if (name === 'TS') this.#startTable();
    else if (name === 'TE') this.#endTable();
    else if (CODE_BEGINS.has(name)) this.#startCode();
    else if (CODE_ENDS.has(name)) this.#endCode();
    else if (name === 'Dl') this.#block(`    ${mdocText(words())}`);
    else if (PARAGRAPHS.has(name)) this.#flush();
    else if (name === 'TP') this.#item(undefined);
    else if (name === 'IP') this.#item(words()[0] ?? '');
    else if (name === 'It') this.#item(mdocText(words()));
    else if (FONTS.has(name)) this.#put(words().join(' '));
    else if (TURNS.has(name)) this.#put(words().join(''));
    else if (name === 'Nd') this.#put(`- ${mdocText(words())}`);
    else if (!SILENT.has(name) && /^[A-Z][a-z]$/.test(name)) this.#put(mdocText([name, ...words()]));
  }

  #define(rest: string): void {
    const [, name, value] = /^(\S+)\s*"?(.*)$/.exec(rest) ?? [];
    if (name !== undefined) this.#strings.set(name, roffText(value, this.#strings));
  }

  #begin(heading: string, level: number, line: number): void {
    this.#close();
    this.#section = { ...(heading !== '' && { heading: heading.trim() }), level, line, blocks: [] };
  }

  #item(tag: string | undefined): void {
    this.#flush();
    this.#tag = tag;
    this.#readsTag = tag === undefined;
  }

  #put(text: string): void {
    if (this.#code !== undefined) this.#code.push(text);
    else if (this.#readsTag) {
      this.#tag = text.trim();
      this.#readsTag = false;
    } else this.#words.push(text.trim());
  }

  #startCode(): void {
    this.#flush();
    this.#code = [];
  }

  #endCode(): void {
    const code = this.#code?.join('\n').trimEnd();
    this.#code = undefined;
    if (code !== undefined && code.trim() !== '') this.#block(`\`\`\`\n${code}\n\`\`\``);
  }

  #startTable(): void {
    this.#flush();
    this.#table = [];
  }

  /** Rows follow the line that ends in a full stop; multi-line cells are enclosed in T{ and T}. */
  #endTable(): void {
    const lines = this.#table ?? [];
    this.#table = undefined;
    const separator = /tab\s*\((.)\)/.exec(lines[0] ?? '')?.[1] ?? '\t';
    const from = lines.findIndex((line) => /\.\s*$/.test(line)) + 1;
    const content = lines
      .slice(from)
      .join('\n')
      .replaceAll(/T\{\n([^]*?)\nT\}/g, (_, cell: string) => cell.replaceAll('\n', ' '));
    const rows = content.split('\n').filter((line) => line.trim() !== '' && !/^[.'_=]/.test(line));
    const cells = rows.map((row) => row.split(separator).map((cell) => roffText(cell, this.#strings).trim()));
    const width = greatest(
      cells.map(({ length }) => length),
      0,
    );
    if (width > 0)
      this.#block(markdownTable(cells.map((row) => [...row, ...Array<string>(width - row.length).fill('')])));
  }

  #flush(): void {
    if (this.#code !== undefined) return;
    const text = this.#words.join(' ').replaceAll(/\s+/g, ' ').trim();
    const tag = this.#tag?.trim() ?? '';
    this.#words = [];
    this.#tag = undefined;
    this.#readsTag = false;
    if (tag === '') return text === '' ? undefined : this.#block(text);
    // Omits list bullets.
    if (/^(?:[•○*o-]|o)$/u.test(tag)) this.#block(`- ${text}`);
    else this.#block(text === '' ? `- ${tag}` : `- ${tag}: ${text}`);
  }

  #block(text: string): void {
    this.#section.blocks.push(text);
  }

  #close(): void {
    this.#endCode();
    if (this.#table !== undefined) this.#endTable();
    this.#flush();
    const { heading, level, line, blocks } = this.#section;
    const text = blocks.join('\n\n');
    if (text !== '' || heading !== undefined) {
      this.sections.push({ ...(heading !== undefined && { heading }), level, text, line });
    }
  }
}

/** "LS", "1" in common notation: ls(1). */
function titleOf([name = '', section = '']: readonly string[]): string | undefined {
  if (name === '') return undefined;
  const shown = name === name.toUpperCase() ? name.toLowerCase() : name;
  return section === '' ? shown : `${shown}(${section})`;
}

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  const page = new ManPage();
  for (const [index, line] of (await readText(input, context)).split('\n').entries()) page.take(line, index + 1);
  const sections = page.finish();
  const { title } = page;
  if (sections.some(({ text }) => text !== '')) yield { kind: 'text', ...(title !== undefined && { title }), sections };
}

/** A title macro near the beginning, or a roff comment in a file named like a manual page. */
function recognise(head: Buffer, { name }: FileInput): boolean {
  const text = head.toString('latin1');
  if (!/^(?:\ufeff|ï»¿)?[.']/.test(text)) return false;
  return /^\.\s*(?:TH|Dd)\s/m.test(text) || (/^[.']\s*\\"/.test(text) && /\.[1-9][a-z]{0,6}$/i.test(name));
}

export const man: Reader = { endings: ['man', 'mdoc'], recognise, read };

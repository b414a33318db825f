import type { Section } from '../document.ts';
import { readTextLines } from '../text/decode.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';

/**
 * Beyond this size a text continues in a new document at the next empty line, so that files of any size can be
 * streamed.
 */
const DOCUMENT_CHARACTERS = 1 << 20;

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  const collector = new Collector();
  for await (const { number, text } of readTextLines(input, context)) {
    collector.take(text, number);
    if (
      collector.characters > DOCUMENT_CHARACTERS &&
      (text.trim() === '' || collector.characters > 2 * DOCUMENT_CHARACTERS)
    ) {
      const sections = collector.finish();
      if (sections.length > 0) yield { kind: 'text', sections, place: { row: sections[0].line } };
    }
  }
  const sections = collector.finish();
  if (sections.length > 0) yield { kind: 'text', sections, place: { row: sections[0].line } };
}

/** Underline characters by rank: titles underlined with "=" rank above those underlined with "-". */
const UNDERLINE = /^(={3,}|-{3,}|~{3,}|\*{3,})\s*$/;
const RANKS = ['=', '-', '~', '*'];
/** "3.2 Voltage limits", "IV. Conclusion" on separate lines. */
const NUMBERED = /^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+\p{Lu}[^.!?]{1,78}$/u;

/** Collects lines into sections. */
class Collector {
  characters = 0;
  #sections: Section[] = [];
  #lines: string[] = [];
  #head: { heading?: string; level: number; line: number } = { level: 0, line: 1 };
  #levelOfLast = 0;

  take(text: string, number: number): void {
    this.characters += text.length + 1;
    const line = text.trimEnd();
    const [before, previous] = [this.#lines.at(-2) ?? '', this.#lines.at(-1) ?? ''];
    const mark = UNDERLINE.exec(line)?.[1];
    if (mark !== undefined && before === '' && isTitle(previous, mark)) {
      this.#lines.pop();
      return this.#begin(previous.trim(), RANKS.indexOf(mark[0]) + 1, number - 1);
    }
    if (line === '' && before === '' && previous !== '') {
      const depth = NUMBERED.exec(previous.trim())?.[1];
      if (depth !== undefined) {
        this.#lines.pop();
        return this.#begin(previous.trim(), depth.split('.').length, number - 1);
      }
    }
    if (this.#lines.length === 0 && line === '') return;
    if (this.#lines.length === 0 && this.#head.heading === undefined) this.#head.line = number;
    this.#lines.push(line);
  }

  #begin(heading: string, level: number, line: number): void {
    this.#close();
    this.#head = { heading, level, line };
    this.#levelOfLast = level;
  }

  #close(): void {
    const text = this.#lines.join('\n').trimEnd();
    if (text !== '' || this.#head.heading !== undefined) this.#sections.push({ ...this.#head, text });
    this.#lines = [];
  }

  finish(): Section[] {
    this.#close();
    const sections = withoutItems(this.#sections);
    this.#sections = [];
    this.#head = { level: this.#levelOfLast, line: 0 };
    this.characters = 0;
    return sections;
  }
}

/** Adjacent numbered lines are list items, and so is a numbered line that continues the lines above it. */
function withoutItems(sections: readonly Section[]): Section[] {
  const kept: Section[] = [];
  let chapter = 0;
  let isInList = false;
  /** Numbers at the start of lines in the last kept section. */
  let above = new Set<number>();
  for (const [index, section] of sections.entries()) {
    const number = itemNumber(section);
    const goesOn = number !== undefined && section.text === '' && itemNumber(sections[index + 1]) === number + 1;
    const isAbove = number !== undefined && above.has(number - 1);
    const isItem = number !== undefined && (goesOn || isInList || (isAbove && number !== chapter + 1));
    isInList = goesOn;
    if (number !== undefined && !isItem) chapter = number;
    const last = kept.at(-1);
    if (!isItem) {
      kept.push(section);
      above = new Set(lineNumbers(section.text));
    } else {
      const text = [section.heading!, section.text].filter((part) => part !== '').join('\n\n');
      for (const one of lineNumbers(text)) above.add(one);
      if (last === undefined) kept.push({ level: 0, text, line: section.line });
      else last.text = last.text === '' ? text : `${last.text}\n\n${text}`;
    }
  }
  return kept;
}

function lineNumbers(text: string): number[] {
  return Array.from(text.matchAll(/^[ \t]*(\d{1,2})[.)](?:\s|$)/gm), ([, number]) => Number(number));
}

/** 3 of "3. Open the lid". */
function itemNumber(section: Section | undefined): number | undefined {
  const number = /^(\d{1,2})\.?\s/.exec(section?.heading ?? '')?.[1];
  return number === undefined ? undefined : Number(number);
}

function isTitle(line: string, underline: string): boolean {
  const length = line.trim().length;
  return length > 0 && length <= 100 && Math.abs(length - underline.length) <= 3;
}

/** Plain text without markup; underlined and numbered lines are headings. */
export const plainText: Reader = { endings: ['txt', 'text', 'rst', 'log', 'asc'], read };

/** Splits documents into chunks for domain adaptation, at section, then paragraph, then sentence boundaries. */
import { z } from 'zod';
import { mergeOrigins, sectionOrigin, withHeadings, type Item, type Origin, type Section } from '@attune/documents';
import { pushAll } from '../../base/many.ts';
import { blocksOf, smallerBlocks } from '../blocks.ts';
import { measureBy, type Measure } from '../measure.ts';
import { defineStep, eachItem, rowOf } from '../preparation-step.ts';
import { recordText } from '../record-text.ts';

const options = z.strictObject({
  // Context of the smallest search model (128 tokens of a larger vocabulary).
  size: z
    .int()
    .positive()
    .default(128)
    .describe('maximum length of a chunk in tokens; every retrieval model reads the default whole'),
  tokenizer: z.string().nullable().default('attune-base').describe('model whose tokens are counted; null: characters'),
  headings: z.boolean().default(true).describe('begin each chunk with the headings above it'),
  least: z.int().min(0).default(0).describe('shorter chunks are dropped'),
});

type Options = z.output<typeof options>;

export const step = defineStep<Options>({
  summary: 'documents as chunks of running text, {text}, cut at section and paragraph ends',
  takes: ['text', 'message', 'record'],
  version: 4,
  perItem: true,
  options,
  async open(given, context) {
    const measure = await measureBy(given.tokenizer, context);
    const chunker = new Chunker(given, measure);
    return eachItem(async (item, notes) => {
      const chunks = await chunker.chunks(partsOf(item));
      const long = chunks.filter(({ length }) => length >= given.least);
      for (let index = long.length; index < chunks.length; index++) {
        notes.leaveOut(item, `chunks shorter than ${given.least} ${measure.unit}`);
      }
      if (chunks.length === 0) notes.leaveOut(item, 'no text');
      return long.map(({ text, origins }) => rowOf({ text }, mergeOrigins(origins)));
    });
  },
});

/** A section's text under its headings. */
interface Part {
  path: readonly string[];
  text: string;
  origin: Origin;
  /** Start offset of each page in the text, if it spans several. */
  pages?: Section['pages'];
}

function partsOf(item: Item): Part[] {
  if (item.kind === 'text') {
    const all = [...withHeadings(item)];
    return all.flatMap(({ section, path }, index) => {
      const origin = sectionOrigin(item, section, path);
      if (section.text.trim() !== '') return [{ path, text: section.text, origin, pages: section.pages }];
      // A heading with neither text nor subheadings counts as a line of text.
      const isBare = path.length > 0 && (all[index + 1]?.path.length ?? 0) <= path.length;
      return isBare ? [{ path: path.slice(0, -1), text: path.at(-1)!, origin }] : [];
    });
  }
  const [origin] = item.origins;
  if (item.kind === 'record') return [{ path: [], text: recordText(item.values), origin }];
  if (item.kind === 'message')
    return [{ path: item.subject === undefined ? [] : [item.subject], text: item.text, origin }];
  return [];
}

/** Assigns each piece of a multi-page part to its page. */
function onTheirPages(part: Part, pieces: readonly Piece[]): Piece[] {
  const { pages, text } = part;
  if (pages === undefined) return [...pieces];
  const pageAt = (at: number): number => pages.findLast(([start]) => start <= at)?.[1] ?? pages[0][1];
  let from = 0;
  return pieces.map((piece) => {
    // Reformatted pieces, such as tables, may not be found; they follow the piece before.
    const found = text.indexOf(piece.text.slice(0, 60).trimEnd(), from);
    const start = found === -1 ? from : found;
    from = Math.min(text.length - 1, start + piece.text.length - 1);
    const { lastPage: _, ...origin } = part.origin;
    const [page, lastPage] = [pageAt(start), pageAt(from)];
    return { ...piece, origin: { ...origin, page, ...(lastPage > page && { lastPage }) } };
  });
}

interface Chunk {
  text: string;
  length: number;
  origins: Origin[];
}

/** A part or a piece of one, measured. */
interface Piece extends Part {
  length: number;
}

/** Line breaks between pieces, in tokens or characters. */
const BREAK = 2;

class Chunker {
  readonly #options: Options;
  readonly #measure: Measure;
  #headings = new Map<string, number>();

  constructor(given: Options, measure: Measure) {
    this.#options = given;
    this.#measure = measure;
  }

  async chunks(parts: readonly Part[]): Promise<Chunk[]> {
    const chunks: Chunk[] = [];
    let open: Piece[] = [];
    const close = async (): Promise<void> => {
      if (open.length > 0) chunks.push(await this.#chunk(open));
      open = [];
    };
    let length = 0;
    await this.#measureHeadings(parts);
    for (const part of await this.#measured(parts)) {
      const headed = part.length + this.#headingLength(part.path) + BREAK;
      if (length + headed > this.#options.size) await close();
      if (open.length === 0) length = 0;
      if (headed <= this.#options.size) {
        open.push(part);
        length += headed;
        continue;
      }
      for (const piece of onTheirPages(part, await this.#pieces(part))) chunks.push(await this.#chunk([piece]));
    }
    await close();
    return chunks;
  }

  async #measured(parts: readonly Part[]): Promise<Piece[]> {
    const lengths = await this.#measure.lengths(parts.map(({ text }) => text));
    return parts.map((part, index) => ({ ...part, length: lengths[index] }));
  }

  async #measureHeadings(parts: readonly Part[]): Promise<void> {
    const headings = [...new Set(parts.flatMap(({ path }) => path))];
    const lengths = await this.#measure.lengths(headings);
    this.#headings = new Map(headings.map((heading, index) => [heading, lengths[index]]));
  }

  /** Includes heading marks and line breaks, each at most one token. */
  #headingLength(path: readonly string[]): number {
    if (!this.#options.headings) return 0;
    return path.reduce((sum, heading, index) => sum + this.#headings.get(heading)! + index + 4, 0);
  }

  /** Splits a section into as few pieces as possible. */
  async #pieces(part: Part): Promise<Piece[]> {
    // Headings that would take up most of a chunk are omitted.
    const path = this.#headingLength(part.path) * 2 < this.#options.size ? part.path : [];
    const room = this.#options.size - this.#headingLength(path) - BREAK;
    const pieces: Piece[] = [];
    let open: { text: string; length: number } | undefined;
    for (const block of await this.#fitting(blocksOf(part.text), room)) {
      const joined = open === undefined ? block.length : open.length + BREAK + block.length;
      if (open !== undefined && joined > room) {
        pieces.push({ ...part, ...open, path });
        open = undefined;
      }
      open = open === undefined ? block : { text: `${open.text}\n\n${block.text}`, length: joined };
    }
    if (open !== undefined) pieces.push({ ...part, ...open, path });
    return pieces;
  }

  async #fitting(blocks: readonly string[], room: number): Promise<{ text: string; length: number }[]> {
    const lengths = await this.#measure.lengths(blocks);
    const fitting: { text: string; length: number }[] = [];
    for (const [index, text] of blocks.entries()) {
      if (lengths[index] <= room) fitting.push({ text, length: lengths[index] });
      else {
        const smaller = smallerBlocks(text);
        const next = smaller.length > 1 ? smaller : await this.#measure.pieces(text, room);
        pushAll(fitting, next.length > 1 ? await this.#fitting(next, room) : [{ text, length: lengths[index] }]);
      }
    }
    return fitting;
  }

  async #chunk(pieces: readonly Piece[]): Promise<Chunk> {
    const texts: string[] = [];
    let above: readonly string[] = [];
    for (const { path, text } of pieces) {
      const same = path.findIndex((heading, index) => heading !== above[index]);
      const from = same === -1 ? path.length : same;
      if (this.#options.headings) {
        for (const [index, heading] of path.slice(from).entries())
          texts.push(`${'#'.repeat(Math.min(6, from + index + 1))} ${heading}`);
      }
      above = path;
      texts.push(text);
    }
    const text = texts.join('\n\n');
    const [length] = await this.#measure.lengths([text]);
    return { text, length, origins: pieces.map(({ origin }) => origin) };
  }
}

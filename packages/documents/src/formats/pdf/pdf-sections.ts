import { smallest } from '@attune/base/many';
import type { Section } from '../../document.ts';
import { setsCodeApart } from './code.ts';
import { columnsOf } from './columns.ts';
import { withoutFurniture, type PageRows } from './furniture.ts';
import { LineJoiner } from './hyphens.ts';
import { rowText, type Row } from './page-rows.ts';
import { blocksOf, type Block, type Setting } from './paragraphs.ts';

/** Sections of a document from its pages. Headings are recognised by larger or bold type. */
export function pdfSections(pages: readonly (PageRows & { page: number })[]): Section[] {
  const joiner = new LineJoiner();
  const bodySize = sizeOfMost(pages);
  const bare = withoutFurniture(pages, bodySize);
  const rows = bare.flatMap((page) => page.rows);
  for (const row of rows) joiner.learn(rowText(row));
  const setting = { bodySize, hasCode: setsCodeApart(rows), hasBoldHeadings: isMostlyPlain(rows) };
  const blocks = bare.flatMap((page, index) =>
    columnsOf(page.rows).flatMap((column) => blocksOf(column, pages[index].page, setting)),
  );
  return sectionsOf(continued(withTitlePage(blocks), setting), joiner);
}

/** Font size of most characters. */
function sizeOfMost(pages: readonly PageRows[]): number {
  const characters = new Map<number, number>();
  for (const { rows } of pages) {
    for (const row of rows) {
      const size = Math.round(row.size * 2) / 2;
      characters.set(size, (characters.get(size) ?? 0) + rowText(row).length);
    }
  }
  return [...characters].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 10;
}

/** With a larger share of bold text, bold does not indicate headings. */
const MOST_BOLD = 0.3;

function isMostlyPlain(rows: readonly Row[]): boolean {
  const segments = rows.flatMap((row) => row.segments);
  const length = (of: readonly { text: string }[]): number => of.reduce((sum, { text }) => sum + text.length, 0);
  return length(segments.filter(({ isBold }) => isBold)) < MOST_BOLD * length(segments);
}

/** Names and dates below the title are large as well; a size that no later page uses does not mark headings. */
function withTitlePage(blocks: readonly Block[]): Block[] {
  const title = blocks.findIndex(({ kind }) => kind === 'heading');
  const end = blocks.findIndex(({ kind }) => kind === 'paragraph');
  const isOnLater = ({ size, page }: Block): boolean =>
    blocks.some((other) => other.kind === 'heading' && other.page > page && Math.abs(other.size - size) < SIZE_STEP);
  return blocks.map((block, index) => {
    const isBelowTitle = block.kind === 'heading' && index > title && index < end;
    return isBelowTitle && !isOnLater(block) && !/^\d/.test(block.text) ? { ...block, kind: 'paragraph' } : block;
  });
}

interface WholeBlock extends Block {
  lastPage: number;
}

/** Relative size below which text is a footnote. */
const NOTE_SIZE = 0.92;

/** Joins paragraphs across columns and pages; footnotes may come between their parts. */
function continued(blocks: readonly Block[], { bodySize }: Setting): WholeBlock[] {
  const whole: WholeBlock[] = [];
  for (const block of blocks) {
    const last = whole.findLast(({ kind, size }) => kind !== 'paragraph' || size >= NOTE_SIZE * bodySize);
    const goesOn =
      last?.kind === 'paragraph' &&
      last.isOpen &&
      block.kind === 'paragraph' &&
      block.isFirst &&
      /^\p{Ll}/u.test(block.text);
    const isCodeOn = whole.at(-1)?.kind === 'code' && block.kind === 'code' && block.isFirst;
    if (isCodeOn) joinCode(whole.at(-1)!, block);
    else if (goesOn)
      Object.assign(last, { text: `${last.text}\n${block.text}`, isOpen: block.isOpen, lastPage: block.page });
    else whole.push({ ...block, lastPage: block.page });
  }
  return whole;
}

/** Joins code that is split by a page break. */
function joinCode(above: WholeBlock, below: Block): void {
  above.text = `${above.text.replace(/\n```$/, '')}\n${below.text.replace(/^```\n/, '')}`;
  above.lastPage = below.page;
}

/** Minimum difference in points between heading sizes. */
const SIZE_STEP = 0.75;

interface DraftSection {
  heading?: string;
  level: number;
  text: string;
  page: number;
  lastPage: number;
  pages: [number, number][];
}

function sectionsOf(blocks: readonly WholeBlock[], joiner: LineJoiner): Section[] {
  const levelOf = levels(blocks);
  const drafts: DraftSection[] = [];
  for (const block of blocks) {
    const { kind, text, page, lastPage } = block;
    const isText = kind === 'paragraph' || kind === 'heading';
    const joined = isText ? joiner.join(text).replace(/^[•▪◦‣●■]\s*/, '- ') : text;
    if (kind === 'heading')
      drafts.push({ heading: joined, level: levelOf(block), text: '', page, lastPage, pages: [] });
    else {
      if (drafts.length === 0) drafts.push({ level: 0, text: '', page, lastPage, pages: [] });
      append(drafts.at(-1)!, joined, { page, lastPage });
    }
  }
  return drafts.map(({ lastPage, pages, ...section }) => ({
    ...section,
    ...(lastPage > section.page && { lastPage, pages }),
  }));
}

/** List items are separated by a single line break. */
function append(section: DraftSection, text: string, { page, lastPage }: { page: number; lastPage: number }): void {
  const isItem = text.startsWith('- ') && /(?:^|\n)- .*$/.test(section.text);
  if (section.text !== '') section.text += isItem ? '\n' : '\n\n';
  section.pages.push([section.text.length, page]);
  section.text += text;
  section.lastPage = lastPage;
}

/** Heading levels by size; headings of equal size by the depth of their numbers. */
function levels(blocks: readonly Block[]): (heading: Block) => number {
  const headings = blocks.filter(({ kind }) => kind === 'heading');
  const sizes = [...new Set(headings.map(({ size }) => size))].sort((a, b) => b - a);
  const ranks = sizes.filter((size, index) => index === 0 || sizes[index - 1] - size > SIZE_STEP);
  const rankOf = (size: number): number => ranks.findLastIndex((rank) => rank >= size - 0.01);
  const depthOf = ({ text }: Block): number => /^\d{1,2}(?:\.\d{1,2})*/.exec(text)?.[0].split('.').length ?? 0;
  const least = ranks.map((_, rank) =>
    smallest(headings.filter((one) => rankOf(one.size) === rank && depthOf(one) > 0).map(depthOf)),
  );
  return (heading) => {
    const rank = rankOf(heading.size);
    const deeper = depthOf(heading) > 0 ? depthOf(heading) - least[rank] : 0;
    return Math.min(6, rank + 1 + deeper);
  };
}

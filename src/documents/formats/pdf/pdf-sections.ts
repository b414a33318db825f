import type { Section } from '../../document.ts';
import { columnsOf } from './columns.ts';
import { withoutFurniture, type PageRows } from './furniture.ts';
import { LineJoiner } from './hyphens.ts';
import { rowText } from './page-rows.ts';
import { blocksOf, type Block } from './paragraphs.ts';

/** Pages in the document's order as sections below headings, which are what is set larger than the body. */
export function pdfSections(pages: readonly (PageRows & { page: number })[]): Section[] {
  const joiner = new LineJoiner();
  const bare = withoutFurniture(pages);
  for (const { rows } of bare) for (const row of rows) joiner.learn(rowText(row));
  const bodySize = sizeOfMost(bare);
  const blocks = bare.flatMap(({ rows }, index) =>
    columnsOf(rows).flatMap((column) => blocksOf(column, pages[index].page, bodySize)),
  );
  return sectionsOf(continued(blocks), joiner);
}

/** Of most characters. */
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

interface WholeBlock extends Block {
  lastPage: number;
}

/** Paragraphs that go on in the next column or on the next page, put together. */
function continued(blocks: readonly Block[]): WholeBlock[] {
  const whole: WholeBlock[] = [];
  for (const block of blocks) {
    const last = whole.at(-1);
    const goesOn =
      last?.kind === 'paragraph' &&
      last.isOpen &&
      block.kind === 'paragraph' &&
      block.isFirst &&
      /^\p{Ll}/u.test(block.text);
    if (goesOn)
      Object.assign(last, { text: `${last.text}\n${block.text}`, isOpen: block.isOpen, lastPage: block.page });
    else whole.push({ ...block, lastPage: block.page });
  }
  return whole;
}

/** Larger sizes are set apart from each other by this many points. */
const SIZE_STEP = 0.75;

function sectionsOf(blocks: readonly WholeBlock[], joiner: LineJoiner): Section[] {
  const sizes = [...new Set(blocks.filter(({ kind }) => kind === 'heading').map(({ size }) => size))].sort(
    (a, b) => b - a,
  );
  const ranks = sizes.filter((size, index) => index === 0 || sizes[index - 1] - size > SIZE_STEP);
  const levelOf = (size: number): number => Math.min(6, ranks.findLastIndex((rank) => rank >= size - 0.01) + 1);
  const drafts: { heading?: string; level: number; texts: string[]; page: number; lastPage: number }[] = [];
  for (const { kind, text, size, page, lastPage } of blocks) {
    const joined = kind === 'table' ? text : joiner.join(text).replace(/^[•▪◦‣●■]\s*/, '- ');
    if (kind === 'heading') drafts.push({ heading: joined, level: levelOf(size), texts: [], page, lastPage });
    else if (drafts.length === 0) drafts.push({ level: 0, texts: [joined], page, lastPage });
    else {
      drafts.at(-1)!.texts.push(joined);
      drafts.at(-1)!.lastPage = lastPage;
    }
  }
  return drafts.map(({ texts, lastPage, ...section }) => ({
    ...section,
    text: texts.join('\n\n').replace(/^(- .*)\n\n(?=- )/gm, '$1\n'),
    ...(lastPage > section.page && { lastPage }),
  }));
}

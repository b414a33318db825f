import { fitRows } from '../../../data/index.ts';
import { frameTokens } from '../prepare-rows.ts';
import type { PreparedRow } from '../../../train/interfaces.ts';
import type { Recipe } from '../../../train/recipe.ts';
import type { Answering } from './answering.ts';

type Opened = Pick<Answering, 'notes' | 'reading' | 'tokenizer'>;

/** How the run read its rows that a model comes from, or that it is the base of. */
export function readingOf({ reading, notes }: Opened): Recipe['data'] | undefined {
  return reading ?? (notes?.recipe as Recipe | undefined)?.data;
}

/** Whether a model was trained on parts of rows that are too long for it: it reads the same parts of others too. */
export function readsParts(opened: Opened): boolean {
  return readingOf(opened)?.long_rows === 'truncate';
}

/** Long texts as training cut them, where it did. */
export function cutRows(
  rows: readonly PreparedRow[],
  { opened, maxPositions }: { opened: Opened; maxPositions: number },
): readonly PreparedRow[] {
  const reading = readingOf(opened);
  return reading?.long_rows === 'truncate' ? cutTo(rows, Math.min(reading.max_length, maxPositions), opened) : rows;
}

/** As much of each text as there is room for, of the side that training read, and the tokens of its frame. */
export function cutTo(rows: readonly PreparedRow[], maxLength: number, opened: Opened): readonly PreparedRow[] {
  const texts = rows.map(({ source }) => ({ kind: 'text' as const, source }));
  const side = readingOf(opened)?.truncation_side;
  return fitRows(rows, texts, { maxLength, policy: 'truncate', side, ...frameTokens(opened.tokenizer) }).rows;
}

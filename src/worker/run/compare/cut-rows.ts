import { fitRows, type Example, type FitOptions } from '../../../data/index.ts';
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

/** Which part of a text is cut away, and which tokens stay: as in training. */
export function cuttingOf(opened: Opened): Pick<FitOptions, 'side' | 'starts' | 'ends'> {
  return { side: readingOf(opened)?.truncation_side, ...frameTokens(opened.tokenizer) };
}

/** Long texts as training cut them, where it did; all texts are of the kind. */
export function cutRows(
  rows: readonly PreparedRow[],
  kind: Example['kind'],
  { opened, maxPositions }: { opened: Opened; maxPositions: number },
): readonly PreparedRow[] {
  const reading = readingOf(opened);
  if (reading?.long_rows !== 'truncate') return rows;
  const limits = { maxLength: Math.min(reading.max_length, maxPositions), modelLimit: maxPositions };
  const examples = rows.map(({ source }) => ({ kind, source }));
  return fitRows(rows, examples, { ...limits, policy: 'truncate', ...cuttingOf(opened) }).rows;
}

import { fitRows, type FitOptions, type RowOrigin } from '../../../data/index.ts';
import { frameTokens } from '../rows/frame-tokens.ts';
import type { PreparedRow } from '../rows/prepared-rows.ts';
import type { Answering } from './answering.ts';

type Opened = Pick<Answering, 'reading' | 'tokenizer'>;

/** Describes how the model reads rows that are too long, as in training; undefined if it rejects them. */
export function partsRead(opened: Opened & Pick<Answering, 'model'>): string | undefined {
  const policy = opened.reading?.long_rows;
  if (policy === 'split' && readsWindows(opened) && opened.model.task === 'sequence')
    return 'long texts read in windows, as in training';
  return policy === 'truncate' || policy === 'split' ? 'long texts cut as in training' : undefined;
}

/** Recipes without the key truncate such texts instead of reading them in windows. */
function readsWindows(opened: Opened): boolean {
  return opened.reading?.max_windows !== undefined;
}

interface Cutting {
  opened: Opened;
  maxPositions: number;
  /** Origins of classification rows, the only ones that are read in windows. */
  origins?: readonly RowOrigin[];
}

/** Truncates long texts or splits them into windows, as in training. */
export function cutRows(
  rows: readonly PreparedRow[],
  { opened, maxPositions, origins }: Cutting,
): readonly PreparedRow[] {
  const reading = opened.reading;
  if (reading === undefined) return rows;
  const maxLength = Math.min(reading.max_length, maxPositions);
  if (reading.long_rows !== 'truncate' && reading.long_rows !== 'split') return rows;
  if (reading.long_rows === 'truncate' || origins === undefined || !readsWindows(opened))
    return cutTo(rows, maxLength, opened);
  return fitRows(rows, origins, { ...cutsOf(opened), maxLength, policy: 'split' }).rows;
}

/** Truncates each text to its room on the side that training kept, leaving the frame's tokens intact. */
export function cutTo(rows: readonly PreparedRow[], maxLength: number, opened: Opened): readonly PreparedRow[] {
  const texts = rows.map(({ source }) => ({ kind: 'text' as const, source }));
  return fitRows(rows, texts, { ...cutsOf(opened), maxLength, policy: 'truncate' }).rows;
}

function cutsOf(opened: Opened): Omit<FitOptions, 'maxLength' | 'policy'> {
  const { truncation_side: side, max_windows: maxWindows } = opened.reading ?? {};
  return { side, maxWindows, ...frameTokens(opened.tokenizer) };
}

import type { PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import { byTokens } from '../rows/fill-batches.ts';
import { tokensAtOnce, type PreparedRow } from '../rows/prepared-rows.ts';
import { turn } from '../../../base/turn.ts';
import { TOO_LONG } from './answering.ts';

const BATCH_TOKENS = 4096;

/** Reads rows in batches and returns a result for each, in order; undefined for rows that are too long. */
export async function inBatches<Row extends PreparedRow, Found>(
  rows: readonly Row[],
  { maxPositions, signal, onProgress }: PredictOptions & { maxPositions: number },
  read: (batch: readonly Row[]) => readonly Found[] | Promise<readonly Found[]>,
): Promise<(Found | undefined)[]> {
  const found: (Found | undefined)[] = rows.map(() => undefined);
  const readable = [...rows.keys()].filter((row) => tokensAtOnce(rows[row]) <= maxPositions);
  let done = rows.length - readable.length;
  for (const batch of byTokens(
    readable.map((row) => rows[row]),
    BATCH_TOKENS,
  )) {
    signal?.throwIfAborted();
    const places = batch.map((i) => readable[i]);
    const values = await read(places.map((row) => rows[row]));
    for (const [i, row] of places.entries()) found[row] = values[i];
    done += batch.length;
    onProgress?.(done, rows.length);
    await turn();
  }
  return found;
}

/** Prediction for a row that the model could not read. */
export function unreadRow(id: string): Prediction {
  return { id, unreadable: TOO_LONG };
}

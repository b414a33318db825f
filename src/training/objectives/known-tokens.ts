// L trained tokens of a batch
import { noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { Model } from '../../models/model.ts';
import { turn } from '../../base/turn.ts';
import type { Batch, PreparedRow, TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';
import { packed, type StepContext } from '../produce.ts';
import { roundsOf } from '../shared/shared.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import { entropyOf, ofDistributions, trainedTokensOf } from '../../answering/tasks/rows/answer-log-probs.ts';
import { trainedLengths } from './group-rows.ts';

/** A model's scores of a row's trained tokens. */
export interface KnownTokens {
  logProbs: Float32Array;
  entropies?: Float32Array;
}

/** Log-probabilities, and optionally entropies, of each row's trained tokens under a model, without gradients. */
export function tokensOfRows(
  model: Model,
  batch: Batch<TextsRow>,
  { temperature, withEntropies }: { temperature: number; withEntropies?: boolean },
): KnownTokens[] {
  return noGrad(() =>
    scope(() => {
      const { logProbs, hidden } = trainedTokensOf(model, batch, { temperature });
      const counts = batch.rows.map((row) => trainedLengths(row).reduce((sum, length) => sum + length, 0));
      const own = splitNumbers(logProbs, counts);
      if (withEntropies !== true) return own.map((row) => ({ logProbs: row }));
      const measured = ofDistributions(model, hidden, (logits) => entropyOf(logits.div(temperature)));
      const entropies = splitNumbers(measured, counts);
      return own.map((row, i) => ({ logProbs: row, entropies: entropies[i] }));
    }),
  );
}

/** Splits a tensor's values by row. */
export function splitNumbers(values: Tensor, counts: readonly number[]): Float32Array[] {
  const numbers = values.to('f32').data() as Float32Array;
  let at = 0;
  return counts.map((count) => numbers.slice(at, (at += count)));
}

/** Scores of all rows, micro-batch by micro-batch, in order. */
export async function ofAllRows<Row extends PreparedRow, Known>(
  rows: readonly Row[],
  step: Pick<StepContext, 'microBatchTokens' | 'shares' | 'shared' | 'signal'>,
  read: (batch: Batch<Row>) => readonly Known[],
): Promise<Known[]> {
  const batches = packed(rows, step);
  const own: [number, readonly Known[]][] = [];
  for (const { own: one } of roundsOf([...batches.entries()], step.shared)) {
    step.signal.throwIfAborted();
    if (one !== undefined) own.push([one[0], read(collateRows(one[1], { causal: true }))]);
    await turn();
  }
  const all = (await step.shared?.inOrder('known tokens', own)) ?? own.map(([, known]) => known);
  const found = new Map<PreparedRow, Known>();
  for (const [i, batch] of batches.entries()) for (const [j, row] of batch.entries()) found.set(row, all[i][j]);
  return rows.map((row) => found.get(row)!);
}

import { AttuneError } from '../../../base/errors.ts';
import type { Tokenizer } from '../../../models/text/index.ts';
import type { Batch, PreparedRow } from './prepared-rows.ts';

/** A row with masked tokens; only these are trained. */
export interface HiddenRow extends PreparedRow {
  /** The original ids of the masked tokens. */
  targets: Int32Array;
}

/** @throws AttuneError E_NO_MASK if the vocabulary has no mask token */
export function maskToken(tokenizer: Tokenizer): number {
  const { mask } = tokenizer.special;
  if (mask !== undefined) return mask.id;
  throw new AttuneError('E_NO_MASK', {
    what: `The tokenizer of ${tokenizer.origin} has no mask token`,
    got: 'a model that was not trained to predict masked tokens',
    fix: 'use objective: pretrain, or a model such as BERT',
  });
}

/** Positions, original ids and rows of a batch's masked tokens. */
export function hiddenTokens({
  rows,
}: Pick<Batch<HiddenRow>, 'rows'>): Record<'places' | 'targets' | 'rows', number[]> {
  const found = { places: [] as number[], targets: [] as number[], rows: [] as number[] };
  let start = 0;
  for (const [r, { ids, trained, targets }] of rows.entries()) {
    for (let t = 0; t < ids.length; t++) {
      if (trained[t] === 0) continue;
      found.places.push(start + t);
      found.targets.push(targets[t]);
      found.rows.push(r);
    }
    start += ids.length;
  }
  return found;
}

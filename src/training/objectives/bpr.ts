// R rows, L predicted items, n negatives per item, D width
import type { ItemsExample } from '../../data/example.ts';
import { widened } from '../../models/heads/pooling.ts';
import { itemTrunkOf, withTexts } from '../../models/items/item-model.ts';
import { aten, fromArray } from '../../engine/tensor/index.ts';
import { itemNames } from '../../models/text/index.ts';
import type { Objective, Processor } from '../objective.ts';
import type { PreparedRow, Tally } from '../../answering/tasks/rows/prepared-rows.ts';
import type { BprOptions } from './bpr.options.ts';
import { itemRows } from './item-rows.ts';
import { philoxUnits } from './masking.ts';
import { predictionsOf, sumsOfRows } from '../../answering/tasks/rows/trained-tokens.ts';

/**
 * Bayesian personalised ranking (BPR; Rendle et al., 2009): log-sigmoid of the score difference between each item of a
 * row and random items that the row lacks. Negatives are drawn anew at each step, keyed by row and position, and fixed
 * in evaluations.
 */
export function create(
  { negatives }: BprOptions,
  { tokenizer }: Processor,
): Objective<ItemsExample, PreparedRow, RivalsRow> {
  const items = itemNames(tokenizer).flatMap((name, id) => (name === undefined ? [] : [id]));
  const placeOf = new Map(items.map((id, place) => [id, place]));
  return {
    ...itemRows(tokenizer),
    separable: true,
    draw: (rows, at) => rows.map((row) => withRivals(row, { items, placeOf, negatives, at })),
    loss(model, batch, { totals, runner }) {
      const { places, targets, rows } = predictionsOf(batch, model.layoutOf(batch.input));
      const onDevice = (ids: BigInt64Array) => fromArray(ids).toDevice(model.device);
      const { dtype, device } = model;
      // Encodes the texts of items and negatives together, so that each is read once.
      const read = batch.rows.flatMap(({ ids, rivals }) => [...ids, ...rivals]);
      const trunk = itemTrunkOf(model);
      const texts = trunk.textReader?.read(read, { dtype, device, runner });
      const states = widened(model.hidden(withTexts(batch.input, texts), { runner }).indexSelect(0, onDevice(places))); // [L, D]
      const vectorsOf = (ids: BigInt64Array) => trunk.itemVectors(onDevice(ids), dtype, texts).to(states.dtype);
      const rivals = vectorsOf(
        BigInt64Array.from(
          batch.rows.flatMap((row) => [...row.rivals]),
          BigInt,
        ),
      );
      const own = states.mul(vectorsOf(targets)).sum(1, { keepdim: true }); // [L, 1]
      const others = rivals.reshape(targets.length, negatives, states.shape[1]).mul(states.unsqueeze(1)).sum(2);
      const margins = own.sub(others); // [L, n]
      const logProbs = aten.log_sigmoid.default(margins).mean(1);
      const perRow = sumsOfRows(logProbs.mul(-1 / totals.tokens), onDevice(rows), batch.rows.length);
      const right = aten.gt.Scalar(margins, 0).sum();
      const count = targets.length * negatives;
      return { perRow, tally: count === 0 ? noTally : { pair_accuracy: { sum: right, count } } };
    },
  };
}

/** A row with the negatives of each trained token, the same number per token, in order. */
interface RivalsRow extends PreparedRow {
  rivals: Int32Array;
}

const noTally: Tally = {};

interface Drawing {
  /** Ids of all items, and their indices. */
  items: readonly number[];
  placeOf: ReadonlyMap<number, number>;
  negatives: number;
  at: { seed: number; step: number } | undefined;
}

/** A row with every item has no negatives, so nothing in it is trained. */
function withRivals(row: PreparedRow, { items, placeOf, negatives, at }: Drawing): RivalsRow {
  const had = [...new Set(row.ids)].flatMap((id) => placeOf.get(id) ?? []).toSorted((a, b) => a - b);
  const free = items.length - had.length;
  if (free === 0) return { ...row, trained: new Uint8Array(row.trained.length), rivals: new Int32Array(0) };
  const draws = philoxUnits(row, at, 'rivals');
  const rivals: number[] = [];
  for (let t = 1; t < row.ids.length; t++) {
    if (row.trained[t] === 0) continue;
    for (let n = 0; n < negatives; n++) {
      // Counts negatives as well, so that each has its own random number.
      let place = Math.floor(draws(t * negatives + n)[0] * free);
      for (const taken of had) if (taken <= place) place++;
      rivals.push(items[place]);
    }
  }
  return { ...row, rivals: Int32Array.from(rivals) };
}

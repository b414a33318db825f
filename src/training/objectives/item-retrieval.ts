// R rows, L predicted items, U distinct ones of them, D width
import { widened } from '../../models/heads/pooling.ts';
import { itemTrunkOf, withTexts } from '../../models/items/item-model.ts';
import { aten, cat, fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { Tokenizer } from '../../models/text/index.ts';
import type { Batch, PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { JointLoss, LabelStatistics, Objective, Processor } from '../objective.ts';
import type { ItemRetrievalOptions } from './item-retrieval.options.ts';
import { itemRows } from './item-rows.ts';
import { predictionsOf, sumsOfRows } from '../../answering/tasks/rows/trained-tokens.ts';
import type { ItemsExample } from '../../data/example.ts';

/** Logit of excluded items. */
const NEVER = -1e9;

/**
 * Cross-entropy of the next item over the items in the step (in-batch softmax). Popular items are in more steps, so
 * the logarithm of their frequency is subtracted from their score (logQ; Yi et al., "Sampling-bias-corrected neural
 * modeling", 2019, with frequencies counted beforehand). A row's other items are not negatives for it. The cost of a
 * step does not grow with the catalogue, and unseen items are not pushed down.
 */
export function create(options: ItemRetrievalOptions, { tokenizer, statistics }: Processor): Objective<ItemsExample> {
  const logQ = options.log_q ? logShares(tokenizer, statistics) : undefined;
  const joint: JointLoss = {
    evaluatedTogether: 256,
    represent(model, batch, { runner }) {
      const { places, targets } = predictionsOf(batch, model.layoutOf(batch.input));
      const onDevice = (ids: BigInt64Array) => fromArray(ids).toDevice(model.device);
      const { items, placeOf } = different(targets);
      // Encodes the texts of inputs and targets together, so that each is read once.
      const trunk = itemTrunkOf(model);
      const texts = trunk.textReader?.read(idsIn(batch), { dtype: model.dtype, device: model.device, runner });
      const states = model.hidden(withTexts(batch.input, texts), { runner }).indexSelect(0, onDevice(places)); // [L, D]
      const vectors = trunk.itemVectors(onDevice(items), model.dtype, texts); // [U, D]
      const own = BigInt64Array.from(targets, (item) => BigInt(placeOf.get(item)!));
      return widened(cat([states, vectors.indexSelect(0, onDevice(own))], 1)); // [L, 2 D]
    },
    loss: (pairs, rows, { totals }) => inBatch(pairs, rows, { logQ, total: totals.tokens }),
  };
  return {
    ...itemRows(tokenizer),
    separable: 'rows of a step are contrasted with each other',
    joint,
    loss: (model, batch, { totals, runner }) =>
      joint.loss(joint.represent(model, batch, { runner }), batch.rows, { model, totals }),
  };
}

/** Ids of a batch's inputs and targets. */
function idsIn({ rows }: Batch): number[] {
  return rows.flatMap(({ ids }) => [...ids]);
}

/** Distinct ids in order of appearance, and their indices. */
function different(ids: BigInt64Array): { items: BigInt64Array; first: BigInt64Array; placeOf: Map<bigint, number> } {
  const placeOf = new Map<bigint, number>();
  const first: bigint[] = [];
  for (const [at, id] of ids.entries()) {
    if (placeOf.has(id)) continue;
    placeOf.set(id, placeOf.size);
    first.push(BigInt(at));
  }
  return { items: BigInt64Array.from(placeOf.keys()), first: BigInt64Array.from(first), placeOf };
}

/** pairs [L, 2 D]: states and the vectors of their targets. */
function inBatch(
  pairs: Tensor,
  rows: readonly PreparedRow[],
  { logQ, total }: { logQ: Float64Array | undefined; total: number },
): ReturnType<JointLoss['loss']> {
  const onDevice = (ids: BigInt64Array) => fromArray(ids).toDevice(pairs.device);
  const { rowOf, targets } = targetsOf(rows);
  const { items, first, placeOf } = different(targets);
  const [states, vectors] = pairs.chunk(2, 1);
  const offsets = fromArray(offsetsOf(rows, { rowOf, targets, items, placeOf, logQ }), [targets.length, items.length]);
  const products = states.matmul(vectors.indexSelect(0, onDevice(first)).transpose(0, 1));
  const added = offsets.to(pairs.dtype).toDevice(pairs.device); // [L, U]
  const scores = products.add(added);
  const wanted = onDevice(BigInt64Array.from(targets, (item) => BigInt(placeOf.get(item)!)));
  const logProbs = scores.logSoftmax(-1).gather(1, wanted.unsqueeze(1)).squeeze(1);
  const perRow = sumsOfRows(logProbs.mul(-1 / total), onDevice(rowOf), rows.length);
  // Without candidates there are no targets.
  if (targets.length === 0) return { perRow, tally: {} };
  // Accuracy as in recommendation: among items that the row lacks, without logQ correction.
  const ranked = aten.masked_fill.Scalar(products, aten.lt.Scalar(added, NEVER / 2), NEVER);
  const hits = ranked.argmax(-1).eq(wanted).sum();
  return { perRow, tally: { in_batch_accuracy: { sum: hits, count: targets.length } } };
}

/** Targets of all rows, in the order of `predictionsOf` for a single batch. */
function targetsOf(rows: readonly PreparedRow[]): { rowOf: BigInt64Array; targets: BigInt64Array } {
  const rowOf: bigint[] = [];
  const targets: bigint[] = [];
  for (const [r, { ids, trained }] of rows.entries())
    for (let t = 1; t < ids.length; t++)
      if (trained[t] === 1) {
        rowOf.push(BigInt(r));
        targets.push(BigInt(ids[t]));
      }
  return { rowOf: BigInt64Array.from(rowOf), targets: BigInt64Array.from(targets) };
}

interface Candidates {
  rowOf: BigInt64Array;
  targets: BigInt64Array;
  items: BigInt64Array;
  placeOf: ReadonlyMap<bigint, number>;
  logQ: Float64Array | undefined;
}

/** Offset of each logit: a target of several rows counts once per row, except for those rows themselves: [L · U] */
function offsetsOf(rows: readonly PreparedRow[], candidates: Candidates): Float32Array {
  const { rowOf, targets, items, placeOf, logQ } = candidates;
  const chosen = new Float64Array(items.length);
  for (const item of targets) chosen[placeOf.get(item)!]++;
  const correction = Float64Array.from(items, (item) => -(logQ?.[Number(item)] ?? 0));
  const asOthers = correction.map((value, i) => value + Math.log(chosen[i]));
  const had = rows.map(({ ids }) => [...new Set(ids)].flatMap((id) => placeOf.get(BigInt(id)) ?? []));
  const offsets = new Float32Array(targets.length * items.length);
  for (const [line, item] of targets.entries()) {
    const own = offsets.subarray(line * items.length, (line + 1) * items.length);
    own.set(asOthers);
    for (const place of had[Number(rowOf[line])]) own[place] = NEVER;
    const right = placeOf.get(item)!;
    own[right] = correction[right];
  }
  return offsets;
}

/** Logarithm of each item's share of all interactions; unseen items count as half an interaction. */
function logShares(tokenizer: Tokenizer, statistics: LabelStatistics | undefined): Float64Array {
  const counts = new Float64Array(tokenizer.size).fill(0.5);
  for (const [item, count] of statistics?.items ?? []) {
    const id = tokenizer.idOf(item);
    if (id !== null) counts[id] = count;
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => Math.log(count / total));
}

// R rows, V vocabulary: items and special tokens
import type { ItemsExample } from '../../../data/example.ts';
import { KEPT } from '../../../scoring/collection.ts';
import { askedExamples, type Asked } from '../../../scoring/asked.ts';
import type { PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import { best } from '../../baselines/items.ts';
import { collateRows } from '../rows/collate.ts';
import { fromArray, noGrad, scope, type Tensor } from '../../../engine/tensor/index.ts';
import { itemIds, itemNames, type Tokenizer } from '../../../models/text/index.ts';
import type { PreparedRow } from '../rows/prepared-rows.ts';
import { traitsOf } from '../../../models/base-traits.ts';
import type { Answering } from './answering.ts';
import { inBatches } from './batched.ts';

/** Ranks all items that a row does not have yet by their probability of coming next; long histories keep their end. */
export async function answerWithItems(
  { model, tokenizer }: Answering,
  asked: readonly Asked[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const { maxPositions } = traitsOf(model);
  const names = itemNames(tokenizer);
  const examples = askedExamples(asked, 'items');
  const rows = examples.map((example) => {
    return historyRow(tokenizer, { ...example, items: example.items.slice(0, -1) }, maxPositions);
  });
  const had = (items: readonly string[]) => new Set(options.keepSeen === true ? [] : items.slice(0, -1));
  const seen = new Map(examples.map(({ items }, i) => [rows[i], had(items)]));
  const rankings = await inBatches(rows, { ...options, maxPositions }, (batch) => {
    const scores = noGrad(() => scope(() => logitsOf({ model }, batch)));
    return batch.map((row, r) => {
      const own = scores.subarray(r * (scores.length / batch.length), (r + 1) * (scores.length / batch.length));
      return best(own, names, seen.get(row)!, KEPT);
    });
  });
  return rows.map(({ id, ids }, i): Prediction => {
    const ranking = rankings[i]!;
    return { id, text: ranking[0] ?? '', ranking, usage: { inputTokens: ids.length, outputTokens: 0 } };
  });
}

/** A user's history as model input, truncated to its end. */
export function historyRow(tokenizer: Tokenizer, example: ItemsExample, maxPositions: number): PreparedRow {
  const { id, source } = example;
  const { ids: all, lead } = itemIds(tokenizer, example);
  const isLong = all.length > maxPositions;
  const ids = isLong ? Int32Array.of(...all.slice(0, lead), ...all.slice(lead - maxPositions)) : all;
  return { id, source, ids, trained: new Uint8Array(ids.length) };
}

/** Hidden state at the end of each row: [R, D] */
export function lastStates({ model }: Pick<Answering, 'model'>, batch: readonly PreparedRow[]): Tensor {
  const { input } = collateRows(batch, { causal: true });
  const ends = BigInt64Array.from(model.layoutOf(input).offsets.slice(1), (end) => BigInt(end - 1));
  return model.hidden(input).indexSelect(0, fromArray(ends).toDevice(model.device));
}

/** Logits after each row's last token: [R · V] */
function logitsOf({ model }: Pick<Answering, 'model'>, batch: readonly PreparedRow[]): Float64Array {
  return Float64Array.from(model.tokenHead.logits(lastStates({ model }, batch)).toNumbers()); // [R, V]
}

// R rows, V items and the tokens that are none
import type { ItemsExample } from '../../../data/example.ts';
import { KEPT } from '../../../eval/collection.ts';
import type { Asked } from '../../../eval/prompting/asked.ts';
import type { PredictOptions, Prediction } from '../../../eval/predictor.ts';
import { best } from '../../../eval/recommend.ts';
import { collateRows } from '../../../methods/objectives/next-token.ts';
import { fromArray, noGrad, scope } from '../../../tensor/index.ts';
import { itemIds, itemNames } from '../../../text/index.ts';
import type { PreparedRow } from '../../../train/interfaces.ts';
import { traitsOf } from '../build-trainer.ts';
import type { Answering } from './answering.ts';
import { inBatches } from './batched.ts';

/** All items that a row does not have yet, by how likely each comes next; of a long history its end is read. */
export async function answerWithItems(
  { model, tokenizer }: Answering,
  asked: readonly Asked[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const { maxPositions } = traitsOf(model.architecture, model.config);
  const names = itemNames(tokenizer);
  const examples = asked.map(({ example }) => example as ItemsExample);
  const rows = examples.map(({ id, source, items, about }): PreparedRow => {
    const { ids: all, lead } = itemIds(tokenizer, { items: items.slice(0, -1), about });
    const isLong = all.length > maxPositions;
    const ids = isLong ? Int32Array.of(...all.slice(0, lead), ...all.slice(lead - maxPositions)) : all;
    return { id, source, ids, trained: new Uint8Array(ids.length) };
  });
  const seen = new Map(examples.map(({ items }, i) => [rows[i], new Set(items.slice(0, -1))]));
  const rankings = await inBatches(rows, { ...options, maxPositions }, (batch) => {
    const scores = noGrad(() => scope(() => lastLogits({ model }, batch)));
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

/** What the model gives every token after each row's last: [R · V] */
function lastLogits({ model }: Pick<Answering, 'model'>, batch: readonly PreparedRow[]): Float64Array {
  const { input } = collateRows(batch, { causal: true });
  const ends = BigInt64Array.from(model.layoutOf(input).offsets.slice(1), (end) => BigInt(end - 1));
  const hidden = model.hidden(input).indexSelect(0, fromArray(ends).toDevice(model.device));
  return Float64Array.from(model.tokenHead.logits(hidden).toNumbers()); // [R, V]
}

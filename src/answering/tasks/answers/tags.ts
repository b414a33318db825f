// N tokens, C classes
import { askedExamples, type Asked } from '../../../scoring/asked.ts';
import type { PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import { collateRows } from '../rows/collate.ts';
import { noGrad, scope } from '../../../engine/tensor/index.ts';
import { encodeWords } from '../../../models/text/index.ts';
import { traitsOf } from '../../../models/base-traits.ts';
import type { Answering } from './answering.ts';
import { inBatches, unreadRow } from './batched.ts';

/** Tag of words outside any entity. */
const OUTSIDE = 'O';

/** The most likely tag of each word, by a token classification head. */
export async function answerWithTags(
  { model, tokenizer }: Answering,
  asked: readonly Asked[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const { causal, maxPositions } = traitsOf(model);
  const all = askedExamples(asked, 'tagged');
  const encoded = await encodeWords(
    tokenizer,
    all.map(({ words }) => words),
  );
  const rows = encoded.map(({ ids, typeIds }, i) => {
    return { id: all[i].id, ids, typeIds, trained: new Uint8Array(ids.length), source: all[i].source };
  });
  const { labels } = model.tokenClassHead;
  const found = await inBatches(rows, { ...options, maxPositions }, (batch) => {
    const { input } = collateRows(batch, { causal });
    const classes = noGrad(() =>
      scope(() => model.tokenClassHead.scores(model.hidden(input), model.layoutOf(input)).argmax(-1).toNumbers()),
    );
    let from = 0;
    return batch.map(({ ids }) => classes.slice(from, (from += ids.length)));
  });
  return found.map((classes, i): Prediction => {
    if (classes === undefined) return unreadRow(all[i].id);
    const tags = [...encoded[i].firsts].map((token) => (token < 0 ? OUTSIDE : labels[classes[token]]));
    const usage = { inputTokens: rows[i].ids.length, outputTokens: 0 };
    return { id: all[i].id, text: tags.join(' '), usage };
  });
}

import { promptText } from '../../../scoring/prompt-text.ts';
import type { Asked } from '../../../scoring/asked.ts';
import type { PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import { hiddenTokens, maskToken, type HiddenRow } from '../rows/hidden-tokens.ts';
import { collateRows } from '../rows/collate.ts';
import { fromArray, noGrad, scope } from '../../../engine/tensor/index.ts';
import type { Model } from '../../../models/model.ts';
import { traitsOf } from '../../../models/base-traits.ts';
import { TOO_LONG, type Answering } from './answering.ts';
import { inBatches } from './batched.ts';

/** Number of passes over a text; each masks another seventh of its tokens, about the share used in training. */
const PASSES = 7;

/**
 * Pseudo-likelihood of each text under a masked language model: every token is predicted once, with about one in seven
 * masked (after Salazar et al. 2020, who mask one at a time).
 */
export async function answerWithMasks(
  { model, tokenizer }: Answering,
  asked: readonly Asked[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const { maxPositions } = traitsOf(model);
  const mask = maskToken(tokenizer);
  const texts = asked.map(({ example }) => (example.kind === 'text' ? example.text : promptText(example)));
  const framed = await tokenizer.encodeFramed(texts.map((text) => ({ text })));
  const passes = framed.flatMap(({ ids, typeIds }, i) => {
    const { id, source } = asked[i].example;
    const places = [...ids.keys()].filter((t) => !tokenizer.isSpecial(ids[t]));
    return Array.from({ length: PASSES }, (_, pass): HiddenRow => {
      const trained = new Uint8Array(ids.length);
      const hidden = ids.slice();
      for (const [n, t] of places.entries()) {
        if (n % PASSES !== pass) continue;
        trained[t] = 1;
        hidden[t] = mask;
      }
      return { id, source, ids: hidden, typeIds, trained, targets: ids };
    });
  });
  const nats = await inBatches(passes, { ...options, maxPositions }, (batch) => natsOf(model, batch));
  return asked.map(({ example: { id } }, i): Prediction => {
    const own = nats.slice(i * PASSES, (i + 1) * PASSES);
    const tokens = framed[i].ids.filter((token) => !tokenizer.isSpecial(token)).length;
    if (own.includes(undefined)) return { id, unreadable: TOO_LONG };
    if (tokens === 0) return { id, unreadable: 'without tokens' };
    const sum = own.reduce<number>((total, one) => total + one!, 0);
    return { id, likelihood: { negativeLogLikelihood: sum, tokens, bytes: Buffer.byteLength(texts[i]) } };
  });
}

/** Loss of each row's masked tokens. */
function natsOf(model: Model, rows: readonly HiddenRow[]): number[] {
  const { input } = collateRows(rows, { causal: false });
  const { places, targets, rows: rowOf } = hiddenTokens({ rows });
  const sums = rows.map(() => 0);
  if (places.length === 0) return sums;
  const onDevice = (values: readonly number[]) => fromArray(BigInt64Array.from(values, BigInt)).toDevice(model.device);
  const logProbs = noGrad(() =>
    scope(() => {
      const hidden = model.hidden(input).indexSelect(0, onDevice(places));
      return model.tokenHead.tokenLogProbs(hidden, onDevice(targets)).logProbs.toNumbers();
    }),
  );
  for (const [i, row] of rowOf.entries()) sums[row] -= logProbs[i];
  return sums;
}

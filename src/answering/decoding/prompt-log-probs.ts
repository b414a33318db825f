// N tokens of a prompt, D width, V vocabulary
import { AttuneError } from '../../base/errors.ts';
import type { Model } from '../../models/model.ts';
import { layoutOfRows } from '../../engine/nn/index.ts';
import { noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import { logProbsOf, type TokenLogProb } from './log-probs.ts';
import { layoutAmong, placedIn, type SeenImages } from './seen-images.ts';
import type { AnswerTokenizer } from './installed-adapter.ts';

/** A token of a prompt; the first has no log-probability, since nothing precedes it. */
export interface PromptToken {
  id: number;
  token: string;
  logProb?: number;
  top?: TokenLogProb[];
}

/** Number of positions whose logits are computed at once. */
const PLACES = 64;

/**
 * Log-probability, in nats, of each prompt token given those before it, with the `count` most probable alternatives.
 * @throws AttuneError E_TASK_UNSUPPORTED for prompts whose tokens also attend to later ones
 */
export function scorePrompt(
  parts: { model: Model; tokenizer: AnswerTokenizer; images?: SeenImages },
  prompt: Int32Array,
  count: number,
): PromptToken[] {
  const { model, tokenizer, images } = parts;
  if (model.task === 'seq2seq') throw readsElsewhere('An encoder-decoder', 'a decoder');
  if (images?.seesPrompt === true)
    throw readsElsewhere('A model with bidirectional attention within prompts', 'a prompt without images');
  const textOf = (id: number) => tokenizer.decode([id]);
  const tokens: PromptToken[] = Array.from(prompt.subarray(0, 1), (id) => ({ id, token: textOf(id) }));
  noGrad(() =>
    scope(() => {
      const plain = layoutOfRows([prompt.length], { causal: true });
      const whole = [{ sequence: { request: { images, prompt }, read: 0 }, count: prompt.length }];
      const [layout, placed] = [layoutAmong(plain, whole), placedIn(whole, plain.offsets)];
      const hidden = model.hidden({ ids: BigInt64Array.from(prompt, BigInt), layout, placed }); // [N, D]
      const last = prompt.length - 1;
      for (let from = 0; from < last; from += PLACES) {
        const places = Math.min(PLACES, last - from);
        for (const [place, logits] of logitsOf(model, hidden.narrow(0, from, places)).entries())
          tokens.push(logProbsOf(logits, prompt[from + place + 1], { count, textOf }));
      }
    }),
  );
  return tokens;
}

/** Logits of each position, [V] each, from hidden [P, D]. */
function logitsOf(model: Model, hidden: Tensor): Float32Array[] {
  return scope(() => {
    const logits = model.tokenHead.logits(hidden).to('f32');
    const [places, V] = logits.shape;
    const all = Float32Array.from(logits.data() as Float32Array);
    return { rows: Array.from({ length: places }, (_, place) => all.subarray(place * V, (place + 1) * V)) };
  }).rows;
}

function readsElsewhere(kind: string, expected: string): AttuneError {
  return new AttuneError('E_TASK_UNSUPPORTED', {
    what: `${kind} cannot score its prompts`,
    expected,
    fix: 'remove echo with logprobs, or choose another model',
  });
}

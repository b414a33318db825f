import { Decoding, greedy, sampleToken } from '../../src/generate/index.ts';
import type { Model } from '../../src/models/model.ts';
import type { Tensor } from '../../src/tensor/index.ts';
import { inputNames, inputOf, type Tensors } from './input.ts';

const PROMPT_TOKENS = 12;

/** The reference's greedy continuation [1, T], made here again: of the first row's first tokens, or of the first source. */
export function generatesSame(model: Model, batch: Tensors, expected: Tensor): boolean {
  const wanted = Array.from(expected.data() as BigInt64Array, Number);
  const inputs = [...batch].filter(([name]) => inputNames.has(name));
  const first = new Map(inputs.map(([name, tensor]) => [name, tensor.narrow(0, 0, 1)]));
  const hasEncoder = model.trunk.encoderStack !== undefined;
  using memory = hasEncoder ? model.remember(inputOf(model, first).input.source ?? {}) : undefined;
  using decoding = new Decoding(model, 1, memory);
  const ids = hasEncoder ? [model.config.decoder_start_token_id as number] : firstTokens(batch);
  for (let unread = ids; ids.length < wanted.length; unread = ids.slice(-1)) {
    const [logits] = decoding.read([unread]);
    ids.push(sampleToken(logits, greedy, { row: 0, index: ids.length }));
  }
  return ids.length === wanted.length && ids.every((id, i) => id === wanted[i]);
}

function firstTokens(batch: Tensors): number[] {
  const ids = batch.get('input_ids');
  if (ids === undefined) throw new Error('nothing to generate from: the batch has no input_ids');
  return Array.from((ids.data() as BigInt64Array).subarray(0, Math.min(PROMPT_TOKENS, ids.shape[1])), Number);
}

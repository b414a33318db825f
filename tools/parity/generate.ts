import type { Model } from '../../src/models/model.ts';
import { layoutOfRows } from '../../src/nn/index.ts';
import { noGrad, scope, type Tensor } from '../../src/tensor/index.ts';
import { inputOf, type Tensors } from './input.ts';

const PROMPT_TOKENS = 12;

/** The reference's greedy continuation [1, T], made here again: of the first row's first tokens, or of the first source. */
export function generatesSame(model: Model, batch: Tensors, expected: Tensor): boolean {
  const wanted = [...(expected.data() as BigInt64Array)];
  const source = sourceOf(model, batch);
  const ids = source === undefined ? firstTokens(batch) : [BigInt(model.config.decoder_start_token_id as number)];
  while (ids.length < wanted.length) ids.push(nextToken(model, ids, source));
  return ids.every((id, i) => id === wanted[i]);
}

function firstTokens(batch: Tensors): bigint[] {
  const ids = batch.get('input_ids');
  if (ids === undefined) throw new Error('nothing to generate from: the batch has no input_ids');
  return [...(ids.data() as BigInt64Array).subarray(0, Math.min(PROMPT_TOKENS, ids.shape[1]))];
}

function sourceOf(model: Model, batch: Tensors): ReturnType<typeof inputOf>['input']['source'] {
  if (model.trunk.encoderStack === undefined) return undefined;
  const first = new Map([...batch].map(([name, tensor]) => [name, tensor.narrow(0, 0, 1)]));
  return inputOf(model, first).input.source;
}

function nextToken(model: Model, ids: readonly bigint[], source: ReturnType<typeof sourceOf>): bigint {
  const layout = layoutOfRows([ids.length], { causal: true });
  return noGrad(() =>
    scope(() => {
      const hidden = model.hidden({ layout, ids: BigInt64Array.from(ids), source });
      return BigInt(
        model.tokenHead
          .logits(hidden.narrow(0, ids.length - 1, 1))
          .argmax(-1)
          .item(),
      );
    }),
  );
}

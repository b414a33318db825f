// Weights moved to huge pages keep their values, whatever happens to the original memory.
import { expect, it } from 'vitest';
import { createModel } from '../../../src/models/load-model.ts';
import { fromArray, scope, settled } from '../../../src/engine/tensor/index.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import { settleWeights } from '../../../src/answering/model/settle-weights.ts';

it('tensors keep their values, shapes and types, and lie side by side', () => {
  scope(() => {
    const wide = fromArray(
      Float32Array.from({ length: 35 }, (_, i) => i / 7),
      [5, 7],
    );
    const all = [
      wide,
      wide.transpose(0, 1),
      wide.to('bf16'),
      fromArray(BigInt64Array.of(3n)),
      fromArray(new Float32Array(0)),
    ];
    const copies = settled(all);
    for (const [i, copy] of copies.entries()) {
      expect([copy.shape, copy.dtype]).toEqual([all[i].shape, all[i].dtype]);
      expect([...copy.toNumbers()]).toEqual([...all[i].toNumbers()]);
    }
    copies[0].zero_();
    expect(wide.toNumbers()[8]).toBeCloseTo(8 / 7, 6);
    expect(copies[1].toNumbers()[1]).toBeCloseTo(1, 6);
  });
});

it('models answer as before', async () => {
  const sizes = {
    vocab_size: 200,
    hidden_size: 64,
    intermediate_size: 96,
    num_hidden_layers: 2,
    num_attention_heads: 2,
  };
  const model = await createModel(
    { model_type: 'llama', ...sizes, max_position_embeddings: 32 },
    { dtype: 'f32', seed: 3 },
  );
  const states = () =>
    scope(() => {
      const ids = BigInt64Array.of(1n, 5n, 9n);
      return [...model.hidden({ ids, layout: layoutOfRows([3], { causal: true }) }).toNumbers()];
    });
  const before = states();
  const own = new Set([...model.parameters()].map(([, { tensor }]) => tensor.id));
  expect(settleWeights(model)).toBeGreaterThan(200 * 64 * 4);
  expect([...model.parameters()].filter(([, { tensor }]) => !own.has(tensor.id)).length).toBeGreaterThan(5);
  expect(states()).toEqual(before);
  model.dispose();
});

import { expect, it } from 'vitest';
import { nearestType, type StoredShape } from '../../../src/models/find-nearest-type.ts';
import { namesOf, skeleton } from '../../../src/models/skeleton.ts';
import type { RawConfig } from '../../../src/models/raw-config.ts';
import { tinyConfigs } from '../tiny-configs.ts';

async function tensorsOf(raw: RawConfig): Promise<StoredShape[]> {
  const { model } = await skeleton(raw, {});
  return [...model.parameters()].map(([path, { shape }]) => ({ name: namesOf(model, path)[0], shape }));
}

it('names the type with the same tensors, and which of them differ', async () => {
  const [raw] = tinyConfigs.glm4;
  const stored = (await tensorsOf(raw)).filter(({ name }) => !name.endsWith('post_mlp_layernorm.weight'));
  const added = [0, 1].map((layer) => ({ name: `model.layers.${layer}.mlp.router.weight`, shape: [3, 8] }));
  const nearest = await nearestType({ ...raw, model_type: 'glm9' }, [...stored, ...added]);
  expect(nearest).toMatchObject({
    modelType: 'glm4',
    beyond: ['model.layers.*.mlp.router.weight'],
    missing: ['model.layers.*.post_mlp_layernorm.weight'],
    reshaped: [],
  });
  expect(nearest?.share).toBeGreaterThan(0.7);
});

it('names none for tensors of another kind', async () => {
  const stored = [{ name: 'flow.blocks.0.weight', shape: [3, 3] }];
  expect(await nearestType({ model_type: 'flow', hidden_size: 8 }, stored)).toBeUndefined();
});

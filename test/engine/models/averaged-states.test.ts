// Universal Sentence Encoder Lite computes its last product once per text if only the mean of states is read.
import { expect, it } from 'vitest';
import { collateRows } from '../../../src/answering/tasks/rows/collate.ts';
import { create } from '../../../src/methods/tunings/lora.ts';
import { complete, options } from '../../../src/methods/tunings/lora.options.ts';
import { poolings } from '../../../src/models/heads/pooling.ts';
import { createModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { withRandomness } from '../../../src/engine/nn/index.ts';
import { fromArray, noGrad, scope } from '../../../src/engine/tensor/index.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import { tinyConfigs } from '../tiny-configs.ts';

const rows = [[3, 1, 4, 1, 5, 9], [2], [6, 5, 3]].map((ids, i): PreparedRow => {
  return {
    id: String(i),
    ids: Int32Array.from(ids),
    trained: new Uint8Array(ids.length),
    source: { file: '', line: i },
  };
});
const { input } = collateRows(rows, { causal: false });

const modelFor = (task: 'sequence' | 'embedding' | 'token') =>
  createModel(tinyConfigs.use_lite[0], { dtype: 'f64', seed: 5, task, labels: ['no', 'yes'] });

const statesOf = (model: Model) => noGrad(() => scope(() => model.hidden(input).toNumbers()));
const meansOf = (model: Model) =>
  noGrad(() => scope(() => poolings.mean(model.hidden(input), model.layoutOf(input)).toNumbers()));

it('with the means that all products give', async () => {
  const [each, averaged, vectors] = await Promise.all((['token', 'sequence', 'embedding'] as const).map(modelFor));
  for (const model of [averaged, vectors]) {
    expect(statesOf(model)).not.toEqual(statesOf(each));
    for (const [i, mean] of meansOf(model).entries()) expect(mean).toBeCloseTo(meansOf(each)[i], 12);
  }
  for (const model of [each, averaged, vectors]) model.dispose();
});

it('but all of them where an adapter drops out parts of what each token has', async () => {
  const model = await modelFor('sequence');
  const tuning = create(model, complete(options.parse({ dropout: 0.5 })), { seed: 1 });
  const tokens = fromArray(BigInt64Array.from(input.ids!, (_, i) => BigInt(i)));
  const randomness = { seed: 1, step: 0, tokens };
  const dropped = withRandomness(randomness, () => statesOf(model));
  expect(dropped).toHaveLength(statesOf(model).length);
  expect(dropped).not.toEqual(statesOf(model));
  tuning.dispose();
  model.dispose();
});

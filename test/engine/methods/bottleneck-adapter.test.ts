// Properties of bottleneck adapters that neither the contract of tunings nor the reference values cover.
import { describe, expect, it } from 'vitest';
import { Batcher, type GenerationRequest } from '../../../src/answering/decoding/index.ts';
import { create, open } from '../../../src/methods/tunings/adapter.ts';
import { method, type AdapterOptions } from '../../../src/methods/tunings/adapter.options.ts';
import { open as openLora } from '../../../src/methods/tunings/lora.ts';
import { complete, options as loraOptions } from '../../../src/methods/tunings/lora.options.ts';
import { create as createAdamw } from '../../../src/training/optimizers/adamw.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { skeleton } from '../../../src/models/skeleton.ts';
import type { Model } from '../../../src/models/model.ts';
import { AdapterOwner, Sublayer } from '../../../src/engine/nn/index.ts';
import { noGrad, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import type { Tuning } from '../../../src/methods/interfaces.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';
import { matrixFolder } from '../matrix-folder.ts';
import { recipeOf, runCell } from '../method-matrix.ts';
import { rowsOfLengths, towardsOne } from '../tiny-training.ts';
import { tinyCases, tinyConfigs, tinyInput, tinyModel } from '../tiny-models.ts';

const optionsOf = (values: object) => method.settle(values) as unknown as AdapterOptions;
const LENGTHS = [3, 6, 1];

const rows = rowsOfLengths(LENGTHS);

function hasCrossAttention(model: Model): boolean {
  return [...model.modules()].some(([, part]) => part instanceof Sublayer && part.kind === 'cross_attention');
}

/** All weights of an adapter before and after a step. */
async function weightsOfStep(tiny: Parameters<typeof tinyModel>[0], style: string, checkpointing: boolean) {
  const model = await tinyModel(tiny, 'f32');
  const input = tinyInput(model, LENGTHS);
  const crossAttention = style === 'houlsby' && hasCrossAttention(model);
  const options = { style, bottleneck_size: 3, cross_attention: crossAttention, non_linearity: 'gelu' };
  const tuning = create(model, optionsOf({ ...options, init_weights: 'bert', scaling: 'learned' }), { seed: 5 });
  const weights = () => [...tuning.state()].map(([name, tensor]) => [name, [...tensor.toNumbers()]] as const);
  const before = weights();
  const update = createAdamw(tuning.trainables, { beta1: 0.9, beta2: 0.999, epsilon: 1e-12 });
  const how = { learningRate: 1e-3, weightDecay: 0, maxGradNorm: 0 };
  const request = { microBatches: [rows], step: 0, seed: 1, checkpointing, options: how };
  await trainStep({ model, objective: towardsOne(input, rows), update }, request);
  const after = weights();
  tuning.dispose();
  model.dispose();
  return { before: new Map(before), after: new Map(after) };
}

/** One case per model type. */
const firstCases = new Map((await tinyCases()).toReversed().map((one) => [one[1].raw.model_type, one]));
const places = await Promise.all(
  [...firstCases.values()].map(async ([name, { raw, task }]) => {
    const { model } = await skeleton(raw, { task });
    const kinds = [...model.modules()].flatMap(([, module]) => (module instanceof Sublayer ? [module.kind] : []));
    // Disables layer dropping: dropped layers learn nothing in a step.
    return { name, type: raw.model_type, tiny: { raw: { ...raw, layerdrop: 0, drop_path_rate: 0 }, task }, kinds };
  }),
);

describe('places of adapters', () => {
  it('are in every architecture of attention and MLPs', () => {
    const without = places.filter(({ kinds }) => kinds.length === 0).map(({ type }) => type);
    expect(new Set(without)).toEqual(new Set(['resnet', 'mobilenet_v2', 'sasrec', 'two_tower', 'bpr_mf']));
    const odd = places.filter(({ kinds }) => count(kinds, 'attention') !== count(kinds, 'mlp'));
    // ConvNeXt mixes positions with convolutions, which get no adapters.
    expect(odd.map(({ type }) => type)).toEqual(['convnext']);
  });

  it.each(places.filter(({ kinds }) => kinds.length > 0))(
    '$name: each adapter acts and learns, and the same where blocks are computed twice',
    async ({ tiny }) => {
      for (const style of ['houlsby', 'parallel']) {
        const once = await weightsOfStep(tiny, style, false);
        const still = [...once.after].filter(([name, values]) => values.join() === once.before.get(name)!.join());
        expect(still.map(([name]) => name)).toEqual([]);
        const twice = style === 'houlsby' ? await weightsOfStep(tiny, style, true) : once;
        expect(twice.after).toEqual(once.after);
      }
    },
  );
});

function count<Value>(values: readonly Value[], wanted: Value): number {
  return values.filter((value) => value === wanted).length;
}

describe('bottleneck adapters', () => {
  const tiny = { raw: tinyConfigs.llama[0], task: 'causal-lm' } as const;

  it('stand where their style says, in the layers that are named', async () => {
    const model = await tinyModel(tiny, 'f32');
    const namesOf = (values: object) => {
      const tuning = create(model, optionsOf({ bottleneck_size: 2, ...values }), { seed: 1 });
      const names = [...tuning.state().keys()].filter((name) => name.endsWith('adapter_up.weight'));
      tuning.dispose();
      return names.map((name) => name.replace(/^base_model\.model\.model\.|\.adapter_up\.weight$/g, ''));
    };
    const mlps = ['layers.0.mlp_sublayer', 'layers.1.mlp_sublayer'];
    expect(namesOf({})).toEqual(mlps);
    expect(namesOf({ style: 'parallel' })).toEqual(mlps);
    expect(namesOf({ style: 'houlsby', layers_to_transform: [1] })).toEqual([
      'layers.1.attention_sublayer',
      'layers.1.mlp_sublayer',
    ]);
    expect(() => namesOf({ layers_to_transform: [1, 7] })).toThrow(
      expect.objectContaining({
        code: 'E_NO_TARGETS',
        problems: [expect.objectContaining({ message: '"7" matches no layer with an adapter' })],
      }),
    );
    model.dispose();
  });

  it('begin near the base with bert, exactly at it otherwise', async () => {
    const model = await tinyModel(tiny, 'f32');
    const input = tinyInput(model, LENGTHS);
    const outputs = () => noGrad(() => scope(() => [...model.hidden(input).toNumbers()]));
    const base = outputs();
    const distance = (init_weights: string) => {
      const tuning = create(model, optionsOf({ style: 'houlsby', init_weights }), { seed: 1 });
      const far = Math.max(...outputs().map((value, i) => Math.abs(value - base[i])));
      tuning.dispose();
      return far;
    };
    expect(distance('mam_adapter')).toBe(0);
    expect(distance('bert')).toBeGreaterThan(0);
    expect(distance('bert')).toBeLessThan(0.02);
    expect(outputs()).toEqual(base);
    model.dispose();
  });

  it('answer in one batch with LoRA and the base as each does alone', async () => {
    const model = await tinyModel(tiny, 'f32');
    const styles = { a: 'houlsby', b: 'parallel', c: 'pfeiffer', d: 'lora' } as const;
    const install = (batcher: Batcher, name: keyof typeof styles) =>
      batcher.install(name, sharedOn(model, styles[name]));
    const names = [undefined, 'a', 'b', 'c', 'd'] as const;
    const requests = Array.from({ length: 15 }, (_, i): GenerationRequest & { adapter?: keyof typeof styles } => ({
      prompt: Array.from({ length: 1 + ((7 * i) % 11) }, (_, j) => (3 * i + 5 * j) % 16),
      adapter: names[i % names.length],
      maxNewTokens: 6,
      stopIds: [],
    }));
    const tokenizer = { decode: (ids: Iterable<number>) => [...ids].join(' '), stopIds: [16] };
    const alone: number[][] = [];
    for (const request of requests) {
      using batcher = new Batcher({ model, tokenizer });
      if (request.adapter !== undefined) install(batcher, request.adapter);
      alone.push((await batcher.submit(request))[0].ids);
    }
    using batcher = new Batcher({ model, tokenizer });
    for (const name of ['a', 'b', 'c', 'd'] as const) install(batcher, name);
    const together = await Promise.all(requests.map((request) => batcher.submit(request)));
    expect(together.map(([{ ids }]) => ids)).toEqual(alone);
    const base = await batcher.submit({ ...requests[1], adapter: undefined });
    expect(base[0].ids).not.toEqual(alone[1]);
  });
});

/** An adapter with random weights that applies to requests that name it. */
function sharedOn(model: Model, style: string) {
  const owner = new AdapterOwner();
  const tuning = owner.own((): Tuning => {
    if (style === 'lora') return openLora(model, complete(loraOptions.parse({ r: 2 })), { owner });
    return open(model, optionsOf({ style, bottleneck_size: 3 }), { owner });
  });
  noGrad(() =>
    scope(() => {
      const values = [...tuning.state()].map(([path, { shape }]): [string, Tensor] => [
        path,
        keyedNormal(shape, { seed: 3, path: style + path }, 0.4),
      ]);
      tuning.load(new Map(values));
    }),
  );
  tuning.settle?.(model.dtype);
  const dispose = () => {
    owner.leave();
    tuning.dispose();
  };
  return { owner, tuning, dispose };
}

it('are refused behind attention to an encoder where there is none', async () => {
  const model = await tinyModel({ raw: tinyConfigs.llama[0], task: 'causal-lm' }, 'f32');
  const options = optionsOf({ style: 'houlsby', bottleneck_size: 3, cross_attention: true });
  expect(() => create(model, options, { seed: 5 })).toThrow(
    expect.objectContaining({
      code: 'E_NO_TARGETS',
      problems: [expect.objectContaining({ field: 'tuning.cross_attention' })],
    }),
  );
  model.dispose();
});

describe('a run with bottleneck adapters', () => {
  const folder = matrixFolder('bottleneck', ['llama']);

  it.each(['dense', 'nf4'])('begins as the base on %s, learns, and resumes to the byte', async (storage) => {
    const recipe = await recipeOf({ objective: 'sft', tuning: 'lora', model: 'llama' }, folder);
    const tuning = { method: 'adapter', ...method.settle({ style: 'houlsby', reduction_factor: 4, dropout: 0.1 }) };
    const run = await runCell({ ...recipe, tuning, storage: { name: storage } } as Recipe);
    expect(run.before.own).toEqual(run.before.base);
    expect(run.hasMoved).toBe(true);
    expect(run.steps).toHaveLength(3);
    expect(run.resumed).toEqual(run.whole);
  });
});

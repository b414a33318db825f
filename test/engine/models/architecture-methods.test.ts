// What training and serving require of an architecture beyond one step: ten steps with a bit-identical resume, 4-bit
// weights, and rows with an adapter next to rows without. R rows
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { create as createFull } from '../../../src/methods/tunings/full.ts';
import { create as createLora, open as openLora } from '../../../src/methods/tunings/lora.ts';
import { complete, options as loraOptions } from '../../../src/methods/tunings/lora.options.ts';
import { storages } from '../../../src/methods/storages/index.ts';
import type { Tuning } from '../../../src/methods/interfaces.ts';
import { create as createAdamw } from '../../../src/training/optimizers/adamw.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import { newTrainerState, readTensors, writeState } from '../../../src/training/trainer-state.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import type { Model, ModelInput } from '../../../src/models/model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { AdapterOwner, isLinear, layoutOfRows, withAdapters, type AdapterRoute } from '../../../src/engine/nn/index.ts';
import { backward, noGrad, scope } from '../../../src/engine/tensor/index.ts';
import { isWhole } from '../../sample.ts';
import { headOutput, tinyCases, tinyInput, tinyModel, tokensOf, type TinyCase } from '../tiny-models.ts';
import { rowsOfLengths, towardsOne } from '../tiny-training.ts';

/** One type per kind of layer; ATTUNE_TESTS=all tests every type with its first task. */
const REPRESENTATIVES: readonly string[] = [
  'gpt2',
  'deepseek_v3',
  'gemma3n_text',
  'llama4_text',
  'minimax',
  'mistral4',
  'nemotron_h',
  'qwen3_next',
  'lfm2_moe',
  'granitemoehybrid',
  'nomic_bert',
  't5gemma',
  'qwen3_vl',
  'siglip2',
  'convnext',
  'swin',
  'mistral3',
  'paligemma',
  'parakeet_ctc',
];

const all = new Map(
  (await tinyCases()).toReversed().map((one): [string, TinyCase] => [String(one[1].raw.model_type), one[1]]),
);
const wanted = isWhole ? [...all.keys()].toSorted() : REPRESENTATIVES;
const cases = wanted.map((name): [string, TinyCase] => [name, all.get(name)!]);

const folder = mkdtempSync(join(tmpdir(), 'attune-methods-'));
afterAll(() => rmSync(folder, { recursive: true }));
const LENGTHS = [3, 6];
const rows = rowsOfLengths(LENGTHS);
const seeded = { seed: 5 };

const tunings: Readonly<Record<string, (model: Model) => Tuning>> = {
  full: (model) => createFull(model, {}),
  lora: (model) => createLora(model, { ...loraOptions.parse({ r: 2, dropout: 0.1 }), alpha: 4 }, seeded),
};

/** Starts training, optionally from a checkpoint's state. */
async function begin(tiny: TinyCase, kind: keyof typeof tunings, from?: string) {
  const model = await tinyModel(tiny, 'f32');
  const input = tinyInput(model, LENGTHS);
  const tuning = tunings[kind](model);
  const update = createAdamw(tuning.trainables, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  const parts = { tuning, update, objective: towardsOne(input, rows) };
  if (from !== undefined) readTensors(from, parts);
  const losses: number[] = [];
  const options = { learningRate: 2e-3, weightDecay: 0.01, maxGradNorm: 1 };
  return {
    losses,
    async train(first: number, last: number) {
      for (let step = first; step < last; step++) {
        const request = { microBatches: [rows], step, seed: 1, checkpointing: false, options };
        losses.push((await trainStep({ model, objective: parts.objective, update }, request)).loss);
      }
    },
    save(name: string): string {
      const place = join(folder, name);
      mkdirSync(place, { recursive: true });
      const constants = { now: new Date(0), microBatchTokens: 64, checkpointing: false, training: {} as never };
      writeState(place, newTrainerState(), { ...parts, recipe: {}, constants });
      return place;
    },
    dispose() {
      tuning.dispose();
      disposeAll(model, input);
    },
  };
}

function disposeAll(model: Model, input: ModelInput): void {
  model.dispose();
  for (const tensor of [input.source?.features, input.features, input.images?.pixels]) tensor?.dispose();
}

const bytesOf = (place: string) =>
  ['weights', 'optimizer'].map((name) => readFileSync(join(place, `${name}.safetensors`)).toString('base64'));

const numbersOf = (model: Model, input: ModelInput): number[] =>
  noGrad(() => scope(() => ({ values: headOutput(model, model.hidden(input), input).toNumbers() }))).values;

const furthest = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i])));

const layersOf = (model: Model) =>
  [...model.modules()].flatMap(([path, one]) => (isLinear(one) ? [{ path, one }] : []));

describe.each(cases)('%s', async (name, tiny) => {
  const probe = await tinyModel(tiny, 'f32');
  const linear = layersOf(probe).filter(({ path }) => !probe.isOfHead(`${path}.weight`)).length;
  probe.dispose();

  it.each(linear === 0 ? ['full'] : Object.keys(tunings))(
    '%s: ten steps, and stopped after five the same',
    async (kind) => {
      const whole = await begin(tiny, kind);
      await whole.train(0, 5);
      const half = whole.save(`${name}-${kind}-5`);
      await whole.train(5, 10);
      expect(whole.losses.every(Number.isFinite)).toBe(true);
      expect(whole.losses[9]).not.toBe(whole.losses[0]);
      const resumed = await begin(tiny, kind, half);
      await resumed.train(5, 10);
      expect(resumed.losses).toEqual(whole.losses.slice(5));
      const ends = [whole, resumed].map((one, i) => bytesOf(one.save(`${name}-${kind}-10-${i}`)));
      expect(ends[1]).toEqual(ends[0]);
      for (const one of [whole, resumed]) one.dispose();
    },
  );

  it.runIf(linear > 0)('in nf4 computes as with its unpacked weights, and gives adapters gradients', async () => {
    const place = join(folder, `${name}-nf4`);
    const dense = await tinyModel(tiny, 'f32');
    saveModel(dense, place);
    const input = tinyInput(dense, LENGTHS);
    const method = await storages.load('nf4');
    const { model } = await loadModel(place, { dtype: 'f32', task: tiny.task, keep: await method.keep({}) });
    const storage = await method.create(model, {}, 'always');
    const before = numbersOf(dense, input);
    const unpacked = new Map(layersOf(dense).map(({ path, one }) => [path, one.weight]));
    const packed = layersOf(model).filter(({ one }) => one.weight.form !== undefined);
    expect(packed).toHaveLength(linear);
    noGrad(() => scope(() => packed.forEach(({ path, one }) => unpacked.get(path)!.assign(one.weight.value('f32')))));
    const wantedNumbers = numbersOf(dense, input);
    expect(furthest(wantedNumbers, before)).toBeGreaterThan(1e-4);
    const scale = Math.max(1, ...wantedNumbers.map(Math.abs));
    expect(furthest(numbersOf(model, input), wantedNumbers)).toBeLessThan(1e-5 * scale);
    const tuning = createLora(model, { ...loraOptions.parse({ r: 2 }), alpha: 4 }, seeded);
    scope(() => backward([headOutput(model, model.hidden(input), input).pow(2).sum()]));
    const grads = tuning.trainables.flatMap(({ parameter }) => parameter.tensor.grad?.toNumbers() ?? []);
    expect(grads.some((value) => value !== 0)).toBe(true);
    tuning.dispose();
    storage.dispose();
    dense.dispose();
    disposeAll(model, input);
  });

  it.runIf(tiny.task === 'causal-lm')(
    'rows of adapters next to rows of the base give what each gives alone',
    async () => {
      const model = await tinyModel(tiny, 'f32');
      const owners = [1, 2].map((seed) => randomAdapter(model, seed));
      const layout = layoutOfRows([4, 4, 4], { causal: true });
      const { ids } = tokensOf(model, 12);
      const logits = (route?: AdapterRoute) =>
        noGrad(() =>
          scope(() => ({
            values: withAdapters(route, () => model.tokenHead.logits(model.hidden({ ids, layout }))).toNumbers(),
          })),
        ).values;
      const alone = [logits({ all: owners[0] }), logits(), logits({ all: owners[1] })];
      const spans = [
        { owner: owners[0], start: 0, end: 4 },
        { owner: owners[1], start: 8, end: 12 },
      ];
      const together = logits({ tokens: 12, spans });
      const part = (values: readonly number[], row: number) =>
        values.slice((row * values.length) / 3, ((row + 1) * values.length) / 3);
      for (const [row, values] of alone.entries()) {
        expect(furthest(part(together, row), part(values, row)), `row ${row}`).toBeLessThan(2e-5);
        expect(furthest(part(together, row), part(alone[(row + 1) % 3], row))).toBeGreaterThan(1e-4);
      }
      model.dispose();
    },
  );
});

/** LoRA with random weights that only applies to rows routed to it. */
function randomAdapter(model: Model, seed: number): AdapterOwner {
  const owner = new AdapterOwner();
  const tuning = owner.own(() => openLora(model, complete(loraOptions.parse({ r: 2 })), { owner }));
  noGrad(() =>
    scope(() =>
      tuning.load(
        new Map([...tuning.state()].map(([path, { shape }]) => [path, keyedNormal(shape, { seed, path }, 0.3)])),
      ),
    ),
  );
  tuning.settle?.(model.dtype);
  expect(owner.canShare).toBe(true);
  return owner;
}

import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTuning, readAdapterConfig } from '../../../src/methods/tunings/adapter-config.ts';
import { create as createFull } from '../../../src/methods/tunings/full.ts';
import { create as createLora, open as openLora } from '../../../src/methods/tunings/lora.ts';
import { options as loraOptions, type LoraOptions } from '../../../src/methods/tunings/lora.options.ts';
import { collateRows } from '../../../src/answering/tasks/rows/collate.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { initialiseRows, tokenTables } from '../../../src/models/token-tables.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { liveTensors, noGrad, SafetensorsFile, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import type { Tuning } from '../../../src/methods/interfaces.ts';
import { evaluateRows } from '../../../src/training/evaluate-losses.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import { tinyConfigs, tinyModel } from '../tiny-models.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import { nextTokenObjective as objective } from '../next-token-objective.ts';

// An untied head, and one that shares the token table.
const models = { untied: 'fixtures/models/llama', tied: 'fixtures/models/llama_tied_bias' } as const;
const ids = [3, 11, 40];
const ROOT = 'base_model.model.';
const DELTA = 'token_adapter.trainable_tokens_delta';

const rows: PreparedRow[] = [19, 6, 12].map((length, r) => ({
  id: (0x1234567890abcde0n + BigInt(r)).toString(16),
  ids: Int32Array.from({ length }, (_, t) => (t % 3 === 0 ? ids[(t / 3 + r) % 3] : (t * 17 + r * 29 + 5) % 61)),
  trained: Uint8Array.from({ length }, () => 1),
  source: { file: 'rows.jsonl', line: r + 1 },
}));

const options: LoraOptions = { ...loraOptions.parse({ r: 4 }), alpha: 8 };

async function load(kind: keyof typeof models, vocabularySize?: number): Promise<Model> {
  return (await loadModel(models[kind], { dtype: 'f32', vocabularySize })).model;
}

const lossOf = async (model: Model): Promise<number> =>
  (await evaluateRows({ model, objective }, rows, { microBatchTokens: 1000 })).metrics.loss;

/** Gradients of one step by trainable name. */
async function gradients(model: Model, tuning: Tuning): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  const update = {
    step() {
      for (const { name, parameter } of tuning.trainables)
        scope(() => found.set(name, (parameter.tensor.grad as Tensor | undefined)?.flatten().toNumbers() ?? []));
      return 0;
    },
    state: () => new Map<string, Tensor>(),
    load: () => undefined,
  };
  const step = { microBatches: [rows], step: 0, seed: 1, checkpointing: false };
  await trainStep(
    { model, objective, update },
    { ...step, options: { learningRate: 0, weightDecay: 0, maxGradNorm: 0 } },
  );
  return found;
}

/** Changes every trained weight slightly. */
function disturb(tuning: Tuning): void {
  noGrad(() =>
    scope(() => {
      for (const { name, parameter } of tuning.trainables)
        parameter.tensor.add_(keyedNormal(parameter.shape, { seed: 7, path: name }, 0.2));
    }),
  );
}

describe.each(['tied', 'untied'] as const)('rows of single tokens, with a head that is %s', (kind) => {
  it('leave the model as it was until they are trained, and when they are disabled', async () => {
    const model = await load(kind);
    const before = await lossOf(model);
    const tuning = createLora(model, options, { seed: 1, tokens: ids });
    expect(await lossOf(model)).toBeCloseTo(before, 6);
    disturb(tuning);
    expect(Math.abs((await lossOf(model)) - before)).toBeGreaterThan(1e-3);
    const { ids: flat, layout } = collateRows(rows, { causal: true }).input;
    const hidden = (): number[] => noGrad(() => scope(() => model.hidden({ ids: flat, layout }).flatten().toNumbers()));
    const plain = await load(kind);
    const own = noGrad(() => scope(() => plain.hidden({ ids: flat, layout }).flatten().toNumbers()));
    expect(tuning.disabled(hidden)).toEqual(own);
  });

  it('get the gradients that they have where the whole table is trained', async () => {
    const whole = await load(kind);
    const full = await gradients(whole, createFull(whole, {}));
    const model = await load(kind);
    const some = await gradients(model, createLora(model, options, { seed: 1, tokens: ids }));
    const { input, output } = tokenTables(model);
    const width = model.trunk.width;
    for (const { path } of output === undefined ? [input] : [input, output]) {
      const all = full.get(`${path}.weight`)!;
      const wanted = ids.flatMap((id) => all.slice(id * width, (id + 1) * width));
      const got = some.get(`${ROOT}${path}.${DELTA}`)!;
      expect(wanted.some((value) => Math.abs(value) > 1e-4)).toBe(true);
      for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i], 5);
    }
  });

  it('say the same when they are merged, together with what LoRA adds to the head', async () => {
    const model = await load(kind);
    const both = kind === 'untied' ? { ...options, target_modules: ['q_proj', 'lm_head'] } : options;
    const tuning = createLora(model, both, { seed: 1, tokens: ids });
    disturb(tuning);
    const apart = await lossOf(model);
    tuning.merge();
    expect(await lossOf(model)).toBeCloseTo(apart, 4);
  });

  it('are saved under the names and keys of PEFT, and found again there', async () => {
    const model = await load(kind);
    const tuning = createLora(model, options, { seed: 1, tokens: ids });
    disturb(tuning);
    const folder = mkdtempSync(join(tmpdir(), 'attune-tokens-'));
    tuning.save(folder, { baseModel: 'base', task: 'causal-lm' });
    const config = JSON.parse(readFileSync(join(folder, 'adapter_config.json'), 'utf8')) as Record<string, unknown>;
    expect(config.trainable_token_indices).toEqual(kind === 'tied' ? ids : { embed_tokens: ids, lm_head: ids });
    using file = new SafetensorsFile(join(folder, 'adapter_model.safetensors'));
    const names = file.names.filter((name) => name.includes('token_adapter'));
    const tables = kind === 'tied' ? ['model.embed_tokens'] : ['lm_head', 'model.embed_tokens'];
    expect(names.toSorted()).toEqual(tables.map((path) => `${ROOT}${path}.${DELTA}`));
    expect(file.get(names[0]).shape).toEqual([ids.length, model.trunk.width]);
    const again = await load(kind);
    const opened = await openTuning(again, await readAdapterConfig(folder));
    noGrad(() => scope(() => opened.load(new Map(file.names.map((name) => [name, file.get(name)])))));
    expect(await lossOf(again)).toBe(await lossOf(model));
  });
});

describe('a tuning that is done with', () => {
  it('leaves nothing behind, whatever it trained', async () => {
    const before = liveTensors();
    const model = await load('untied');
    const whole = { ...options, modules_to_save: ['norm', 'embed_tokens'] };
    createLora(model, whole, { seed: 1, tokens: ids }).dispose();
    model.dispose();
    expect(liveTensors()).toBe(before);
  });
});

describe('an adapter of another tool', () => {
  it('that trains only the input rows of an untied model is read as what it is', async () => {
    const model = await load('untied');
    const tuning = openLora(model, options, { tokens: ids });
    expect(tuning.trainables.map(({ name }) => name).filter((name) => name.includes('token_adapter'))).toEqual([
      `${ROOT}model.embed_tokens.${DELTA}`,
    ]);
  });

  it('whose tokens the model lacks is refused with all that is wrong', async () => {
    const model = await load('untied');
    const tokens = { wte: [1], embed_tokens: [1, 5000] };
    expect(() => openLora(model, options, { tokens })).toThrow(
      expect.objectContaining({ code: 'E_ADAPTER_MISMATCH', problems: [expect.anything(), expect.anything()] }),
    );
  });
});

describe('tokens beside modules_to_save', () => {
  it('are trained in the tables that it leaves out', async () => {
    const model = await load('untied');
    const tuning = createLora(model, { ...options, modules_to_save: ['embed_tokens'] }, { seed: 1, tokens: ids });
    const names = tuning.trainables.map(({ name }) => name);
    expect(names).toContain(`${ROOT}model.embed_tokens.weight`);
    expect(names.filter((name) => name.includes('token_adapter'))).toEqual([`${ROOT}lm_head.${DELTA}`]);
  });

  it('may not be asked for twice', async () => {
    const model = await load('tied');
    const twice = { ...options, modules_to_save: ['embed_tokens'], trainable_tokens: ['a'] };
    expect(() => createLora(model, twice, { seed: 1, tokens: ids })).toThrow(
      expect.objectContaining({ code: 'E_TOKENS_TWICE' }),
    );
  });
});

describe.each(['tied', 'untied'] as const)('a larger vocabulary, with a head that is %s', (kind) => {
  it('keeps every row of the checkpoint and starts new ones near their mean', async () => {
    const small = await load(kind);
    const { vocabularySize: known } = small.architecture.limits(small.config);
    const model = await load(kind, known + 3);
    const newIds = [known, known + 1, known + 2];
    initialiseRows(model, { ids: newIds, known, seed: 1 });
    const { input, output } = tokenTables(model);
    expect(output === undefined).toBe(kind === 'tied');
    const tableOf = (of: Model, part: 'input' | 'output'): number[][] =>
      scope(() => {
        const { weight } = (tokenTables(of)[part] ?? tokenTables(of).input).module;
        return Array.from({ length: weight.shape[0] }, (_, row) => weight.tensor.detach().select(0, row).toNumbers());
      });
    for (const part of ['input', 'output'] as const) {
      const [before, after] = [tableOf(small, part), tableOf(model, part)];
      expect(after).toHaveLength(known + 3);
      expect(after.slice(0, known)).toEqual(before);
      const mean = before[0].map((_, d) => before.reduce((sum, row) => sum + row[d], 0) / known);
      const spread = Math.sqrt(before.reduce((sum, row) => sum + (row[0] - mean[0]) ** 2, 0) / known);
      for (const row of after.slice(known)) {
        expect(row).not.toEqual(after[0]);
        for (const [d, value] of row.entries()) expect(Math.abs(value - mean[d])).toBeLessThan(spread * 0.1 + 1e-6);
      }
      expect(after[known]).not.toEqual(after[known + 1]);
    }
    expect(input.module.weight.shape[0]).toBe(known + 3);
  });

  it('scores in bf16 as it was trained when an adapter is opened, whatever its rows held before', async () => {
    const grown = async (): Promise<Model> => {
      const { model } = await loadModel(models[kind], { dtype: 'bf16', vocabularySize: 300 });
      return model;
    };
    const first = await grown();
    initialiseRows(first, { ids: [7, 299], known: 256, seed: 1 });
    const trained = createLora(first, options, { seed: 1, tokens: [7, 299] });
    disturb(trained);
    const second = await grown();
    const opened = createLora(second, options, { seed: 2, tokens: [7, 299] });
    noGrad(() => scope(() => opened.load(trained.state())));
    expect(await lossOf(second)).toBe(await lossOf(first));
  });

  it('is written with the model and read again', async () => {
    const small = await load(kind);
    const { vocabularySize: known } = small.architecture.limits(small.config);
    const model = await load(kind, known + 2);
    initialiseRows(model, { ids: [known, known + 1], known, seed: 1 });
    const folder = mkdtempSync(join(tmpdir(), 'attune-grown-'));
    saveModel(model, folder);
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
    expect(config.vocab_size).toBe(known + 2);
    const { model: again } = await loadModel(folder, { dtype: 'f32' });
    expect(await lossOf(again)).toBe(await lossOf(model));
  });
});

it('tables of layers grow with the vocabulary, whatever they held of it', async () => {
  const small = await tinyModel({ raw: tinyConfigs.gemma3n_text[0], task: 'causal-lm' }, 'f32');
  const folder = mkdtempSync(join(tmpdir(), 'attune-grown-'));
  saveModel(small, folder);
  const { model: grown } = await loadModel(folder, { dtype: 'f32', vocabularySize: 20 });
  initialiseRows(grown, { ids: [17, 18, 19], known: 17, seed: 1 });
  saveModel(grown, folder);
  const { model: again, initialised } = await loadModel(folder, { dtype: 'f32' });
  expect([again.config.vocab_size, again.config.vocab_size_per_layer_input, initialised]).toEqual([20, 20, []]);
  expect(again.parameterAt('model.embed_tokens_per_layer.weight')?.shape[0]).toBe(20);
  const layout = layoutOfRows([3], { causal: true });
  const read = (model: Model, ids: bigint[]) =>
    noGrad(() => scope(() => ({ all: model.hidden({ ids: BigInt64Array.from(ids), layout }).toNumbers() }))).all;
  expect(read(again, [3n, 14n, 2n])).toEqual(read(small, [3n, 14n, 2n]));
  expect(read(again, [3n, 19n, 2n])).toEqual(read(grown, [3n, 19n, 2n]));
  for (const model of [small, grown, again]) model.dispose();
});

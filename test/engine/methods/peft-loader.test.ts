// Adapters of every tuning, trained here, opened by PEFT's own loader.
//
//   ATTUNE_PEFT=FOLDER npx vitest run test/engine/methods/peft-loader.test.ts
//
// FOLDER: a work tree of PEFT (git clone https://github.com/huggingface/peft). Python is /usr/bin/python3 or
// ATTUNE_PYTHON, with torch and safetensors (Debian: python3-torch, python3-safetensors). Where transformers is not
// installed, llama.py, gpt2.py and bert.py in test/engine/peft stand for its models.
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { isPeftFolder } from '../../../src/methods/tunings/adapter-config.ts';
import { tunings, type TuningName } from '../../../src/methods/tunings/index.ts';
import { updates } from '../../../src/training/optimizers/index.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import { noGrad, SafetensorsFile, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import type { Tuning } from '../../../src/methods/interfaces.ts';
import type { FolderReport } from '../../../tools/parity/report.ts';
import { ONE_ROW, trainOnBatch } from '../../../tools/parity/train.ts';
import { compareLogits, logitsOf } from '../../../tools/parity/tuning.ts';
import { cases, kinds, reasonOf, tokens } from '../peft-cases.ts';

const python = process.env.ATTUNE_PYTHON ?? '/usr/bin/python3';
const { ATTUNE_PEFT: checkout } = process.env;

/** Why PEFT is not available here. */
function missing(): string | undefined {
  if (checkout === undefined) return 'ATTUNE_PEFT names no work tree of PEFT';
  if (!existsSync(join(checkout, 'src/peft/__init__.py'))) return `ATTUNE_PEFT: ${checkout} is no work tree of PEFT`;
  const hasTorch = spawnSync(python, ['-c', 'import torch, safetensors']).status === 0;
  return hasTorch ? undefined : `${python} has no torch and safetensors`;
}

/** Tunings without a counterpart in PEFT's files, and the reason. */
const elsewhere: Partial<Record<TuningName, string>> = {
  full: 'the result is a model',
  freeze: 'the result is a model',
  bitfit: 'the result is a model, and llama has no biases',
  adapter: 'PEFT has no bottleneck adapters',
};

const folder = mkdtempSync(join(tmpdir(), 'attune-peft-'));
afterAll(() => rmSync(folder, { recursive: true }));
const baseOf = (kind: string) => fileURLToPath(new URL(`../../../fixtures/models/${kind}`, import.meta.url));
const base = baseOf('llama');
const inputsOf = (kind: string) => join(baseOf(kind), 'expected.safetensors');
const placeOf = (kind: string, name: string) => join(folder, `${kind}-${name.replaceAll(/\W+/g, '-')}`);

async function trained(kind: string, name: string) {
  const base = baseOf(kind);
  const { tuning: method, options = {}, tokens: rows } = cases[name];
  const task = kind === 'bert_cls' ? 'sequence' : 'causal-lm';
  const { model } = await loadModel(base, { dtype: 'f32', task });
  // PEFT also trains a classifier's head with every method that supports modules_to_save.
  const whole = kind === 'bert_cls' && method !== 'trainable_tokens' ? { modules_to_save: ['classifier'] } : {};
  const tuning = await (await tunings.load(method)).create(model, { ...options, ...whole }, { seed: 5, tokens: rows });
  const plain = await (await updates.load('adamw')).create(tuning.trainables, {}, ONE_ROW);
  const update = tuning.govern?.(plain, 2) ?? plain;
  using batch = new SafetensorsFile(join(base, 'train_batch.safetensors'));
  const how = { step: 0, learningRate: 0.02, weightDecay: 0, maxGradNorm: 1 };
  const { losses } = await trainOnBatch({ model, update, tuning }, batch, { steps: 2, options: how });
  expect(losses[2]).not.toBe(losses[0]);
  const place = placeOf(kind, name);
  mkdirSync(place);
  tuning.save(place, { baseModel: base, task });
  return { model, tuning };
}

/** PEFT reports a missing copy of the rows for the head that shares the table, which it does not need. */
const ITS_COPY = /\['base_model\.model\.lm_head\.trainable_tokens_delta\.default'\]/;

interface Opened {
  folder: string;
  error: string | null;
  missing: string[];
}

/** PEFT's report on each folder; its logits are written next to it. */
async function openWithPeft(kind: string, folders: readonly string[]): Promise<Map<string, Opened>> {
  const script = fileURLToPath(new URL('../peft/open_adapters.py', import.meta.url));
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', HF_HUB_OFFLINE: '1' };
  const { stdout } = await promisify(execFile)(python, [script, checkout!, baseOf(kind), inputsOf(kind), ...folders], {
    env,
  });
  const [about, ...lines] = stdout.trim().split('\n');
  process.stderr.write(`${about}\n`);
  return new Map(lines.map((line) => JSON.parse(line) as Opened).map((opened) => [opened.folder, opened]));
}

/** Distance of PEFT's logits from ours at real tokens, and of ours from the base model's. */
function distances(
  { model, tuning }: Awaited<ReturnType<typeof trained>>,
  { kind, place }: { kind: string; place: string },
) {
  using expected = new SafetensorsFile(join(place, 'peft_logits.safetensors'));
  using given = new SafetensorsFile(inputsOf(kind));
  const report = { outputs: [], problems: [] } as unknown as FolderReport;
  compareLogits({ model, tuning, expected, inputs: given, report }, 'logits');
  return { fromPeft: report.outputs[0].maxAbs ?? Infinity, fromBase: change({ model, tuning }, given) };
}

function change(
  { model, tuning }: { model: Awaited<ReturnType<typeof trained>>['model']; tuning: Tuning },
  given: SafetensorsFile,
): number {
  const numbers = (prefix: boolean) =>
    noGrad(() =>
      scope(() => [...logitsOf({ model, tuning: prefix ? tuning : ({} as Tuning), inputs: given }).values.toNumbers()]),
    );
  const own = numbers(true);
  const before = tuning.disabled(() => numbers(false));
  if (own.length !== before.length) return Infinity; // virtual tokens have logits too
  return own.reduce((most, value, i) => Math.max(most, Math.abs(value - before[i])), 0);
}

const reason = missing();

it('every tuning with a file of PEFT’s is tried', async () => {
  const tried = new Set(Object.values(cases).map(({ tuning }) => tuning));
  const wanted = tunings.names.filter((name) => elsewhere[name] === undefined);
  expect([...tried].toSorted()).toEqual(wanted.toSorted());
});

it('RandLoRA shares matrices of PEFT’s shapes, whatever the widths of the layers', async () => {
  const { model } = await loadModel(base, { dtype: 'f32' });
  const tuning = await (await tunings.load('randlora')).create(model, { r: 8 }, { seed: 1 });
  const shapes = ['randlora_A', 'randlora_B'].map((name) => tuning.state().get(`base_model.${name}`)?.shape);
  expect(shapes).toEqual([
    [8, 1, 96],
    [96, 12, 8],
  ]);
  tuning.dispose();
  model.dispose();
});

it('rows of tokens that PEFT wrote twice, for the head that shares their table, are opened', async () => {
  const { model } = await loadModel(baseOf('gpt2'), { dtype: 'f32' });
  const tuning = await (await tunings.load('trainable_tokens')).create(model, {}, { seed: 1, tokens });
  const [[name, rows]] = [...tuning.state()];
  const twice = (copy: Tensor) =>
    new Map([
      [name, rows],
      ['base_model.model.lm_head.trainable_tokens_delta', copy],
    ]);
  scope(() => {
    tuning.load(twice(rows.clone()));
    expect(() => tuning.load(twice(rows.add(1)))).toThrow(expect.objectContaining({ code: 'E_ADAPTER_MISMATCH' }));
  });
  tuning.dispose();
  model.dispose();
});

describe.skipIf(reason !== undefined)(`PEFT's own loader${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  it.each(kinds)(
    'opens what was trained here on %s, and computes the same',
    async (kind) => {
      const names = Object.keys(cases).filter((name) => reasonOf(kind, cases[name]) === undefined);
      const results = [];
      for (const name of names) results.push([name, await trained(kind, name)] as const);
      const opened = await openWithPeft(
        kind,
        names.map((name) => placeOf(kind, name)),
      );
      const table = results.map(([name, parts]) => {
        const place = placeOf(kind, name);
        expect(isPeftFolder(place)).toBe(true);
        const { error, missing: warnings } = opened.get(place)!;
        const absent = warnings.filter((warning) => !ITS_COPY.test(warning));
        const found = error === null ? distances(parts, { kind, place }) : { fromPeft: Infinity, fromBase: Infinity };
        parts.tuning.dispose();
        parts.model.dispose();
        return { name, error, absent, ...found };
      });
      for (const { name, error, fromPeft, fromBase } of table)
        process.stderr.write(
          `${name}: ${error ?? `${fromPeft.toExponential(1)}, base ${fromBase.toExponential(1)}`}\n`,
        );
      expect(table.filter(({ error, absent }) => error !== null || absent.length > 0)).toEqual([]);
      expect(table.filter(({ fromPeft }) => fromPeft > 1e-4)).toEqual([]);
      expect(table.filter(({ fromBase }) => fromBase < 1e-3)).toEqual([]);
    },
    600_000,
  );
});

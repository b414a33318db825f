// Adapters for sequence classifiers as PEFT has written them over the years, on tiny models of the fixtures.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromArray, scope, writeSafetensors, type Tensor } from '../../../src/engine/tensor/index.ts';
import type { JobContext } from '../../../src/base/job.ts';
import { openModel } from '../../../src/answering/model/open-model.ts';
import { writeTinyBert } from '../../system/cli-tiny-bert.ts';

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-foreign-'));
  writeTinyBert(at('distilbert'), []);
  for (const file of ['config.json', 'model.safetensors'])
    cpSync(resolve('fixtures/models/distilbert_cls', file), join(at('distilbert'), file));
});
afterAll(() => rmSync(folder, { recursive: true }));

const WIDTH = 64;

function values(...shape: number[]): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return fromArray(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i + size)),
    shape,
  );
}

const layer = 'base_model.model.distilbert.transformer.layer.0.attention.q_lin';

/** Tensors of an adapter on DistilBERT, whose name `pre_classifier` ends in `classifier`. */
function tensors(classes: number): Record<string, Tensor> {
  return {
    [`${layer}.lora_A.weight`]: values(2, WIDTH),
    [`${layer}.lora_B.weight`]: values(WIDTH, 2),
    'base_model.model.pre_classifier.weight': values(WIDTH, WIDTH),
    'base_model.model.pre_classifier.bias': values(WIDTH),
    'base_model.model.classifier.weight': values(classes, WIDTH),
    'base_model.model.classifier.bias': values(classes),
  };
}

/** Writes an adapter. `without`: names to leave out of its file. */
function adapter(name: string, config: Record<string, unknown>, { classes = 5, without = '' } = {}): string {
  mkdirSync(at(name));
  const kinds = { peft_type: 'LORA', task_type: 'SEQ_CLS', base_model_name_or_path: 'distilbert' };
  const written = { ...kinds, r: 2, lora_alpha: 4, target_modules: ['0.attention.q_lin'], ...config };
  writeFileSync(join(at(name), 'adapter_config.json'), JSON.stringify(written));
  scope(() => {
    const kept = Object.entries(tensors(classes)).filter(([tensor]) => without === '' || !tensor.includes(without));
    writeSafetensors(join(at(name), 'adapter_model.safetensors'), new Map(kept));
  });
  return at(name);
}

async function headOf(path: string) {
  const { model } = await openModel(path, { precision: 'f32' });
  const parameters = new Map(model.parameters());
  const labels = (model.head as unknown as { labels: readonly string[] }).labels;
  const values = (name: string) => scope(() => parameters.get(name)!.tensor.data());
  return { labels, values };
}

describe('an adapter of a sequence classifier', () => {
  it('has what ends in a name of modules_to_save, and as many classes as its file', async () => {
    const { labels, values: of } = await headOf(adapter('now', { modules_to_save: ['classifier', 'score'] }));
    expect(labels).toEqual(['LABEL_0', 'LABEL_1', 'LABEL_2', 'LABEL_3', 'LABEL_4']);
    scope(() => {
      expect(of('classifier.bias')).toEqual(values(5).data());
      expect(of('pre_classifier.bias')).toEqual(values(WIDTH).data());
    });
  });

  it('is merged, and scores as before on random tokens', async () => {
    const { run: exportModel } = await import('../../../src/jobs/export/export.ts');
    const target = adapter('merging', { modules_to_save: ['classifier', 'score'] });
    const context = { emit: () => undefined, signal: new AbortController().signal } as unknown as JobContext;
    const folder = at('merged');
    const result = await exportModel({ target, to: 'merged', folder, dtype: 'f32' }, context);
    expect(result).toMatchObject({ split: 'random', rows: 8 });
    expect(result.after / result.before).toBeCloseTo(1, 5);
    expect((await headOf(folder)).labels).toHaveLength(5);
  });

  it('loads from before PEFT wrote modules_to_save down', async () => {
    const { labels, values: of } = await headOf(adapter('old', { modules_to_save: null }));
    expect(labels).toHaveLength(5);
    scope(() => expect(of('classifier.weight')).toEqual(values(5, WIDTH).data()));
  });

  it('keeps the names of as many classes of its base', async () => {
    const config = join(at('distilbert'), 'config.json');
    const before = readFileSync(config, 'utf8');
    const named = { ...(JSON.parse(before) as object), id2label: { 0: 'bad', 1: 'fair', 2: 'good' } };
    writeFileSync(config, JSON.stringify(named));
    const { labels } = await headOf(adapter('named', {}, { classes: 3 }));
    writeFileSync(config, before);
    expect(labels).toEqual(['bad', 'fair', 'good']);
  });

  it.each([
    ['r', { r: 800_000 }],
    ['rank_pattern', { rank_pattern: { q_lin: 800_000 } }],
  ])('of another %s than its file is refused by the shapes, before there is memory for it', async (name, config) => {
    const opened = openModel(adapter(`of-${name}`, config), { precision: 'f32' });
    const message = expect.stringContaining('has the shape [2, 64], not [800000, 64]');
    await expect(opened).rejects.toMatchObject({
      code: 'E_ADAPTER_MISMATCH',
      problems: expect.arrayContaining([expect.objectContaining({ message })]),
    });
  });

  it('keeps those of the base head that fit, and is refused where neither file has one', async () => {
    const { values: of } = await headOf(adapter('partly', { modules_to_save: ['score'] }, { without: 'none' }));
    expect(of('classifier.bias')).toHaveLength(5);
    await expect(openModel(adapter('headless', {}, { without: 'classifier.weight' }))).rejects.toMatchObject({
      code: 'E_ADAPTER_MISMATCH',
    });
  });
});

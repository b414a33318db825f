import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { resolveRecipe } from '../../../src/app/recipe/index.ts';
import { train } from '../../../src/app/train.ts';
import { openModel } from '../../../src/answering/model/open-model.ts';
import { tokenizerOf } from '../../../src/answering/model/model-readers.ts';
import { rewardModel } from '../../../src/jobs/train/open-reward-model.ts';
import { create } from '../../../src/training/objectives/prm.ts';
import { options as prmOptions } from '../../../src/training/objectives/prm.options.ts';
import { SafetensorsFile } from '../../../src/engine/tensor/index.ts';
import type { Processor } from '../../../src/training/objective.ts';
import { writeModel } from '../method-matrix.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-steps-'));
const base = join(folder, 'llama');
let processor: Processor;
beforeAll(async () => {
  vi.stubEnv('ATTUNE_HOME', join(folder, 'home'));
  await writeModel(base, 'llama');
  processor = { tokenizer: await tokenizerOf(base), now: new Date(0), causal: true };
}, 120_000);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const source = { file: 'rows.jsonl', line: 1 };
const colours = ['red', 'green', 'blue', 'round', 'square', 'small', 'large'];
/** A step is right if it names the colour in the prompt. */
const steps = (i: number) => {
  const [colour, other] = [colours[i % 7], colours[(i + 1 + (i % 3)) % 7]];
  const isLater = i % 2 === 0;
  const completions = isLater ? [`a ${colour} thing`, `a ${other} thing`] : [`a ${colour} thing`, `a ${colour} thing.`];
  return { prompt: `What is ${colour} ${i}?`, completions, labels: [true, !isLater] };
};

describe('rows of a process reward model', () => {
  it('are tokenised part by part as TRL does, and judged at the end of each separator', async () => {
    const { tokenizer } = processor;
    const objective = create(prmOptions.parse({ step_separator: '\n\n' }), processor);
    const { prompt, completions } = steps(2);
    const example = { kind: 'stepwise' as const, id: '1', source, prompt, completions, labels: [1, 0] };
    const { rows } = await objective.prepare([example]);
    const parts = [prompt, ...completions.flatMap((step) => [step, '\n\n'])];
    const ids = await tokenizer.encodeBatch(parts);
    expect([...rows[0]!.ids]).toEqual(ids.flatMap((one) => [...one]));
    const ends = ids.map((_, i) => ids.slice(0, i + 1).reduce((sum, one) => sum + one.length, 0) - 1);
    expect([...rows[0]!.trained.keys()].filter((t) => rows[0]!.trained[t] === 1)).toEqual([ends[2], ends[4]]);
    expect(rows[0]).toMatchObject({ values: [1, 0], parents: [-1, 0] });
  });

  it('teach their last verdict alone where that is asked for, and are evaluated by all', async () => {
    const objective = create(prmOptions.parse({ train_on_last_step_only: true }), processor);
    const example = { kind: 'stepwise' as const, id: '1', source, ...steps(2), labels: [1, 0] };
    const rows = (await objective.prepare([example])).rows.map((row) => row!);
    expect(objective.counts({ rows: objective.draw!(rows, { seed: 1, step: 0 }) }).steps).toBe(1);
    expect(objective.counts({ rows: objective.draw!(rows, undefined) }).steps).toBe(2);
    expect(objective.draw!(rows, { seed: 1, step: 0 })[0].values).toEqual([0]);
  });

  it('of one verdict only are refused', () => {
    const objective = create(prmOptions.parse({}), processor);
    const example = { kind: 'stepwise' as const, id: '1', source, ...steps(1), labels: [1, 1] };
    expect(() => objective.check!([example])).toThrow(expect.objectContaining({ code: 'E_ONE_VERDICT' }));
  });
});

it('a process reward model is trained, compared, saved as a token classifier, and gives rewards', async () => {
  const rows = join(folder, 'rows.jsonl');
  writeFileSync(rows, Array.from({ length: 60 }, (_, i) => `${JSON.stringify(steps(i))}\n`).join(''));
  const recipe = await resolveRecipe({
    model: base,
    data: { train: rows, validation: 0, test: 0.3 },
    objective: { name: 'prm' },
    tuning: 'full',
    training: { max_steps: 30, batch_size: 8, precision: 'f32', learning_rate: 0.01 },
    output_dir: join(folder, 'run'),
  });
  const { result, comparison } = await train(recipe, { inProcess: true });
  const { systems } = comparison!;
  const valuesOf = (name: string) => systems.find((system) => system.name === name)?.values ?? {};
  expect(Object.keys(valuesOf('tuned'))).toEqual(
    expect.arrayContaining(['first_error_f1', 'step_accuracy', 'step_f1', 'step_auc']),
  );
  expect(Object.keys(valuesOf('usual_steps'))).toContain('first_error_f1');
  expect(valuesOf('tuned').step_accuracy.value).toBeGreaterThan(0.6);

  const config = JSON.parse(readFileSync(join(result!, 'config.json'), 'utf8')) as Record<string, unknown>;
  expect(config).toMatchObject({
    architectures: ['LlamaForTokenClassification'],
    id2label: { 0: 'wrong', 1: 'right' },
    step_separator: '\n',
  });
  using file = new SafetensorsFile(join(result!, 'model.safetensors'));
  expect(file.get('score.weight').shape).toEqual([2, 32]);

  const answers = [
    { prompt: 'What is red 0?', completion: 'a red thing\na blue thing', source },
    { prompt: 'What is red 0?', completion: '\n', source },
  ];
  const reward = async (steps: 'min' | 'product' | 'last' | 'mean', more = {}) => {
    const model = rewardModel({ model: result!, reads: 'conversation', steps, ...more });
    await model.open();
    const scores = await model.score(answers);
    model.dispose();
    return scores;
  };
  const [[least], [product], [last, none], [mean]] = [
    await reward('min'),
    await reward('product'),
    await reward('last'),
    await reward('mean'),
  ];
  const first = 2 * mean - last;
  expect(product).toBeCloseTo(first * last, 6);
  expect(least).toBe(Math.min(least, last));
  expect(Math.min(first, last)).toBeCloseTo(least, 6);
  expect(none).toBe(0);
  expect((await reward('last', { label: 'wrong' }))[0]).toBeCloseTo(1 - last, 6);
  await expect(reward('last', { label: 'other' })).rejects.toThrow(expect.objectContaining({ code: 'E_REWARD_MODEL' }));
  const opened = await openModel(result!);
  expect(opened.model.task).toBe('token');
  opened.model.dispose();
});

// Metrics of a recipe's evaluation.metrics, during training and at its end.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveRecipe } from '../../../src/app/recipe/index.ts';
import { train } from '../../../src/app/train.ts';
import type { RunEvent } from '../../../src/base/events.ts';
import { writeTinyModel } from '../../system/cli-tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-training-metrics-'));
const at = (name: string): string => join(folder, name);
const home = process.env.ATTUNE_HOME;

beforeAll(async () => {
  process.env.ATTUNE_HOME = at('home');
  const rows = Array.from({ length: 24 }, (_, i) => ({
    prompt: `Is ${i * 37} odd?`,
    completion: i % 2 ? ' yes' : ' no',
  }));
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  writeFileSync(at('rows.jsonl'), `${text}\n`);
  await writeTinyModel(at('base'), text);
  writeFileSync(
    at('own.ts'),
    `import { defineMetric } from '${resolve('src/scoring/metrics/define-metric.ts')}';
export const nats = defineMetric({
  name: 'nats', better: 'lower', reads: 'likelihood',
  score: ({ prediction }) => prediction.likelihood?.negativeLogLikelihood ?? 0,
});
export const brevity = defineMetric({ name: 'brevity', better: 'lower', score: ({ predicted }) => predicted.length });
export const plain = { name: 'plain', better: 'lower' };
`,
  );
});
afterAll(() => {
  if (home === undefined) delete process.env.ATTUNE_HOME;
  else process.env.ATTUNE_HOME = home;
  rmSync(folder, { recursive: true, force: true });
});

interface OtherRows {
  test?: number;
  train?: string;
  objective?: Record<string, unknown>;
}

async function runOf(
  output: string,
  evaluation: Record<string, unknown>,
  { test = 0, train: rows = at('rows.jsonl'), objective }: OtherRows = {},
): Promise<RunEvent[]> {
  const recipe = await resolveRecipe({
    model: at('base'),
    data: { train: rows, validation: 0.2, test },
    ...(objective && { objective }),
    tuning: { method: 'lora', r: 2 },
    training: { max_steps: 2, batch_size: 4, precision: 'f32' },
    evaluation: { every: 1, ...evaluation },
    report_to: 'none',
    output_dir: at(output),
  } as never);
  const events: RunEvent[] = [];
  await train(recipe, { inProcess: true, handleSignals: false, onEvent: (event) => void events.push(event) });
  return events;
}

describe('patience', () => {
  it('that ended a run ends it again at the same step where it is resumed for its result', async () => {
    const recipe = await resolveRecipe({
      model: at('base'),
      data: { train: at('rows.jsonl'), validation: 0.2, test: 0 },
      tuning: { method: 'lora', r: 2 },
      // Steps this small do not change the validation results, with any kernels.
      training: { max_steps: 9, batch_size: 4, precision: 'f32', learning_rate: 1e-30, scheduler: 'constant' },
      evaluation: { every: 1, patience: 2, baselines: 'none' },
      checkpoints: { best: false },
      report_to: 'none',
      output_dir: at('impatient'),
    });
    const weights = at('impatient/adapter/adapter_model.safetensors');
    const results: { step: number; bytes: Buffer }[] = [];
    for (const resume of [false, true]) {
      const { step } = await train(recipe, { inProcess: true, handleSignals: false, resume });
      results.push({ step, bytes: readFileSync(weights) });
      rmSync(at('impatient/adapter'), { recursive: true });
    }
    expect(results[0].step).toBeLessThan(9);
    expect(results[1].step).toBe(results[0].step);
    expect(results[1].bytes.equals(results[0].bytes)).toBe(true);
  });

  it('without rows to validate on is refused', async () => {
    const recipe = await resolveRecipe({
      model: at('base'),
      data: { train: at('rows.jsonl'), validation: 0, test: 0 },
      evaluation: { patience: 2, baselines: 'none' },
      output_dir: at('patient'),
    });
    const outcome = train(recipe, { inProcess: true, handleSignals: false, dryRun: true });
    await expect(outcome).rejects.toMatchObject({ code: 'E_NO_ROWS', what: expect.stringContaining('patience') });
  });
});

describe('samples of a run', () => {
  it('answer the same validation rows at each evaluation, and change nothing in its bytes', async () => {
    const events = await runOf('watched', { baselines: 'none', max_new_tokens: 3 });
    const answered = events.filter((event) => event.type === 'samples-answered');
    expect(answered.map(({ step }) => step)).toEqual([0, 1, 2]);
    for (const { samples } of answered) {
      expect(samples.map(({ id }) => id)).toEqual(answered[0].samples.map(({ id }) => id));
      expect(samples).toHaveLength(3);
      for (const { prompt, expected, answer } of samples) {
        expect(prompt).toMatch(/^Is \d+ odd\?$/);
        expect(expected).toMatch(/^ (yes|no)$/);
        expect(answer).toEqual(expect.any(String));
      }
    }
    const unwatched = await runOf('unwatched', { baselines: 'none', samples: 0 });
    expect(unwatched.map(({ type }) => type)).not.toContain('samples-answered');
    const [one, other] = ['watched', 'unwatched'].map((name) =>
      readFileSync(at(`${name}/adapter/adapter_model.safetensors`)),
    );
    expect(one.equals(other)).toBe(true);
  });

  it('have the rewards that validation found', async () => {
    const prompts = Array.from({ length: 12 }, (_, i) => JSON.stringify({ prompt: `Say ${i}` })).join('\n');
    writeFileSync(at('prompts.jsonl'), prompts);
    const reward_funcs = [{ rule: 'length', most: 4 }];
    const objective = { name: 'grpo', reward_funcs, num_generations: 2, max_completion_length: 3 };
    const events = await runOf('rewarded', { baselines: 'none' }, { train: at('prompts.jsonl'), objective });
    const answered = events.filter((event) => event.type === 'samples-answered');
    expect(answered.length).toBeGreaterThan(0);
    for (const { samples } of answered)
      expect(samples.map(({ reward }) => reward)).toEqual(samples.map(() => expect.any(Number)));
  });
});

describe('metrics of a recipe', () => {
  it('that need only likelihoods are measured at every evaluation, own ones too', async () => {
    const metrics = ['perplexity', 'bits_per_byte', `${at('own.ts')}#nats`];
    const events = await runOf('likelihood', { metrics, baselines: 'none' });
    const evaluations = events.filter((event) => event.type === 'evaluation-finished');
    expect(evaluations).toHaveLength(3);
    for (const evaluation of evaluations) {
      const { loss, perplexity, bits_per_byte: bits, nats } = evaluation.metrics;
      expect(perplexity).toBeCloseTo(Math.exp(loss), 6);
      // The answers are " yes" and " no": three or four bytes, without the token that ends them.
      const bytes = nats / Math.LN2 / bits;
      expect(bytes).toBeGreaterThanOrEqual(3);
      expect(bytes).toBeLessThanOrEqual(4);
      expect(nats).toBeGreaterThan(loss);
      expect(evaluation.metrics).toHaveProperty('mean_token_accuracy');
    }
  });

  it('decide the comparison at the end', async () => {
    const events = await runOf(
      'compared',
      { metrics: [`${at('own.ts')}#brevity`, 'exact_match'], max_new_tokens: 4 },
      { test: 0.2 },
    );
    const warnings = events.filter((event) => event.type === 'warning-raised');
    expect(warnings.filter(({ code }) => code === 'W_NOT_COMPARED')).toEqual([]);
    expect(events.find((event) => event.type === 'comparison-finished')).toMatchObject({ metric: 'brevity' });
  });

  it('that nothing would measure, or that are no metrics, are refused before anything is loaded', async () => {
    const unused = runOf('bad', { metrics: ['perplexity', 'exact_match'], baselines: 'none' });
    await expect(unused).rejects.toMatchObject({
      code: 'E_METRICS_UNUSED',
      what: expect.stringContaining('exact_match'),
    });
    const plain = runOf('bad', { metrics: [`${at('own.ts')}#plain`] });
    await expect(plain).rejects.toMatchObject({
      code: 'E_REFERENCE_TYPE',
      expected: 'a metric created by defineMetric',
    });
    const option = runOf('bad', { metrics: [{ metric: 'exact_match', pattern: 'x' }] });
    await expect(option).rejects.toMatchObject({ code: 'E_METRIC_OPTION' });
  });
});

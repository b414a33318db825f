// The step whose weights become a run's result, and the explanation.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/jobs/report/index.ts';
import { BadInputBench } from './bad-input-bench.ts';

let bench: BadInputBench;

interface Choice {
  step: number;
  reason: string;
  loss: number;
  lastLoss: number;
  baseLoss: number;
}

/** Trains with validation after every step. */
function train(output: string, ...more: string[]): { document: Record<string, unknown>; stderr: string } {
  const split = more.includes('--validation') ? [] : ['--validation', '0.2'];
  const rhythm = ['--evaluation.every', '1', '--test', '0', ...split, '--output-dir', output];
  const argv = ['train', '--model', 'model', '--train', 'good.jsonl', '--precision', 'f32', ...rhythm, ...more];
  const { code, document, stderr } = bench.run(argv);
  if (code !== 0) throw new Error(stderr);
  return { document, stderr };
}

/** Unlike any training row, so that training makes it less likely. */
function oddRow(index: number): string {
  const messages = [
    { role: 'user', content: `quiz ${index}: ZXQJ?` },
    { role: 'assistant', content: `QQ${index} VVV` },
  ];
  return `${JSON.stringify({ messages })}\n`;
}

function report(output: string): RunReport {
  return JSON.parse(bench.text(`${output}/report.json`)) as RunReport;
}

describe.skipIf(!existsSync('build/attune.node'))('the result of a run', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    bench.write('odd.jsonl', Array.from({ length: 8 }, (_, index) => oddRow(index)).join(''));
  });
  afterAll(() => bench.remove());

  it('that nowhere beats its base model is the best trained step, with a warning in terminal and report', () => {
    const { document, stderr } = train(
      'worse',
      '--max-steps',
      '6',
      '--learning-rate',
      '3e-2',
      '--validation',
      'odd.jsonl',
    );
    const choice = document.choice as Choice;
    const { evaluations, warnings, choice: reported } = report('worse');
    const trained = evaluations.filter(({ step }) => step > 0).map(({ metrics }) => metrics.loss);
    expect(choice).toMatchObject({ reason: 'lowest-validation-loss', loss: Math.min(...trained) });
    expect(choice.baseLoss).toBe(evaluations[0].metrics.loss);
    expect(choice.loss).toBeGreaterThan(choice.baseLoss);
    expect(choice.lastLoss).toBe(trained.at(-1));
    expect(reported).toEqual(choice);
    expect(warnings.map(({ code }) => code)).toContain('W_BASE_BEST');
    expect(stderr).toMatch(/warning +training did not improve on the base model/);
    expect(bench.text('worse/report.html')).toContain('did not improve on the base model');
    expect(JSON.parse(bench.text('worse/adapter/attune.json'))).toMatchObject({ step: choice.step });
  });

  it('has the figures of its own step, which need not be the last', () => {
    const { document } = train('risen', '--max-steps', '8', '--learning-rate', '0.3', '--scheduler', 'constant');
    const choice = document.choice as Choice;
    expect(document.metrics).toMatchObject({ loss: choice.loss });
    const verified = bench.run(['runs', 'verify', 'risen']);
    expect(verified.document).toMatchObject({ ok: true, how: 'scored' });
  });

  it('of a bf16 base that is trained whole is measured as it is written', () => {
    train('start', '--max-steps', '2');
    expect(bench.run(['export', 'start', '--dtype', 'bf16', '--output-dir', 'half']).code).toBe(0);
    const settings = ['--model', 'half', '--train', 'good.jsonl', '--tuning.method', 'full', '--learning-rate', '1e-2'];
    const rhythm = ['--max-steps', '30', '--validation', '0.2', '--test', '0', '--output-dir', 'whole'];
    const { document } = bench.run(['train', ...settings, ...rhythm]);
    const { loss } = document.choice as Choice;
    const measured = (document.metrics as { loss: number }).loss;
    expect(Math.abs(measured - loss)).toBeGreaterThan(0);
    expect(bench.run(['runs', 'verify', 'whole']).document).toMatchObject({ ok: true, how: 'scored' });
  });

  it('that is gone is told apart from one that is not there yet, and is written again by a resume', () => {
    train('removed', '--max-steps', '2');
    const weights = () => readFileSync(bench.path('removed/adapter/adapter_model.safetensors'));
    const before = weights();
    rmSync(bench.path('removed/adapter'), { recursive: true });
    const error = bench.failure(['chat', 'removed'], { input: 'Where?\n' });
    expect(error).toMatchObject({ code: 'E_RESULT_MISSING', fix: expect.stringContaining('runs resume') });
    expect(bench.run(['runs', 'resume', 'removed']).document).toMatchObject({ outcome: 'finished' });
    expect(weights().equals(before)).toBe(true);
  });

  it('is never one of weights that are no numbers', () => {
    const settings = ['--tuning.method', 'full', '--learning-rate', '1e38', '--max-steps', '1', '--test', '0'];
    const shared = ['train', '--model', 'model', '--train', 'good.jsonl', '--precision', 'f32', ...settings];
    for (const validation of ['0', '0.2']) {
      const error = bench.failure([...shared, '--validation', validation, '--output-dir', `diverged${validation}`]);
      expect(error).toMatchObject({ code: 'E_DIVERGED', fix: expect.stringContaining('learning rate') });
      expect(existsSync(bench.path(`diverged${validation}/model`))).toBe(false);
    }
  });

  it('is the last step where that is chosen, or where nothing is validated', () => {
    const { document } = train('last', '--max-steps', '3', '--checkpoints.best', 'false');
    expect(document.choice).toMatchObject({ step: 3, reason: 'last-step', loss: expect.any(Number) });
    const blind = train('blind', '--max-steps', '3', '--validation', '0');
    expect(blind.document.choice).toEqual({ step: 3, reason: 'last-step' });
  });
});

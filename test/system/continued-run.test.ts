// Learning rates chosen by the run itself, and runs that continue another one.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RatesTried, StampedEvent, TrainingSettled } from '../../src/base/events.ts';
import { BadInputBench } from './bad-input-bench.ts';

let bench: BadInputBench;

const settings = [
  '--model',
  'model',
  '--train',
  'good.jsonl',
  '--precision',
  'f32',
  '--test',
  '0',
  '--batch-size',
  '4',
];
const rhythm = ['--validation', '0.2', '--evaluation.every', '3', '--checkpoints.every', '3'];

function run(...argv: string[]): Record<string, unknown> {
  const { code, document, stderr } = bench.run(argv);
  if (code !== 0) throw new Error(stderr);
  return document;
}

function eventsOf(folder: string): StampedEvent[] {
  const lines = bench.text(`${folder}/events.jsonl`).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as StampedEvent);
}

function eventOf<Type extends StampedEvent['type']>(folder: string, type: Type): StampedEvent & { type: Type } {
  return eventsOf(folder).findLast((event) => event.type === type) as StampedEvent & { type: Type };
}

function adapter(folder: string): Buffer {
  return readFileSync(bench.path(`${folder}/adapter/adapter_model.safetensors`));
}

/** A copy of a finished run, in the state after a kill at this step's checkpoint. */
function cut(folder: string, copy: string, step: number): void {
  const target = bench.path(copy);
  cpSync(bench.path(folder), target, { recursive: true });
  rmSync(join(target, 'adapter'), { recursive: true });
  for (const name of readdirSync(join(target, 'checkpoints')))
    if (Number(name.slice('step-'.length)) > step) rmSync(join(target, 'checkpoints', name), { recursive: true });
  const events = eventsOf(copy);
  const last = events.findIndex((event) => event.type === 'checkpoint-saved' && event.step === step);
  const kept = events.slice(0, last + 1).map((event) => JSON.stringify(event));
  writeFileSync(join(target, 'events.jsonl'), `${kept.join('\n')}\n`);
}

describe.skipIf(!existsSync('build/attune.node'))('a run that decides for itself', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    run('train', ...settings, ...rhythm, '--max-steps', '6', '--learning-rate', 'auto', '--output-dir', 'auto');
  });
  afterAll(() => bench.remove());

  it('takes what suits the base for what the recipe leaves out, and says so', () => {
    const { training } = run('train', ...settings, ...rhythm, '--output-dir', 'left-out', '--dry-run');
    expect(training).toEqual({ learning_rate: 2e-3, epochs: 10, batch_size: 4 });
    expect(existsSync(bench.path('left-out'))).toBe(false);
    const settled = eventOf('auto', 'training-settled') as TrainingSettled;
    expect(settled.sources).toEqual({ learning_rate: 'pending', epochs: 'recipe', batch_size: 'recipe' });
  });

  it('finds its rate by trials, which leave no trace in the weights', () => {
    const tried = eventOf('auto', 'rates-tried') as RatesTried;
    expect(tried.trials.length).toBeGreaterThanOrEqual(3);
    expect(tried.trials.map(({ rate }) => rate)).toContain(2e-3);
    const chosen = String(tried.chosen);
    run('train', ...settings, ...rhythm, '--max-steps', '6', '--learning-rate', chosen, '--output-dir', 'given');
    expect(adapter('auto').equals(adapter('given'))).toBe(true);
    const { report } = { report: JSON.parse(bench.text('auto/report.json')) as { rateTrials: RatesTried } };
    expect(report.rateTrials.chosen).toBe(tried.chosen);
    expect(bench.text('auto/report.html')).toContain('Learning rates tried');
  });

  it('is paused after a step, the last one too, and resumed to the same bytes', () => {
    const long = [...settings, ...rhythm, '--max-steps', '6', '--learning-rate', '2e-3', '--output-dir', 'paused'];
    expect(run('train', ...long, '--pause-at', '4')).toMatchObject({ outcome: 'paused', step: 4, result: null });
    expect(run('train', ...long, '--resume', '--pause-at', '6')).toMatchObject({ outcome: 'paused', step: 6 });
    run('runs', 'resume', 'paused');
    run('train', ...settings, ...rhythm, '--max-steps', '6', '--learning-rate', '2e-3', '--output-dir', 'through');
    expect(adapter('paused').equals(adapter('through'))).toBe(true);
  });

  it('keeps that rate when it is resumed, and when it is verified', () => {
    cut('auto', 'cut', 3);
    run('runs', 'resume', 'cut');
    expect(adapter('cut').equals(adapter('auto'))).toBe(true);
    expect(eventsOf('cut').filter(({ type }) => type === 'rates-tried')).toHaveLength(1);
    expect(run('runs', 'verify', 'auto', '--retrain')).toMatchObject({ how: 'retrained', ok: true });
  });
});

describe.skipIf(!existsSync('build/attune.node'))('a finished run', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    run('train', ...settings, ...rhythm, '--max-steps', '6', '--learning-rate', '5e-3', '--output-dir', 'runs/first');
  });
  afterAll(() => bench.remove());

  it('is continued from its last weights as a new run, which resumes and verifies like any other', () => {
    const before = adapter('runs/first');
    const { folder, step, training } = run('runs', 'continue', 'runs/first', '--epochs', '1');
    expect(folder).toBe(bench.path('runs/first-2'));
    expect([step, training]).toEqual([6, { learning_rate: 5e-3, epochs: 1, batch_size: 4 }]);
    expect(adapter('runs/first').equals(before)).toBe(true);
    const lossAt = (run: string, at: number) =>
      eventsOf(run).find((event) => event.type === 'evaluation-finished' && event.step === at);
    expect(lossAt('runs/first-2', 0)).toMatchObject({ metrics: (lossAt('runs/first', 6) as never)['metrics'] });
    const recipe = JSON.parse(bench.text('runs/first-2/recipe.json')) as Record<string, unknown>;
    expect(recipe.continued_from).toMatchObject({ checkpoint: 'runs/first/checkpoints/step-6' });
    expect(recipe.data).toMatchObject({ answer_space: false });
    cut('runs/first-2', 'runs/cut', 3);
    expect(bench.failure(['runs', 'continue', 'runs/cut'])).toMatchObject({
      code: 'E_RUN_UNFINISHED',
      fix: 'finish it: attune runs resume runs/cut',
    });
    run('runs', 'resume', 'runs/cut');
    expect(adapter('runs/cut').equals(adapter('runs/first-2'))).toBe(true);
    expect(run('runs', 'verify', 'runs/first-2', '--retrain')).toMatchObject({ ok: true });
  });

  it('goes on with moments and other random numbers, so that it is no repetition', () => {
    run('runs', 'continue', 'runs/first', '--max-steps', '3', '--learning-rate', '1e-3', '--output-dir', 'runs/other');
    const steps = (folder: string) => eventsOf(folder).filter((event) => event.type === 'step-finished');
    expect(steps('runs/other')).toHaveLength(3);
    expect(Math.max(...steps('runs/other').map((event) => event.learning_rate))).toBeLessThanOrEqual(1e-3);
    expect(steps('runs/other').at(-1)!.epoch).toBe(0.5);
    const state = JSON.parse(bench.text('runs/other/checkpoints/step-3/trainer_state.json')) as object;
    expect(state).toMatchObject({ before: { steps: 6, epochs: 1 }, epoch: 1, index: 3 });
  });

  it('is not continued with other rows, nor from a checkpoint that is gone', () => {
    const rows = bench.text('good.jsonl');
    bench.write('good.jsonl', rows.replace('Where is parcel 0?', 'Where is parcel zero?'));
    const changed = bench.failure(['runs', 'continue', 'runs/first', '--output-dir', 'runs/changed']);
    expect(changed.code).toBe('E_CONTINUED_CHANGED');
    expect(changed.problems.length).toBeGreaterThan(0);
    bench.write('good.jsonl', rows);
    bench.copy('runs/first', 'runs/bare');
    rmSync(bench.path('runs/bare/checkpoints'), { recursive: true });
    expect(bench.failure(['runs', 'continue', 'runs/bare'])).toMatchObject({ code: 'E_CONTINUED_GONE' });
    expect(bench.failure(['runs', 'continue', 'runs/first', '--epochs', 'many']).code).toBe('E_RECIPE');
  });
});

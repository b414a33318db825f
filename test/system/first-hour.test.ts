// From a user's file to a model in use, with commands only: the measurement of studies/first-hour on few rows and
// steps.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { firstHourSets } from '../../studies/first-hour/index.ts';
import { CommandHost } from './command-host/command-host.ts';
import type { InspectedRow } from '../../src/app/use-cases/data-inspect.ts';

const work = mkdtempSync(join(tmpdir(), 'attune-first-hour-'));
const host = new CommandHost({ ...process.env, ATTUNE_HOME: join(work, 'home') });
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface Walk {
  rows: number;
  /** Additional flags that keep this test short. */
  init?: readonly string[];
  train?: readonly string[];
}

const FRESH = 4;
const FEW_STEPS = ['--max-steps', '5', '--baselines', 'none'];

/** Runs a command as a user does. @returns its JSON document */
function attune(folder: string, ...words: string[]): Record<string, unknown> {
  const { code, stdout, stderr } = host.run({ argv: [...words, '--json'], folder });
  expect(code, `attune ${words.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Runs init, train and predict. @returns the predictions for the fresh rows, and the run */
async function walk(name: keyof typeof firstHourSets, { rows, init = [], train = FEW_STEPS }: Walk) {
  const folder = join(work, name);
  mkdirSync(folder);
  const written = await firstHourSets[name].write(folder, { rows, fresh: FRESH, seed: 3 });
  const made = attune(folder, 'init', written.data, ...written.answers, ...init, '--yes', '--output', 'recipe.yaml');
  const { folder: run } = attune(folder, 'train', 'recipe.yaml', ...train);
  const output = join(folder, 'predictions.jsonl');
  attune(folder, 'predict', String(run), '--input', written.fresh, '--output', output);
  const predicted = readFileSync(output, 'utf8').trimEnd().split('\n');
  const answers = predicted.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(answers).toHaveLength(FRESH);
  expect(answers.map(({ error = null }) => error)).toEqual(answers.map(() => null));
  return { folder, made, run: String(run), answers, written };
}

describe('from a file to a model in use', () => {
  it('tickets to queues: columns joined, probabilities in a CSV that keeps the columns', async () => {
    const { folder, made, run, answers, written } = await walk('tickets', {
      rows: 120,
      init: ['--model', 'attune-base'],
    });
    expect(made).toMatchObject({ objective: 'classification', columns: { text: ['subject', 'body', 'product'] } });
    for (const { probability } of answers) expect(probability).toBeGreaterThan(0);
    attune(folder, 'predict', run, '--input', written.fresh, '--output', join(folder, 'out.csv'));
    const [header, first] = readFileSync(join(folder, 'out.csv'), 'utf8').split('\n');
    expect(header).toBe('subject,body,product,customer,date,prediction,probability,error');
    expect(first).toMatch(/,(Billing|Technical|Returns|Shipping|Account),0\.\d+,$/);
  });

  it('replies to tickets: the answer column is written', async () => {
    const { made, answers } = await walk('replies', { rows: 60 });
    expect(made).toMatchObject({ objective: 'sft' });
    for (const { prediction } of answers) expect(prediction).toBeTypeOf('string');
  });

  it('shapes in images: a folder for each class', async () => {
    const folder = join(work, 'vit');
    cpSync('fixtures/models/vit', folder, { recursive: true });
    const processor = { image_processor_type: 'ViTImageProcessor', size: 32 };
    writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify(processor));
    const model = ['--model', folder];
    const { answers } = await walk('shapes', { rows: 40, init: model });
    for (const { prediction } of answers) expect(['circle', 'square', 'triangle', 'cross']).toContain(prediction);
  });

  it('conversations with tools: calls are what is trained', async () => {
    const { folder, answers } = await walk('tool-calls', { rows: 40 });
    for (const { prediction } of answers) expect(prediction).toBeTypeOf('string');
    const { rows } = attune(folder, 'data', 'inspect', 'recipe.yaml', '--rows', '2') as { rows: InspectedRow[] };
    const trained = rows.map(({ pieces }) => pieces.map((piece) => (piece.trained ? piece.text : '')).join(''));
    for (const text of trained) expect(text).toMatch(/"name": ?"(order_status|refund|stock)"/);
  });

  it('fraud: trees over the columns are kept and used', async () => {
    const { answers } = await walk('fraud', { rows: 1500, train: ['--model', 'trees', '--baselines', 'none'] });
    for (const { prediction } of answers) expect(['yes', 'no']).toContain(prediction);
  });

  it('prices: a number for each flat', async () => {
    const { made, answers } = await walk('prices', { rows: 120, init: ['--model', 'attune-base'] });
    expect(made).toMatchObject({ objective: 'regression' });
    for (const { prediction } of answers) expect(prediction).toBeTypeOf('number');
  });

  it('tags: the names in each sentence, with their places', async () => {
    const { answers } = await walk('tags', { rows: 80 });
    for (const { prediction, spans } of answers) expect(spans).toHaveLength((prediction as string[]).length);
  });

  it('pairs for search: an index that is asked', async () => {
    const folder = join(work, 'pairs');
    mkdirSync(folder);
    const { data, answers, fresh } = await firstHourSets.pairs.write(folder, { rows: 80, fresh: FRESH, seed: 3 });
    const made = attune(folder, 'init', data, ...answers, '--yes', '--output', 'recipe.yaml');
    expect(made).toMatchObject({ objective: 'contrastive' });
    const { folder: run } = attune(folder, 'train', 'recipe.yaml', ...FEW_STEPS);
    attune(folder, 'retrieve', 'index', String(run), '--input', data, '--output', 'index');
    attune(folder, 'retrieve', 'query', 'index', '--input', fresh, '--top-k', '3', '--output', 'hits.jsonl');
    const hits = readFileSync(join(folder, 'hits.jsonl'), 'utf8').trimEnd().split('\n');
    expect(hits).toHaveLength(FRESH);
    for (const line of hits) expect((JSON.parse(line) as { hits: unknown[] }).hits).toHaveLength(3);
  });
});

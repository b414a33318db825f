// From documents to a model in use with one file: brought up, unchanged, killed, changed.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { definePipeline, pipeline } from '../../src/app/index.ts';
import { sha256 } from '../../src/files/hash.ts';
import { modelHistory } from '../../src/app/registry/history.ts';

const topics = {
  weather: ['rain', 'storm', 'cloud'],
  money: ['price', 'coin', 'tax'],
  food: ['bread', 'soup', 'rice'],
};

let folder: string;
let file: string;
const state = () => join(folder, 'pipelines/topics');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-up-'));
  file = join(folder, 'topics.yaml');
  for (const [topic, words] of Object.entries(topics)) {
    mkdirSync(join(folder, 'docs', topic), { recursive: true });
    for (let page = 0; page < 16; page++) writePage(topic, page, words);
  }
  const spec = definePipeline({
    sources: ['docs'],
    steps: [{ step: 'folders', subject: false }],
    split: { validation: 0.2, test: 0.25 },
    systems: ['nearest', 'tfidf', 'ridge_table', 'tune'],
    recipe: { evaluation: { other_words: false } },
    gate: { margin: 0.5 },
  });
  writeFileSync(file, JSON.stringify(spec));
  vi.stubEnv('ATTUNE_HOME', join(folder, 'home'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function writePage(topic: string, page: number, words: readonly string[]): void {
  const text = words
    .map((word, i) => `${word} ${(page * 7 + i * 3) % 11} ${'and more'.repeat((page + i) % 3)}`)
    .join('. ');
  writeFileSync(join(folder, 'docs', topic, `page${page}.txt`), `${topic} page ${page * 13}: ${text}.\n`);
}

/** Hashes of everything that the pipeline produced, except logs and times of its runs. */
function bytes(): Record<string, string> {
  const made = readdirSync(state(), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = made.map((entry) => join(entry.parentPath, entry.name));
  const kept = paths.filter((path) => /^(data|stages|runs\/[^/]+\/model)\//.test(relative(state(), path))).toSorted();
  // Model cards contain the duration of the evaluation.
  const lasting = kept.filter((path) => !/runs\/.*README\.md$/.test(path));
  return Object.fromEntries(lasting.map((path) => [relative(state(), path), sha256(readFileSync(path))]));
}

it('a pipeline goes from documents to a model in use, does nothing twice, and comes to the same bytes after a kill', async () => {
  const first = await pipeline.up(file);
  const told = first.stages.map(({ stage, state: reached }) => `${stage}: ${reached}`);
  expect(told).toEqual(
    [
      'data',
      'advise',
      'system nearest',
      'system tfidf',
      'system ridge_table',
      'system tune',
      'choose',
      'gate',
      'deploy',
    ].map((one) => `${one}: done`),
  );
  expect(first.stages[4].told).toMatch(/^left out: ridge_table cannot be trained on these rows/);
  expect(first.stages[5].told).toMatch(/^left out: Use .*: a model can hardly do better\.$/);
  expect(first).toMatchObject({ model: 'topics', version: 1 });
  expect((await modelHistory('topics')).aliases.champion).toBe(1);
  const whole = bytes();

  const again = await pipeline.up(file);
  expect(again.stages.every(({ state: reached }) => reached === 'unchanged')).toBe(true);
  expect((await pipeline.diff(file)).stages.every(({ state: reached }) => reached === 'unchanged')).toBe(true);
  expect((await pipeline.explain(file)).records.map(({ stage }) => stage)).toContain('choose');
  expect(bytes()).toEqual(whole);

  rmSync(state(), { recursive: true });
  rmSync(join(folder, 'home'), { recursive: true });
  const child = spawn(resolve('bin/attune'), ['pipeline', 'up', file, '--json'], { stdio: 'ignore', env: process.env });
  const ended = new Promise((done) => child.once('close', done));
  while (!hasRun()) await wait(20);
  child.kill('SIGKILL');
  await ended;
  await pipeline.up(file);
  expect(bytes()).toEqual(whole);

  writePage('food', 99, topics.food);
  const { stages } = await pipeline.diff(file);
  expect(stages[0]).toMatchObject({ stage: 'data', state: 'runs' });
  expect(stages[0].why.join()).toContain('page99.txt');
}, 300_000);

/** Whether a run has begun. */
function hasRun(): boolean {
  try {
    return readdirSync(join(state(), 'runs')).length > 0;
  } catch {
    return false;
  }
}

it('settings are searched for within a budget, and the best trial is deployed', async () => {
  const spec = definePipeline({
    deploy: 'searched',
    folder: join(folder, 'searched'),
    sources: [join(folder, 'docs')],
    steps: [{ step: 'folders', subject: false }],
    split: { validation: 0.2, test: 0.25 },
    systems: ['tune'],
    advise: false,
    search: { budget: '3k tokens', vary: ['learning_rate'], trials: 2 },
    recipe: { training: { max_steps: 4 }, evaluation: { other_words: false } },
    gate: { margin: 1 },
  });
  const { stages, model } = await pipeline.up(spec);
  expect(stages.map(({ stage }) => stage)).toEqual(['data', 'system tune', 'choose', 'gate', 'deploy']);
  expect(model).toBe('searched');
  const [made] = (await pipeline.explain(spec)).records.filter(({ stage }) => stage === 'system tune');
  const { run } = made.output as { run: string };
  expect(run).toMatch(/^runs\/tune-\w+\/trials\/00[01]$/);
  // Labelled folders are classified unless the recipe names another objective.
  const recipe = JSON.parse(readFileSync(join(folder, 'searched', run, 'recipe.json'), 'utf8')) as {
    objective: { name: string };
  };
  expect(recipe.objective.name).toBe('classification');
}, 300_000);

it('a file with mistakes names them all', async () => {
  const costly = { sources: ['docs'], steps: [{ step: 'folders' }], search: { budget: '$5' } };
  await expect(pipeline.up(costly)).rejects.toMatchObject({
    code: 'E_BAD_PIPELINE',
    problems: [expect.objectContaining({ field: 'price_per_hour' })],
  });
  const wrong = { sources: ['docs'], steps: [{ step: 'folders' }], systems: [], price_per_hour: -1 };
  await expect(pipeline.up(wrong as never)).rejects.toMatchObject({
    code: 'E_BAD_PIPELINE',
    problems: [expect.objectContaining({ field: 'systems' }), expect.objectContaining({ field: 'price_per_hour' })],
  });
});

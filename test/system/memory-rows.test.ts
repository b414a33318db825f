import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  advise,
  compare,
  eval as evaluate,
  generate,
  resolveRecipe,
  train,
  type AttuneError,
} from '../../src/app/index.ts';
import { writeTinyModel } from './cli-tiny-model.ts';

let folder: string;
let model: string;
const colours = ['red', 'green', 'blue', 'white'];
const rows = Array.from({ length: 32 }, (_, i) => ({ prompt: `Colour ${i}:`, completion: ` ${colours[i % 4]}` }));

async function* stream(): AsyncGenerator<object> {
  for (const row of rows) yield await Promise.resolve(row);
}

async function errorOf(work: Promise<unknown>): Promise<AttuneError> {
  try {
    await work;
  } catch (error) {
    return error as AttuneError;
  }
  return expect.fail('the rows were accepted');
}

function temporary(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`attune-rows-${process.pid}-`));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attune-memory-rows-'));
  vi.stubEnv('ATTUNE_HOME', join(folder, 'home'));
  // Other tests, such as examples/chat.ts, pass rows to a worker.
  vi.stubEnv('ATTUNE_IN_PROCESS', '1');
  model = join(folder, 'model');
  await writeTinyModel(model, rows.map(({ prompt, completion }) => prompt + completion).join('\n'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function recipeOf(data: object, output_dir = join(folder, 'run')) {
  const training = { max_steps: 2, learning_rate: 1e-3 };
  const evaluation = { baselines: 'none' };
  return resolveRecipe({ model, data: { validation: 0, test: 0.25, ...data }, training, evaluation, output_dir });
}

describe('rows in memory', () => {
  it('train a model, are kept with its run, and say what a resumed run was started with', async () => {
    const recipe = await recipeOf({ train: stream() });
    const { outcome, result } = await train(recipe);
    expect(outcome).toBe('finished');
    const [kept, ...others] = readdirSync(join(folder, 'run/rows'));
    expect(others).toEqual([]);
    expect(statSync(join(folder, 'run/rows', kept)).mode & 0o777).toBe(0o600);
    const changed = await recipeOf({ train: rows.slice(1) });
    await expect(train(changed, { resume: true })).rejects.toMatchObject({ code: 'E_RECIPE_CHANGED' });
    await expect(train(changed)).rejects.toMatchObject({ code: 'E_RUN_EXISTS' });
    expect(readdirSync(join(folder, 'run/rows'))).toEqual([kept]);

    const before = temporary();
    const { answers } = await generate(result!, { input: rows.slice(0, 3), maxNewTokens: 2 });
    expect(answers!.map(({ file, line, prompt }) => [file, line, prompt])).toEqual(
      rows.slice(0, 3).map(({ prompt }, i) => ['input', i + 1, prompt]),
    );
    const fresh = [{ prompt: 'Colour 91:', completion: ' white' }];
    expect(await evaluate(join(folder, 'run'), { data: fresh, maxNewTokens: 2 })).toMatchObject({
      split: 'data',
      rows: 1,
    });
    const { comparison: both } = await compare([result!, 'nearest'], { data: fresh, trainData: rows, maxNewTokens: 2 });
    expect(both.systems.map(({ name }) => name)).toHaveLength(2);
    expect(temporary()).toEqual(before);
  });

  it('are advised on', async () => {
    const labelled = Array.from({ length: 60 }, (_, i) => ({
      text: `${colours[i % 3]} thing ${i}`,
      label: colours[i % 3],
    }));
    const recipe = await resolveRecipe({ model: 'attune-base', data: { train: labelled, test: 0.3 } });
    expect(await advise(recipe)).toMatchObject({ rows: { train: expect.any(Number) as number } });
  });

  it('are named in errors by their place in the program', async () => {
    const bad = rows.with(12, { prompt: 'Colour 12:', completion: 7 as unknown as string });
    const trained = await errorOf(train(await recipeOf({ train: bad }, join(folder, 'bad'))));
    // Rows to be answered need no completion, so that column is not read.
    const badPrompt = rows.with(12, { prompt: 7 as unknown as string, completion: ' red' });
    const generated = await errorOf(generate(model, { input: badPrompt }));
    const evaluated = await errorOf(evaluate(model, { data: bad }));
    const places = [trained, generated, evaluated].map(({ problems }) =>
      problems.map(({ file, field }) => [file, field]),
    );
    const name = (place: string) => [[undefined, place]];
    const expected = ['data.train[12].completion', 'input[12].prompt', 'data[12].completion'];
    expect(places).toEqual(expected.map(name));
    for (const { message } of [trained, generated, evaluated]) expect(message).not.toMatch(/\.jsonl|attune-rows/);
  });
});

// Runs used from a folder other than the one they were started in, and after their files were moved.
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AttuneError } from '../../src/base/errors.ts';
import { eval as evaluate, export as exportModel, runs as library } from '../../src/app/index.ts';
import { storedRecipe } from '../../src/app/stored-run.ts';
import { BadInputBench } from './bad-input-bench.ts';

const hasEngine = existsSync('build/attune.node');

let bench: BadInputBench;
const here = process.cwd();

/** Trains in a project folder with relative paths. */
function trainIn(project: string, seed: string): string {
  mkdirSync(bench.path(project));
  bench.copy('model', `${project}/model`);
  bench.copy('good.jsonl', `${project}/good.jsonl`);
  const argv = bench.train({}, '--output-dir', 'runs/first', '--seed', seed, '--validation', '0.2');
  const { code, stderr } = bench.run(argv, { folder: project });
  if (code !== 0) throw new Error(stderr);
  return bench.path(`${project}/runs/first`);
}

async function codeOf(work: Promise<unknown>): Promise<AttuneError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AttuneError) return error;
  throw new Error(`no error of attune's: ${String(error)}`);
}

describe.skipIf(!hasEngine)('a run that was started in another folder', () => {
  const runs: string[] = [];
  beforeAll(async () => {
    bench = await BadInputBench.make();
    process.env.ATTUNE_HOME = bench.env.ATTUNE_HOME;
    runs.push(trainIn('one', '1'), trainIn('two', '2'));
  });
  afterAll(() => bench.remove());

  it('is evaluated, exported and verified from here, two at a time, and this process stays where it is', async () => {
    const [first, second] = runs;
    const [one, two] = await Promise.all([
      evaluate(first, { split: 'validation' }),
      evaluate(second, { split: 'validation' }),
    ]);
    expect(one.metrics).not.toEqual(two.metrics);
    const [{ before, after, folder }, verification] = await Promise.all([
      exportModel(first, { to: 'merged' }),
      library.verify(second, { retrain: true }),
    ]);
    expect(folder).toBe(join(first, 'merged'));
    expect(after).toBeCloseTo(before!, 4);
    expect(verification).toMatchObject({ how: 'retrained', ok: true });
    expect(process.cwd()).toBe(here);
  });

  it('keeps its recipe as it was written, and gives absolute paths elsewhere', async () => {
    const written = JSON.parse(readFileSync(join(runs[0], 'recipe.json'), 'utf8')) as Record<string, unknown>;
    expect(written).toMatchObject({ model: 'model', output_dir: 'runs/first' });
    const recipe = await storedRecipe(runs[0]);
    expect(recipe).toMatchObject({ model: bench.path('one/model'), output_dir: runs[0] });
    expect(recipe.data.train[0].path).toBe(bench.path('one/good.jsonl'));
  });

  it('of a version that did not know some setting yet goes on with that setting’s default', async () => {
    const log = bench.text('one/runs/first/events.jsonl');
    expect(log).toContain('"patience":null');
    bench.write('one/runs/first/events.jsonl', log.replaceAll(/,"patience":null|"patience":null,/g, ''));
    expect((await storedRecipe(bench.path('one/runs/first'))).evaluation.patience).toBeNull();
    const { document } = bench.run(['runs', 'resume', 'runs/first'], { folder: 'one' });
    expect(document).toMatchObject({ outcome: 'finished-before' });
  });

  it('is used where its whole project has been moved to', async () => {
    renameSync(bench.path('one'), bench.path('moved'));
    const { rows } = await evaluate(bench.path('moved/runs/first'), { split: 'validation' });
    expect(rows).toBeGreaterThan(0);
    const { code, document } = bench.run(['chat', 'moved/runs/first', '--max-new-tokens', '2'], { input: 'Where?\n' });
    const shown = bench.run(['runs', 'show', 'moved/runs/first']).document;
    expect(shown.result).toBe(bench.path('moved/runs/first/adapter'));
    expect({ code, answers: document.answers }).toEqual({ code: 0, answers: [expect.anything()] });
  });

  it('is refused with every file that is no longer there, before anything is started', async () => {
    renameSync(bench.path('two/good.jsonl'), bench.path('two/better.jsonl'));
    renameSync(bench.path('two/model'), bench.path('two/base'));
    for (const use of [evaluate(runs[1], { split: 'test' }), exportModel(runs[1], { to: 'merged' })]) {
      const error = await codeOf(use);
      expect(error.code).toBe('E_RUN_FILES_MISSING');
      expect(error.problems.map(({ field }) => field).toSorted()).toEqual(['data.train', 'model']);
    }
    const { code, fix } = bench.failure(['chat', 'two/runs/first'], { input: 'Where?\n' });
    expect({ code, fix }).toEqual({ code: 'E_BASE_MISSING', fix: expect.stringContaining('base_folder') });
  });
});

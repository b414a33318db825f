// A stopped training run of an example does not count: the next call starts it again.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRun } from '../../src/store/run-folder.ts';
import { writeTinyModel } from './cli-tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-examples-stop-'));
const run = join(folder, 'run');
const fileOf = (path: string) => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);

beforeAll(async () => {
  const text = Array.from({ length: 40 }, (_, i) => JSON.stringify({ text: `row ${i} of many, ${i * i}` })).join('\n');
  writeFileSync(join(folder, 'rows.jsonl'), text);
  await writeTinyModel(join(folder, 'model'), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An example that trains for `steps` steps, then measures. @returns its exit code and output */
async function example(steps: number, stop?: NodeJS.Signals): Promise<{ code: number | null; said: string }> {
  const code = `
    import { runExamples } from ${fileOf('studies/run-examples.ts')};
    import { trainWhole } from ${fileOf('studies/train-whole.ts')};
    import { resolveRecipe } from ${fileOf('src/app/index.ts')};
    await runExamples(async () => {
      await trainWhole(await resolveRecipe({
        model: 'model', data: { train: 'rows.jsonl' }, objective: 'pretrain', training: { max_steps: ${steps}, batch_size: 4 },
        evaluation: { baselines: 'none' }, report_to: [], output_dir: 'run',
      }));
      console.log('a figure');
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: folder,
    env: { ...process.env, ATTUNE_HOME: join(folder, 'home') },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part.toString()));
  const ended = new Promise<number | null>((resolve) => void child.on('exit', resolve));
  if (stop !== undefined) {
    const isTraining = () => existsSync(join(run, 'metrics.jsonl')) && readRun(run).step > 0;
    while (!isTraining() && child.exitCode === null) await sleep(50);
    child.kill(stop);
  }
  return { code: await ended, said };
}

describe.skipIf(!existsSync('build/attune.node'))('an example', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stopped by %s ends with an error and measures nothing', async (signal) => {
    rmSync(run, { recursive: true, force: true });
    const { code, said } = await example(100_000, signal);
    expect(code, said).toBe(1);
    expect(said).toContain('E_STOPPED');
    expect(said).not.toContain('a figure');
    expect(readRun(run).status).not.toBe('finished');
  });

  it('called again trains from the start', async () => {
    const { code, said } = await example(3);
    expect([code, said.includes('a figure')], said).toEqual([0, true]);
    expect(readRun(run)).toMatchObject({ status: 'finished', step: 3 });
  });
});

// The loop on a tiny classifier: new words, corrected rows, and a poisoned batch.
import { readAssessment } from '../../src/evaluation/assessments/assessment-files.ts';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, assert, beforeAll, describe, expect, it } from 'vitest';
import { improve, models, resolveRecipeFile, train } from '../../src/app/index.ts';
import { userLineage } from '../../src/app/registry/user-lineage.ts';
import { eraseUser } from '../../src/app/monitor/erase-everywhere.ts';
import { findLockOwner } from '../../src/store/run-lock.ts';
import { feedback, NEW, texts, writeTinyLoop } from './tiny-loop.ts';

let folder: string;
let home: string | undefined;
let cwd: string;

const plan = (more = ''): string => `continuous:
  model: topics
  retrain: {recipe: topics.yaml, when: rows >= 40, holdout: 0.35}
  approve: auto
${more}`;

describe.skipIf(!existsSync('build/attune.node'))('the loop', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'attune-improve-'));
    [home, cwd] = [process.env.ATTUNE_HOME, process.cwd()];
    process.env.ATTUNE_HOME = join(folder, 'home');
    writeTinyLoop(folder);
    writeFileSync(join(folder, 'loop.yaml'), plan());
    process.chdir(folder);
    const { result } = await train(await resolveRecipeFile('topics.yaml'), { handleSignals: false });
    assert.isDefined(result);
    await models.register('topics', 'first');
    await models.promote('topics', 1, { force: 'the first one' });
  }, 120_000);
  afterAll(() => {
    process.chdir(cwd);
    process.env.ATTUNE_HOME = home;
    rmSync(folder, { recursive: true, force: true });
  });

  it('waits for rows, and stops a poisoned batch until a person discards it', async () => {
    expect(await improve.run('loop.yaml')).toMatchObject({ state: 'collecting', waitsFor: '0 rows of 40' });
    await feedback(texts(NEW, 30, 0), (i) => `customer-${i % 10}`);
    const bad = texts(NEW, 15, 300).map(({ text }) => ({ text: `${text} zz qq`, label: 'money' }));
    await feedback(bad, () => 'attacker');
    const stopped = await improve.run('loop.yaml');
    expect(stopped).toMatchObject({ state: 'stopped' });
    expect(stopped.decisions.at(-1)!.reason).toMatch(/look like an attack: trigger 15/);
    // It does not continue by itself.
    expect(await improve.run('loop.yaml')).toMatchObject({ state: 'stopped', decisions: [] });
    expect(await improve.run('loop.yaml', { discard: 'customer “attacker”' })).toMatchObject({
      state: 'collecting',
      cycle: 2,
    });
    const { held } = await improve.explain('loop.yaml');
    expect(held[1].filter(({ check }) => check === 'trigger')).toHaveLength(15);
  }, 60_000);

  it('goes from corrected rows to a promotion with an interval, through a crash in every state', async () => {
    await feedback(texts(NEW, 60, 1000), (i) => `customer-${i % 10}`);
    const killed = new Error('killed');
    // Crashes after each decision; the next call resumes.
    for (let crashes = 0; ; crashes++) {
      const one = await improve
        .run('loop.yaml', {
          onDecision: () => {
            throw killed;
          },
        })
        .catch((error: unknown) => {
          if (error !== killed) throw error;
          return undefined;
        });
      if (one !== undefined || crashes > 8) break;
      if ((await improve.explain('loop.yaml')).state === 'retraining') await killInTraining();
    }
    const { decisions, state } = await improve.explain('loop.yaml');
    expect(decisions.slice(3).map((one) => one.state)).toEqual([
      'quarantine',
      'retraining',
      'gate',
      'rollout',
      'promoted',
      'collecting',
    ]);
    expect(state).toBe('collecting');
    const { aliases, versions } = await models.history('topics');
    expect(aliases).toMatchObject({ champion: 2 });
    expect(versions).toHaveLength(2);
    const { verdict, differences } = readAssessment(join(folder, 'improve/topics/cycles/0002/run'), 'comparison')!;
    expect(verdict).toBe('better');
    expect(differences[0].low).toBeGreaterThan(0);
  }, 180_000);

  it('rows of an erased user are gone from its data sets', async () => {
    const file = join(folder, 'improve/topics/cycles/0002/data/labels-train.jsonl');
    const before = readFileSync(file, 'utf8').split('\n').length;
    const touched = await userLineage('customer-3');
    expect(touched.models).toMatchObject([
      { version: 'topics@2', aliases: expect.arrayContaining(['champion']) as string[] },
    ]);
    expect(touched.models[0].rows).toBeGreaterThan(0);
    const { models } = await eraseUser('customer-3');
    expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThan(before);
    expect(models).toEqual(['topics@2']);
  });

  it('takes settings of the plan anew, asks for nothing where it says so, and drops a batch in any state', async () => {
    writeFileSync(join(folder, 'loop.yaml'), plan('  gate: {better_than: nothing}\n').replace('auto', 'person'));
    await feedback(texts(NEW, 60, 2000), (i) => `customer-${i % 10}`);
    expect(await improve.run('loop.yaml')).toMatchObject({ state: 'review', cycle: 3 });
    const dropped = await improve.run('loop.yaml', { discard: 'not this one' });
    expect(dropped).toMatchObject({ state: 'collecting', cycle: 4, waitsFor: expect.stringContaining('0 rows') });
    await expect(improve.run('loop.yaml', { discard: 'again' })).rejects.toMatchObject({ code: 'E_USAGE' });
    writeFileSync(join(folder, 'loop.yaml'), plan('  gate: {better_than: nothing}\n'));
    await feedback(texts(NEW, 60, 3000), (i) => `customer-${i % 10}`);
    const done = await improve.run('loop.yaml');
    expect(done).toMatchObject({ state: 'promoted', cycle: 4 });
    expect(done.decisions.find(({ state }) => state === 'rollout')?.reason).toContain('has no requirements');
    expect((await models.history('topics')).aliases).toMatchObject({ champion: 3 });
  }, 120_000);
});

/** Sends SIGKILL to the process and all its children while the worker trains. */
async function killInTraining(): Promise<void> {
  const child = spawn(resolve(cwd, 'bin/attune'), ['improve', 'run', 'loop.yaml'], { detached: true, stdio: 'ignore' });
  const run = join(folder, 'improve/topics/cycles/0002/run');
  const deadline = Date.now() + 60_000;
  while (!existsSync(join(run, 'events.jsonl')) && Date.now() < deadline && child.exitCode === null)
    await new Promise((done) => {
      setTimeout(done, 50);
    });
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // The process ended first.
  }
  await new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done(undefined);
    else child.once('exit', done);
  });
  // Its worker was killed at the same moment and may still be exiting.
  await expect.poll(() => findLockOwner(run), { timeout: 10_000 }).toBeUndefined();
}

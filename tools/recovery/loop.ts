/**
 * `npm run stress:recovery -- loop [--times 3]` kills `attune improve run` with its child processes (SIGKILL), several
 * times in each state of a loop. The next run resumes: the new version must have the bytes of an undisturbed one's, and
 * every decision must be made once.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { improve, models, resolveRecipeFile, review, train, type Decision } from '../../src/app/index.ts';
import { randomUnit } from '../../src/base/random.ts';
import { sha256FileSync } from '../../src/files/hash.ts';
import { readDecisions } from '../../src/app/improve/improvement-decisions.ts';
import { feedback, NEW, texts, writeTinyLoop } from '../../test/system/tiny-loop.ts';

const { values } = parseArgs({ options: { times: { type: 'string', default: '3' } }, allowPositionals: true });
const TIMES = Number(values.times);
/** Milliseconds between two checks of the state. */
const POLL = 5;
const MOST_TRIES = 6;
const STATES = ['collecting', 'quarantine', 'review', 'retraining', 'gate', 'approval', 'rollout'] as const;
type State = (typeof STATES)[number];

const PLAN = `continuous:
  model: topics
  retrain: {recipe: topics.yaml, when: rows >= 40, holdout: 0.35}
  quarantine: {review: 5}
  rollout: {canary: 50%}
`;

const attune = resolve('bin/attune');
const root = mkdtempSync(join(tmpdir(), 'attune-loop-'));
const base = join(root, 'base');
/** The path must not change: the registry stores full paths. */
const work = join(root, 'work');
const loop = join(work, 'improve/topics');

let problems = 0;
try {
  await prepare();
  const alone = await liveThrough();
  console.error(`left alone: ${JSON.stringify(alone.seconds)} s`);
  for (const state of STATES) {
    for (let time = 0; time < TIMES; time++) {
      let after = ((time + randomUnit([0, state, time])) / TIMES) * (alone.seconds[state] ?? 0);
      let killed = await liveThrough({ state, after });
      // The state ended sooner than in the undisturbed run.
      for (let tries = 1; killed.kills === 0 && tries < MOST_TRIES; tries++) {
        after /= 2;
        killed = await liveThrough({ state, after });
      }
      const faults = [
        ...(killed.hash === alone.hash ? [] : ['other bytes']),
        ...(killed.states === alone.states ? [] : [`decisions ${killed.states}`]),
        ...(killed.champion === alone.champion ? [] : [`champion ${killed.champion}`]),
        ...(killed.kills === 1 ? [] : [`${killed.kills} kills`]),
      ];
      problems += faults.length;
      console.log(`${state}, killed after ${after.toFixed(2)} s: ${faults.length === 0 ? 'equal' : faults.join(', ')}`);
    }
  }
  console.log(`${STATES.length * TIMES} kills, ${problems} faults; ${alone.states}`);
} finally {
  process.chdir(tmpdir());
  rmSync(root, { recursive: true, force: true });
}
process.exitCode = problems === 0 ? 0 : 1;

/** Sets up a champion and unused feedback. */
async function prepare(): Promise<void> {
  process.env.ATTUNE_HOME = join(work, 'home');
  process.env.ATTUNE_THREADS = '1';
  writeTinyLoop(work);
  writeFileSync(join(work, 'loop.yaml'), PLAN);
  process.chdir(work);
  await train(await resolveRecipeFile('topics.yaml'), { handleSignals: false });
  await models.register('topics', 'first');
  await models.promote('topics', 1, { force: 'the first one' });
  await feedback(texts(NEW, 60, 1000), (i) => `customer-${i % 10}`);
  process.chdir(root);
  cpSync(work, base, { recursive: true });
}

interface Life {
  hash: string;
  states: string;
  champion: string;
  kills: number;
  /** For each state, the longest time that a process spent in it. */
  seconds: Partial<Record<State, number>>;
}

/** Runs one cycle of the loop with a kill in one state. */
async function liveThrough(kill?: { state: State; after: number }): Promise<Life> {
  process.chdir(root);
  rmSync(work, { recursive: true });
  cpSync(base, work, { recursive: true });
  process.chdir(work);
  const seconds: Life['seconds'] = {};
  let kills = 0;
  for (;;) {
    const wanted = kills === 0 ? kill : undefined;
    if (await run(seconds, wanted)) kills++;
    else if (await isOver()) break;
  }
  const decisions = readDecisions(loop);
  const { aliases, versions } = await models.history('topics');
  return {
    hash: sha256FileSync(join(loop, 'cycles/0001/run/model/model.safetensors')),
    states: decisions.map(({ state }) => state).join(' '),
    champion: `${aliases.champion} of ${versions.length}`,
    kills,
    seconds,
  };
}

/** Does what people do when the loop waits for them. @returns whether the cycle has ended */
async function isOver(): Promise<boolean> {
  const { state } = await improve.explain('loop.yaml');
  const cycle = join(loop, 'cycles/0001');
  if (state === 'review') await reviewAll(join(cycle, 'pairs.jsonl'));
  else if (state === 'approval')
    await review.sign(join(cycle, 'run'), { by: 'ann', decision: 'approve', reason: 'better' });
  else if (state === 'rollout') await models.promote('topics', 2, { force: 'the trial is over' });
  return state === 'promoted';
}

async function reviewAll(pairs: string): Promise<void> {
  await review.results(pairs, { export: 'label-studio', output: 'tasks.json' });
  const tasks = JSON.parse(readFileSync('tasks.json', 'utf8')) as { data: { order: string } }[];
  const chosen = tasks.map(({ data }) => {
    const value = { selected: data.order === 'ab' ? 'right' : 'left' };
    return { data, annotations: [{ completed_by: 'ann', result: [{ value }] }] };
  });
  writeFileSync('tasks.json', JSON.stringify(chosen));
  await review.import(pairs, 'tasks.json', { from: 'label-studio' });
}

/**
 * Runs `attune improve run` until it ends, or kills it some time after a state began. @returns whether it was killed
 */
async function run(seconds: Life['seconds'], kill?: { state: State; after: number }): Promise<boolean> {
  const child = spawn(attune, ['improve', 'run', 'loop.yaml'], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  child.stderr.on('data', (data) => (told += String(data)));
  const ended = new Promise<void>((done) => {
    child.once('close', () => done());
  });
  let [state, since] = [stateOf(), performance.now()];
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  let isKilled = false;
  while (isRunning()) {
    const now = stateOf();
    if (now !== state) {
      seconds[state] = Math.max(seconds[state] ?? 0, (performance.now() - since) / 1000);
      [state, since] = [now, performance.now()];
    }
    if (kill?.state === state && performance.now() - since >= kill.after * 1000) {
      isKilled = hit(child.pid!);
      break;
    }
    await sleep(POLL);
  }
  await ended;
  seconds[state] = Math.max(seconds[state] ?? 0, (performance.now() - since) / 1000);
  if (!isKilled && child.exitCode !== 0) throw new Error(told);
  return isKilled;
}

function hit(pid: number): boolean {
  try {
    process.kill(-pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

function stateOf(): State {
  const last: Decision | undefined = existsSync(join(loop, 'decisions.jsonl')) ? readDecisions(loop).at(-1) : undefined;
  return (last?.state ?? 'collecting') as State;
}

/**
 * `npm run fuzz -- [--seconds 600] [--seed 1] [--target NAME] [--trial N] [--json]` damages files of every kind that
 * attune reads and reads them. It fails if one crashes the process, takes more than 30 seconds or 2 GB, causes an error
 * that is not an AttuneError, or is accepted although it is invalid. A finding is identified by seed, target and trial:
 * `--seed 1 --target gguf --trial 17` runs that trial again.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Outcome, Work } from './fuzz/child.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
    trial: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const NAMES =
  'safetensors gguf tokenizer config adapter template jsonl json csv conll parquet recipe pipeline image preprocessor audio run server'.split(
    ' ',
  );
/** Targets that start a process for each trial: few trials take long. */
const ROUNDS: Readonly<Record<string, number>> = { tokenizer: 2, parquet: 2, config: 20, audio: 10 };
const ROUND = 100;
/** Share of a round for the first turn, which keeps a test of this program short. */
const FIRST = 20;
const MOST_SECONDS = 30;
const START_SECONDS = 90;
const MOST_BYTES = 2e9;

interface Tally {
  trials: number;
  accepted: number;
  refused: Record<string, number>;
  problems: string[];
  slowest: number;
}

const seed = Number(values.seed);
/** The first turn, a few trials of each target, is finished however long it takes. */
let deadline = Infinity;
const end = Date.now() + Number(values.seconds) * 1000;
const tallies = new Map<string, Tally>();
let child: ChildProcess | undefined;
let words = '';
if (values.trial === undefined) await fuzzAll(values.target === undefined ? NAMES : [values.target]);
else await round(values.target!, Number(values.trial), 1);
report();

/** Targets take turns, so that a short run covers each of them a little. */
async function fuzzAll(names: readonly string[]): Promise<void> {
  for (let turn = 0; turn === 0 || Date.now() < deadline; turn++) {
    if (turn > 0) deadline = end;
    for (const name of names) {
      if (Date.now() >= deadline) return;
      const count = ROUNDS[name] ?? ROUND;
      const limit = turn === 0 ? Math.ceil(count / FIRST) : count;
      await round(name, turn === 0 ? 0 : Math.ceil(count / FIRST) + (turn - 1) * count, limit);
    }
  }
}

function start(): ChildProcess {
  words = '';
  const started = fork(fileURLToPath(new URL('./fuzz/child.ts', import.meta.url)), [], {
    execArgv: ['--max-old-space-size=1800', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ATTUNE_HOME: process.env.ATTUNE_HOME ?? '/tmp/attune-fuzz-home', ATTUNE_THREADS: '1' },
  });
  started.stderr?.on('data', (data: Buffer) => (words = (words + String(data)).slice(-2000)));
  return started;
}

/** Runs trials of one target. After one that crashed the process, it resumes with the next. */
async function round(target: string, from: number, count: number): Promise<void> {
  const tally = tallies.get(target) ?? { trials: 0, accepted: 0, refused: {}, problems: [], slowest: 0 };
  tallies.set(target, tally);
  for (let next = from; next < from + count && Date.now() < deadline + 1;) {
    const work: Work = { target, seed, from: next, count: from + count - next };
    const { last, end: ended } = await watch(work, tally);
    next = last + 1;
    if (ended === undefined) return;
    tally.trials++;
    tally.problems.push(`${name(target, last)}: ${ended}`);
  }
}

function name(target: string, trial: number): string {
  return `--seed ${seed} --target ${target} --trial ${trial}`;
}

function watch(work: Work, tally: Tally): Promise<{ last: number; end?: string }> {
  child ??= start();
  const running = child;
  let last = work.from;
  let begunAt = Date.now();
  let isUnderWay = false;
  return new Promise((resolve) => {
    const finish = (end?: string, isLeft = end !== undefined): void => {
      clearInterval(timer);
      running.removeAllListeners();
      if (isLeft) running.kill('SIGKILL');
      if (isLeft) child = undefined;
      resolve({ last, end });
    };
    const timer = setInterval(() => {
      if (isUnderWay && Date.now() - begunAt > MOST_SECONDS * 1000) return finish(`more than ${MOST_SECONDS} s`);
      if (residentBytes(running.pid) > MOST_BYTES) return finish('more than 2 GB');
      // No trial is running, and the time to start has passed.
      if (!isUnderWay && Date.now() > deadline) return finish(undefined, true);
      if (!isUnderWay && Date.now() - begunAt > START_SECONDS * 1000) finish(`it says nothing: ${words.slice(-300)}`);
    }, 100);
    running.on('message', (message: { type: string; trial?: number; outcome?: Outcome }) => {
      if (message.type === 'begun') [last, begunAt, isUnderWay] = [message.trial!, Date.now(), true];
      if (message.type === 'outcome') {
        isUnderWay = false;
        take(work.target, message.outcome!, tally, (Date.now() - begunAt) / 1000);
        begunAt = Date.now();
        if (Date.now() > deadline) finish(undefined, true);
      }
      if (message.type === 'done') finish();
    });
    running.on('exit', (code, signal) =>
      finish(`the process ended with ${signal ?? code}: ${words.trim().split('\n').at(-1) ?? ''}`),
    );
    running.send(work);
  });
}

function take(target: string, { trial, code, problem }: Outcome, tally: Tally, seconds: number): void {
  tally.trials++;
  tally.slowest = Math.max(tally.slowest, seconds);
  if (problem !== undefined)
    tally.problems.push(`${name(target, trial)}: ${problem.split('\n').slice(0, 4).join(' ')}`);
  else if (code === undefined) tally.accepted++;
  else tally.refused[code] = (tally.refused[code] ?? 0) + 1;
}

function residentBytes(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * 4096;
  } catch {
    return 0;
  }
}

function report(): void {
  child?.kill('SIGKILL');
  const all = [...tallies];
  const problems = all.flatMap(([, tally]) => tally.problems);
  if (values.json) console.log(JSON.stringify({ seed, targets: Object.fromEntries(all), problems: problems.length }));
  else {
    for (const [target, { trials, accepted, refused, slowest, problems: found }] of all) {
      const codes = Object.entries(refused).toSorted(([, a], [, b]) => b - a);
      const shown = codes.slice(0, 3).map(([code, count]) => `${code} ${count}`);
      console.log(
        `${target.padEnd(13)} ${String(trials).padStart(7)} tried ${String(accepted).padStart(7)} accepted ` +
          `${String(found.length).padStart(4)} problems  slowest ${slowest.toFixed(1)} s  ${shown.join(', ')}`,
      );
    }
    for (const problem of problems.slice(0, 40)) console.log(problem);
    const trials = all.reduce((sum, [, tally]) => sum + tally.trials, 0);
    console.log(problems.length === 0 ? `${trials} damaged files, no problem` : `${problems.length} problems`);
  }
  process.exit(problems.length === 0 ? 0 : 1);
}

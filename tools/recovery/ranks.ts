/**
 * `npm run stress:recovery -- ranks [--ranks 2] [--resume-with 2] [--kind full] [--launcher torchrun] [--moment backward] [--longest 240]` kills
 * (SIGKILL) and stops (SIGSTOP) each process of a shared run at ten moments. The others must name it within 30 seconds.
 * Then `--resume-with` processes resume the run, or torchrun starts all of them again. The result and its comparison must be
 * those of an undisturbed run. A run that takes longer than `--longest` seconds is ended: give more on a busy machine.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { sha256FileSync } from '../../src/files/hash.ts';
import { readJsonLines } from '../../src/store/json-lines.ts';
import { familyOf } from '../stress/process-usage.ts';
import { STEPS, writeRunKinds } from './run-kinds.ts';
import { torchrunProgram } from './torchrun.ts';

const { values } = parseArgs({
  options: {
    ranks: { type: 'string', default: '2' },
    'resume-with': { type: 'string', default: '2' },
    kind: { type: 'string', default: 'full' },
    launcher: { type: 'string', default: 'local' },
    moment: { type: 'string' },
    longest: { type: 'string', default: '240' },
  },
  allowPositionals: true,
});
const RANKS = Number(values.ranks);
const isTorchrun = values.launcher === 'torchrun';
const SIGNALS = ['SIGKILL', 'SIGSTOP'] as const;
const MOST_SECONDS = 30;

interface Event {
  type: string;
  at: number;
  step?: number;
  phase?: string;
}

/** Events after which a process is hit, and the share of a step's time to wait then. */
const MOMENTS: Readonly<Record<string, { isReached: (event: Event) => boolean; share: number }>> = {
  start: { isReached: () => true, share: 0 },
  counting: { isReached: ({ type }) => type === 'run-started', share: 0 },
  'first forward': { isReached: ({ type, phase }) => type === 'phase-started' && phase === 'train', share: 0.1 },
  backward: { isReached: isStep(5), share: 0.4 },
  exchange: { isReached: isStep(9), share: 0.7 },
  'optimizer step': { isReached: isStep(12), share: 0.9 },
  'checkpoint write': { isReached: isStep(14), share: 0 },
  validation: { isReached: isStep(20), share: 0 },
  end: { isReached: isStep(STEPS), share: 0 },
  verdict: { isReached: ({ type, phase }) => type === 'phase-started' && phase === 'evaluate', share: 0 },
};

function isStep(step: number): (event: Event) => boolean {
  return (event) => event.type === 'step-finished' && event.step === step;
}

const attune = resolve('bin/attune');
const root = mkdtempSync(join(tmpdir(), 'attune-ranks-'));
const base = join(root, 'base');
/** The path must not change: runs store full paths. */
const work = join(root, 'work');
const run = join(work, 'out');

let [hits, problems] = [0, 0];
try {
  await writeRunKinds(base);
  writeFileSync(join(base, 'torchrun.py'), torchrunProgram);
  cpSync(base, work, { recursive: true });
  const alone = start(['--processes', String(RANKS)]);
  await alone.ended;
  const expected = outcomeOf();
  rmSync(work, { recursive: true });
  console.log('| moment | signal | rank | named after | outcome |\n|---|---|---|---|---|');
  for (const moment of Object.keys(MOMENTS).filter((one) => one === (values.moment ?? one)))
    for (const signal of SIGNALS)
      for (let rank = 0; rank < RANKS; rank++) await hitOnce({ moment, signal, rank, expected });
  console.log(`${hits} hits, ${problems} faults`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.exitCode = problems === 0 && hits > 0 ? 0 : 1;

interface Hit {
  moment: string;
  signal: (typeof SIGNALS)[number];
  rank: number;
  expected: string;
}

async function hitOnce({ moment, signal, rank, expected }: Hit): Promise<void> {
  cpSync(base, work, { recursive: true });
  const running = isTorchrun ? startTorchrun() : start(['--processes', String(RANKS)]);
  const { named, faults } = await strike(running, { moment, signal, rank });
  const code = await running.ended;
  if (!isTorchrun && code !== 0) {
    const resumed = start(['--processes', values['resume-with'], '--resume']);
    if ((await resumed.ended) !== 0) faults.push(`--resume fails: ${resumed.said().slice(-600)}`);
  }
  if (isTorchrun && code !== 0) faults.push(`torchrun ends with ${code}: ${running.said().slice(-600)}`);
  const outcome = outcomeOf();
  if (outcome !== expected) faults.push(`other result: ${outcome}, expected ${expected}`);
  [hits, problems] = [hits + 1, problems + faults.length];
  console.log(`| ${moment} | ${signal} | ${rank} | ${named} | ${faults.length === 0 ? 'equal' : faults.join('; ')} |`);
  rmSync(work, { recursive: true });
}

interface Running {
  child: ChildProcess;
  said: () => string;
  ended: Promise<number | null>;
  /** Process of rank 0, once it is known. */
  leader: { id?: number };
}

function start(more: readonly string[], argv: readonly string[] = [attune]): Running {
  const env = { ...process.env, ATTUNE_HOME: join(work, 'home'), ATTUNE_THREADS: '1', NO_COLOR: '1' };
  const [program, ...words] = [...argv, 'train', `${values.kind}.yaml`, ...more];
  const child = spawn(program, words, { cwd: work, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()));
  const ended = new Promise<number | null>((done) => {
    child.once('close', done);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), Number(values.longest) * 1000);
  void ended.then(() => clearTimeout(timer));
  return { child, said: () => text, ended, leader: {} };
}

function startTorchrun(): Running {
  const flags = ['--no-python', '--nproc-per-node', String(RANKS), '--max-restarts', '2'];
  return start([], ['/usr/bin/python3', 'torchrun.py', ...flags, attune]);
}

/** Sends the signal at the moment, and waits until the process is named. */
async function strike(
  running: Running,
  { moment, signal, rank }: Omit<Hit, 'expected'>,
): Promise<{ named: string; faults: string[] }> {
  const { child, said } = running;
  const { isReached, share } = MOMENTS[moment];
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const victim = () => workersOf(running)[rank];
  const isThere = () => victim() !== undefined && (moment === 'start' || events().some(isReached));
  while (isRunning() && !isThere()) await sleep(3);
  await sleep(share * secondsOfStep() * 1000);
  const id = victim();
  // Followers end before the verdict.
  if (id === undefined || !isRunning()) return { named: 'has ended before', faults: [] };
  process.kill(id, signal);
  const since = performance.now();
  const seconds = () => (performance.now() - since) / 1000;
  while (isRunning() && !isNamed(said(), id) && seconds() < MOST_SECONDS) await sleep(20);
  const isLate = isRunning() && !isNamed(said(), id);
  // A user who stops the only process of a run wants it stopped.
  const isAlone = signal === 'SIGSTOP' && workersOf(running).filter((one) => one !== undefined).length === 1;
  if (isLate && isAlone) process.kill(id, 'SIGCONT');
  const faults = isLate && !isAlone ? [`not named: ${said().slice(-300)}`] : [];
  return { named: isLate && isAlone ? 'nobody is left to name it' : `${seconds().toFixed(1)} s`, faults };
}

function isNamed(said: string, id: number): boolean {
  return (
    /Rank \d+ of \d+ is gone|rank \d+ of \d+ has not arrived|waits for rank \d+|Rank \d+ has ended|E_RANK_LOST/.test(
      said,
    ) || said.includes(String(id))
  );
}

/** Workers by rank, as far as they are known. */
function workersOf({ child, leader }: Running): (number | undefined)[] {
  const all = familyOf(child.pid!)
    .map(({ id }) => id)
    .filter((id) => read(`/proc/${id}/cmdline`).startsWith('attune worker'))
    .toSorted((a, b) => a - b);
  if (isTorchrun) {
    const rankOf = (id: number) => /(?:^|\0)RANK=(\d+)/.exec(read(`/proc/${id}/environ`))?.[1];
    return Array.from({ length: RANKS }, (_, rank) => all.findLast((id) => rankOf(id) === String(rank)));
  }
  // `--processes` starts the others before their leader.
  if (all.length === RANKS) leader.id ??= all.at(-1)!;
  if (leader.id === undefined) return [];
  const others = all.filter((id) => id !== leader.id);
  return [all.includes(leader.id) ? leader.id : undefined, ...others];
}

function events(): Event[] {
  const path = join(run, 'events.jsonl');
  return existsSync(path) ? [...readJsonLines<Event>(path)] : [];
}

function secondsOfStep(): number {
  const times = events().flatMap(({ type, at }) => (type === 'step-finished' ? [Number(at)] : []));
  return times.length < 2 ? 0 : (times.at(-1)! - times[0]) / (times.length - 1) / 1000;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function outcomeOf(): string {
  const files = [
    'model/model.safetensors',
    'adapter/adapter_model.safetensors',
    `checkpoints/step-${STEPS}/optimizer.safetensors`,
  ];
  const hashes = files
    .map((name) => join(run, name))
    .filter((path) => existsSync(path))
    .map((path) => sha256FileSync(path).slice(0, 12));
  const compared = existsSync(join(run, 'comparison.json')) ? 'compared' : 'not compared';
  return [...hashes, compared].join(' ');
}

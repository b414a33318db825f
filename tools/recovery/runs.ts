/**
 * `npm run stress:recovery -- runs [--times 10] [--kind lora]` kills `attune train`, its worker or both (SIGKILL) at
 * moments from before the start of a run to the writing of its result, for each kind in run-kinds.ts; `attune train
 * --resume` resumes it. The result's files, the checkpoint, the metrics and the report must be those of an undisturbed
 * run, except for times.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { randomUnit } from '../../src/base/random.ts';
import { sha256FileSync } from '../../src/files/hash.ts';
import { readJsonLines } from '../../src/store/json-lines.ts';
import { familyOf } from '../stress/process-usage.ts';
import { KINDS, STEPS, writeRunKinds, type Kind } from './run-kinds.ts';

const { values } = parseArgs({
  options: { times: { type: 'string', default: '10' }, kind: { type: 'string' } },
  allowPositionals: true,
});
const TIMES = Number(values.times);
const VICTIMS = ['command', 'worker', 'both'] as const;
const MOST_TRIES = 6;
/** Values that come from the clock, the memory, the disk or a random number generator, which differ between runs. */
const CLOCKS =
  /^(at|id|now|times|phases|.*[a-z]At|.*[sS]econds.*|.*(B|_b)ytes|tokensPerSecond|train\/tokens_per_second)$/;

type Victim = (typeof VICTIMS)[number];

const attune = resolve('bin/attune');
const root = mkdtempSync(join(tmpdir(), 'attune-runs-'));
const base = join(root, 'base');
/** The path must not change: runs store full paths. */
const work = join(root, 'work');
const run = join(work, 'out');

let [kills, problems] = [0, 0];
try {
  await writeRunKinds(base);
  const chosen = values.kind === undefined ? KINDS : KINDS.filter((kind) => kind === values.kind);
  console.log('| run | killed | at | outcome |\n|---|---|---|---|');
  for (const kind of chosen) await killOften(kind);
  console.log(`${kills} kills, ${problems} faults`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.exitCode = problems === 0 && kills > 0 ? 0 : 1;

interface Kill {
  victim: Victim;
  /** Asked again every few milliseconds. */
  isDue: () => boolean;
}

async function killOften(kind: Kind): Promise<void> {
  const from = kind === 'dp_sgd' ? await begunPrivately() : base;
  const alone = await liveThrough(kind, from);
  for (let time = 0; time < TIMES; time++) {
    const victim = VICTIMS[time % VICTIMS.length];
    let share = (time + randomUnit([0, kind, time])) / TIMES;
    let killed = await liveThrough(kind, from, { victim, isDue: dueAt(alone, share, time) });
    // The run ended sooner than the undisturbed one.
    for (let tries = 1; killed.at === undefined && tries < MOST_TRIES; tries++) {
      share *= 0.95;
      killed = await liveThrough(kind, from, { victim, isDue: dueAt(alone, share, time) });
    }
    const faults = [...differences(alone.outcome, killed.outcome), ...(killed.at === undefined ? ['no kill'] : [])];
    [kills, problems] = [kills + 1, problems + faults.length];
    const outcome = faults.length === 0 ? 'equal' : faults.join('; ');
    console.log(`| ${kind} | ${victim} | ${killed.at} | ${outcome} |`);
  }
}

/**
 * Alternates between a share of the time and a share of the events, most of which are steps. A moment is an event and
 * the time since then, since a run takes longer on a busy machine.
 */
function dueAt({ times, known }: Life, share: number, turn: number): () => boolean {
  const at = turn % 2 === 0 ? share * times.at(-1)! : times[Math.floor(share * times.length)];
  const events = times.filter((time) => time <= at).length;
  const wait = at - (times[events - 1] ?? 0);
  let since: number | undefined;
  return () => {
    if (since === undefined && eventTimes().length >= known + events) since = performance.now();
    return since !== undefined && performance.now() - since >= wait * 1000;
  };
}

interface Life {
  outcome: Outcome;
  /** Number of events that existed at the start. */
  known: number;
  /** For the first process: seconds from its start to each event and to its end. */
  times: number[];
  /** What the run was doing when it was killed. */
  at?: string;
}

/** Runs from the start, or resumes in a folder with a run, with a kill, and then finishes the run. */
async function liveThrough(kind: Kind, from: string, kill?: Kill): Promise<Life> {
  cpSync(from, work, { recursive: true });
  const known = eventTimes().length;
  const began = Date.now();
  const at = await train(kind, from === base ? [] : ['--resume'], kill);
  const times = [...eventTimes().slice(known), Date.now()].map((time) => (time - began) / 1000);
  if (at !== undefined) await train(kind, ['--resume']);
  const outcome = outcomeOf();
  rmSync(work, { recursive: true });
  return { outcome, known, times, at };
}

/**
 * A private run draws a key for its noise, which is saved from its first checkpoint on: runs are comparable from there.
 */
async function begunPrivately(): Promise<string> {
  const begun = join(root, 'begun');
  cpSync(base, work, { recursive: true });
  await train('dp_sgd', [], { victim: 'both', isDue: () => existsSync(join(run, 'checkpoints/step-7')) });
  cpSync(work, begun, { recursive: true });
  rmSync(work, { recursive: true });
  return begun;
}

/** @returns where it was killed; undefined if it ended by itself */
async function train(kind: Kind, more: readonly string[], kill?: Kill): Promise<string | undefined> {
  const env = { ...process.env, ATTUNE_HOME: join(work, 'home'), ATTUNE_THREADS: '1', NO_COLOR: '1' };
  const words = ['train', `${kind}.yaml`, '--json', ...more];
  const child = spawn(attune, words, { cwd: work, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += String(data)));
  const ended = new Promise<number | null>((done) => {
    child.once('close', done);
  });
  if (kill !== undefined && (await comesTo(kill.isDue, child))) {
    const family = familyOf(child.pid!).map(({ id }) => id);
    hit(family, child.pid!, kill.victim);
    const at = momentOf();
    await ended;
    // A worker whose parent is gone saves and stops.
    while (family.some((id) => existsSync(`/proc/${id}`))) await sleep(20);
    return at;
  }
  const code = await ended;
  if (code !== 0) throw new Error(`${words.join(' ')} ends with ${code}: ${said.slice(-2000)}`);
  return undefined;
}

/** @returns false if the command ends first */
async function comesTo(isDue: () => boolean, child: ChildProcess): Promise<boolean> {
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  while (isRunning() && !isDue()) await sleep(5);
  return isRunning();
}

function eventTimes(): number[] {
  return linesOf('events.jsonl').map(({ at }) => Number(at));
}

/** If the worker has not started yet, the command is killed in its place. */
function hit(family: readonly number[], command: number, victim: Victim): void {
  const workers = family.filter((id) => id !== command);
  const hits = { command: [command], worker: workers.length > 0 ? workers : [command], both: family };
  for (const id of hits[victim]) if (existsSync(`/proc/${id}`)) process.kill(id, 'SIGKILL');
}

function momentOf(): string {
  if (!existsSync(join(run, 'events.jsonl'))) return 'before it began';
  const steps = [...metrics().keys()].map((key) => Number(key.split(' ')[1]));
  const step = steps.reduce((most, one) => Math.max(most, one), -1);
  if (step < 0) return 'data and preflight';
  return step < STEPS ? `step ${step}` : 'result';
}

interface Outcome {
  /** Files that must be identical byte by byte. */
  hashes: Record<string, string>;
  /** Files that contain times. */
  documents: Record<string, unknown>;
}

function outcomeOf(): Outcome {
  const checkpoint = `checkpoints/step-${STEPS}`;
  const folders = ['adapter', 'model', checkpoint].filter((name) => existsSync(join(run, name)));
  const files = folders.flatMap((name) => readdirSync(join(run, name)).map((file) => `${name}/${file}`));
  const hashed = [...files, 'samples.json', 'measured.json'].filter((name) => !name.endsWith('trainer_state.json'));
  const read = [`${checkpoint}/trainer_state.json`, 'comparison.json', 'report.json'];
  const there = (names: readonly string[]) => names.filter((name) => existsSync(join(run, name)));
  return {
    hashes: Object.fromEntries(there(hashed).map((name) => [name, sha256FileSync(join(run, name))])),
    documents: {
      ...Object.fromEntries(
        there(read).map((name) => [name, withoutClocks(json(readFileSync(join(run, name), 'utf8')))]),
      ),
      'metrics.jsonl': Object.fromEntries(metrics()),
    },
  };
}

/** The last line of each step: the resumed run writes the steps after the last checkpoint again. */
function metrics(): Map<string, unknown> {
  const lines = linesOf('metrics.jsonl');
  return new Map(lines.map((line) => [`${'loss' in line ? 'step' : 'evaluation'} ${String(line.step)}`, line]));
}

/** Complete lines only. */
function linesOf(name: string): Record<string, unknown>[] {
  return existsSync(join(run, name)) ? [...readJsonLines<Record<string, unknown>>(join(run, name))] : [];
}

function json(text: string): unknown {
  return JSON.parse(text);
}

function withoutClocks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutClocks);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !CLOCKS.test(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutClocks(inner)]));
}

function differences(alone: Outcome, killed: Outcome): string[] {
  return (['hashes', 'documents'] as const).flatMap((kind) => {
    const names = new Set([...Object.keys(alone[kind]), ...Object.keys(killed[kind])]);
    return [...names].flatMap((name) => placesOf(alone[kind][name], killed[kind][name], name).slice(0, 3));
  });
}

/** Paths at which two values differ. */
function placesOf(one: unknown, other: unknown, path: string): string[] {
  if (isDeepStrictEqual(one, other)) return [];
  const areObjects = [one, other].every((value) => typeof value === 'object' && value !== null);
  if (!areObjects) return [`${path}: ${JSON.stringify(other)} in place of ${JSON.stringify(one)}`];
  const [a, b] = [one, other] as Record<string, unknown>[];
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].flatMap((name) => placesOf(a[name], b[name], `${path}.${name}`));
}

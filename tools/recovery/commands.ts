/**
 * `npm run stress:recovery -- commands [--times 5] [--work NAME] [--json]` kills commands, fills their disk and limits
 * their memory, each several times at different moments and sizes, and then runs them again. It fails if a result's
 * file is incomplete, if the second run does not produce exactly the bytes of an undisturbed one, or if temporary files
 * remain. Prints the table of docs/reliability.md.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { sha256FileSync } from '../../src/files/hash.ts';
import { prepareFolder } from './base-folder.ts';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '5' },
    work: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const TIMES = Number(values.times);
const MOST_SECONDS = 300;
const HANGS = 'does not end';

/** A command, the files that must be equal in every run, and the flags to resume with after a failure. */
interface Work {
  argv: readonly string[];
  results: readonly string[];
  again?: readonly string[];
}

const TRAIN = [
  'train',
  '--model',
  'model',
  '--train',
  'rows.jsonl',
  '--tuning.r',
  '4',
  '--precision',
  'f32',
  '--test',
  '0',
];
const RHYTHM = ['--max-steps', '60', '--checkpoints.every', '7', '--evaluation.every', '20', '--output-dir', 'out'];

const works: Readonly<Record<string, Work>> = {
  train: { argv: [...TRAIN, ...RHYTHM], results: ['out/adapter/adapter_model.safetensors'], again: ['--resume'] },
  export: {
    argv: ['export', 'run', '--to', 'merged', '--output-dir', 'out'],
    results: ['out/model.safetensors', 'out/config.json'],
  },
  'data prepare': { argv: ['data', 'prepare', 'docs', '--to', 'out.jsonl'], results: ['out.jsonl'] },
  'data pipeline': {
    argv: ['data', 'pipeline', 'p.yaml', '--to', 'out'],
    results: ['out/manifest.json', 'out/train-00000.jsonl'],
  },
  'data redact': {
    argv: ['data', 'redact', 'rows.jsonl', '--to', 'out.jsonl', '--vault', 'out.vault'],
    results: ['out.jsonl'],
  },
  'retrieve index': {
    argv: [
      'retrieve',
      'index',
      'model',
      '--input',
      'texts.jsonl',
      '--text-column',
      'text',
      '--pooling',
      'mean',
      '--to',
      'out',
    ],
    results: ['out/vectors.safetensors'],
  },
};

type Harm = { kind: 'kill'; share: number } | { kind: 'disk'; bytes: number } | { kind: 'memory'; bytes: number };

interface Cell {
  tries: number;
  /** Number of runs that ended before the fault. */
  unharmed: number;
  problems: string[];
  /** How the disturbed runs ended. */
  ends: Record<string, number>;
}

const root = mkdtempSync(join(tmpdir(), 'attune-recovery-'));
const base = join(root, 'base');
const problems: string[] = [];
const table: Record<string, Record<Harm['kind'], Cell>> = {};
try {
  await prepareBase();
  for (const [name, work] of Object.entries(works)) {
    if (values.work !== undefined && values.work !== name) continue;
    table[name] = await harmAll(name, work);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
report();

async function prepareBase(): Promise<void> {
  await prepareFolder(base);
  const { code, text: said } = await run([...TRAIN, '--max-steps', '5', '--output-dir', 'run'], base);
  if (code !== 0) throw new Error(said);
}

/** Prepares a folder for the command. */
function freshFolder(name: string): string {
  const folder = join(root, name);
  cpSync(base, folder, { recursive: true });
  return folder;
}

interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
  text: string;
  seconds: number;
}

function run(argv: readonly string[], cwd: string, harm?: Harm & { after?: number }): Promise<End> {
  const env = {
    ...process.env,
    ATTUNE_HOME: join(cwd, 'home'),
    TMPDIR: join(cwd, 'tmp'),
    ATTUNE_THREADS: '1',
    ATTUNE_VAULT_PASSPHRASE: 'four words by chance',
    NO_COLOR: '1',
  };
  mkdirSync(env.TMPDIR, { recursive: true });
  const limits =
    harm?.kind === 'disk'
      ? [`--fsize=${harm.bytes}:unlimited`]
      : harm?.kind === 'memory'
        ? [`--data=${harm.bytes}`]
        : [];
  const [command, ...words] = [
    ...(limits.length > 0 ? ['prlimit', ...limits] : []),
    resolve('bin/attune'),
    ...argv,
    '--json',
  ];
  const began = Date.now();
  const child = spawn(command, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += String(data)));
  const timer = harm?.after === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), harm.after);
  const patience = setTimeout(() => {
    text += HANGS;
    for (const pid of processesOf(cwd)) process.kill(pid, 'SIGKILL');
  }, MOST_SECONDS * 1000);
  return new Promise((done) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      clearTimeout(patience);
      done({ code, signal, text, seconds: (Date.now() - began) / 1000 });
    });
  });
}

async function harmAll(name: string, work: Work): Promise<Record<Harm['kind'], Cell>> {
  const whole = freshFolder('whole');
  const alone = await run(work.argv, whole);
  if (alone.code !== 0) throw new Error(`${name} fails on its own: ${alone.text.slice(-2000)}`);
  const wanted = work.results.map((result) => hashOf(join(whole, result)));
  const largest = largestFile(whole);
  rmSync(whole, { recursive: true });
  const cells = Object.fromEntries(
    (['kill', 'disk', 'memory'] as const).map((kind) => [
      kind,
      { tries: 0, unharmed: 0, problems: [], ends: {} } as Cell,
    ]),
  ) as Record<Harm['kind'], Cell>;
  for (let time = 0; time < TIMES; time++) {
    const share = (time + 0.5) / TIMES;
    await harmOnce(name, work, {
      harm: { kind: 'kill', share, after: share * alone.seconds * 1000 } as Harm,
      wanted,
      cell: cells.kill,
    });
    await harmOnce(name, work, {
      harm: { kind: 'disk', bytes: Math.round(largest ** share * 200 ** (1 - share)) },
      wanted,
      cell: cells.disk,
    });
    const bytes = Math.round(2 ** 20 * 60 * 20 ** share);
    await harmOnce(name, work, { harm: { kind: 'memory', bytes }, wanted, cell: cells.memory });
  }
  process.stderr.write(
    `${name}: ${Object.values(cells)
      .map(({ tries, problems: found }) => `${tries - found.length} of ${tries}`)
      .join(', ')}\n`,
  );
  return cells;
}

async function harmOnce(
  name: string,
  work: Work,
  { harm, wanted, cell }: { harm: Harm; wanted: readonly string[]; cell: Cell },
): Promise<void> {
  const folder = freshFolder('harmed');
  const before = namesIn(folder);
  const end = await run(work.argv, folder, harm);
  cell.tries++;
  if (end.code === 0) cell.unharmed++;
  else cell.ends[endOf(end)] = (cell.ends[endOf(end)] ?? 0) + 1;
  // A worker whose parent is gone saves and stops; readers notice it within a second.
  await waitForLocks(folder);
  const fault = (what: string): void => void cell.problems.push(`${name}, ${JSON.stringify(harm)}: ${what}`);
  if (end.text.endsWith(HANGS)) fault(`no end within ${MOST_SECONDS} s`);
  if (end.code === 2) fault(`exit code 2: ${end.text.slice(0, 300)}`);
  for (const [index, result] of work.results.entries()) {
    const torn = existsSync(join(folder, result)) && hashOf(join(folder, result)) !== wanted[index];
    if (torn) fault(`${result} is torn`);
  }
  const again = await run([...work.argv, ...(work.again ?? [])], folder);
  const isThere = again.code === 0 || /E_(RUN_EXISTS|OUTPUT_EXISTS)/.test(again.text);
  if (!isThere) fault(`the second run fails: ${again.text.slice(-400)}`);
  else if (work.results.some((result, index) => hashOf(join(folder, result)) !== wanted[index]))
    fault('the second run comes to other bytes');
  const left = namesIn(folder).filter(
    (one) => !before.includes(one) && /\.tmp$|\.unfinished-|\.replaced-|^tmp\/./.test(one),
  );
  if (left.length > 0) fault(`left behind: ${left.slice(0, 3).join(', ')}`);
  rmSync(folder, { recursive: true });
}

/** Waits until no process of the folder is left. */
async function waitForLocks(folder: string): Promise<void> {
  for (let tries = 0; tries < 100 && processesOf(folder).length > 0; tries++) await sleep(100);
}

/** Processes that were started for a folder, recognised by their environment. */
function processesOf(folder: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`ATTUNE_HOME=${folder}/`);
    } catch {
      return false;
    }
  });
}

function endOf({ code, signal, text }: End): string {
  if (text.endsWith(HANGS)) return 'hangs';
  const error = /"code": "(E_[A-Z_]+)"/.exec(text)?.[1];
  return error ?? (signal === null ? `exit ${code}` : signal);
}

function hashOf(path: string): string {
  return existsSync(path) ? sha256FileSync(path) : 'absent';
}

function namesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' });
}

function largestFile(folder: string): number {
  const sizes = namesIn(folder)
    .map((one) => statSync(join(folder, one)))
    .filter((stats) => stats.isFile());
  return sizes.reduce((most, { size }) => Math.max(most, size), 0);
}

function report(): void {
  if (values.json) console.log(JSON.stringify(table));
  else {
    console.log('| command | killed | disk full | memory limited |\n|---|---|---|---|');
    for (const [name, { kill, disk, memory }] of Object.entries(table))
      console.log(`| \`${name}\` | ${[kill, disk, memory].map(cellText).join(' | ')} |`);
  }
  for (const cells of Object.values(table))
    for (const { problems: found } of Object.values(cells)) problems.push(...found);
  for (const problem of problems) console.log(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

/** "5 of 5 (E_DISK_FULL 4)": how many of the attempts recovered, and how the disturbed runs ended. */
function cellText({ tries, problems: found, ends }: Cell): string {
  const how = Object.entries(ends).map(([end, count]) => `${end} ${count}`);
  return `${tries - found.length} of ${tries}${how.length === 0 ? '' : ` (${how.join(', ')})`}`;
}

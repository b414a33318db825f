/**
 * `npm run stress:large` trains a random checkpoint of Qwen2.5-1.5B's shape for three steps of 512 tokens, as a user
 * would, and measures the worker's peak memory. It takes 3.3 GB of disk and some minutes. The limit is 8 GiB, and 2.5
 * GiB with 4-bit weights.
 *
 *   node tools/stress-large.ts [--folder FOLDER] [--storage dense|nf4|fp4|…] [--limit-gib N] [--json]
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeLargeModel } from './stress/large-model.ts';

const LENGTH = 512;
const STEPS = 3;
const GIB = 2 ** 30;

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    storage: { type: 'string', default: 'dense' },
    'limit-gib': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

interface Figures {
  parameters: number;
  peakBytes: number;
  limitBytes: number;
  tokensOfEachStep: number[];
  secondsOfEachStep: number[];
  losses: number[];
  checkpointBytes: number;
  result: string | null;
  exitCode: number | null;
  ok: boolean;
}

/** Limits in GiB for storages that quantise the weights. */
const LIMITS: Readonly<Record<string, number>> = { nf4: 2.5, fp4: 2.5 };
const limit = Number(values['limit-gib'] ?? LIMITS[values.storage] ?? 8) * GIB;

const folder = values.folder === undefined ? mkdtempSync(join(tmpdir(), 'attune-large-')) : resolve(values.folder);
try {
  const figures = await stress(folder, limit);
  process.stdout.write(values.json ? `${JSON.stringify(figures, null, 2)}\n` : describe(figures));
  process.exitCode = figures.ok ? 0 : 1;
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}

async function stress(at: string, limitBytes: number): Promise<Figures> {
  const rows = makeRows();
  const model = join(at, 'model');
  process.stderr.write(`writing a model of Qwen2.5-1.5B's shape to ${model}\n`);
  const parameters = await writeLargeModel(model, rows);
  writeFileSync(join(at, 'rows.jsonl'), rows);
  const { exitCode, peakBytes, result } = await train(at);
  const events = readEvents(join(at, 'run', 'events.jsonl'));
  const steps = events.filter(({ type }) => type === 'step-finished');
  const tokens = steps.map(({ inputTokens }) => Number(inputTokens));
  const rates = steps.map(({ tokensPerSecond }) => Number(tokensPerSecond));
  const tokensOfEachStep = tokens.map((sum, i) => sum - (tokens[i - 1] ?? 0));
  const saved = events.findLast(({ type }) => type === 'checkpoint-saved');
  const isWhole = exitCode === 0 && steps.length === STEPS && saved !== undefined && result !== null;
  return {
    parameters,
    peakBytes,
    limitBytes,
    tokensOfEachStep,
    secondsOfEachStep: tokensOfEachStep.map((count, i) => count / rates[i]),
    losses: steps.map(({ loss }) => Number(loss)),
    checkpointBytes: Number(saved?.bytes ?? 0),
    result,
    exitCode,
    ok: isWhole && tokensOfEachStep.every((count) => count === LENGTH) && peakBytes <= limitBytes,
  };
}

/**
 * Rows longer than the limit, so that each is cut to exactly that length; all differ, or they would count as
 * near-duplicates.
 */
function makeRows(): string {
  const word = (seed: number) => ((seed * 2654435761) >>> 0).toString(36);
  const rows = Array.from({ length: 24 }, (_, row) => ({
    text: Array.from({ length: 4 * LENGTH }, (_, i) => word(1 + row * 7919 + i)).join(' '),
  }));
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

async function train(at: string): Promise<{ exitCode: number | null; peakBytes: number; result: string | null }> {
  const data = [
    '--model',
    'model',
    '--train',
    'rows.jsonl',
    '--max-length',
    String(LENGTH),
    '--long-rows',
    'truncate',
    '--test',
    '0',
  ];
  const method = ['--objective', 'pretrain', '--tuning', 'lora', '--storage', values.storage];
  // On a machine with more memory it would use more.
  const length = ['--batch-size', '1', '--max-steps', String(STEPS), '--max-memory', String(limit)];
  const rhythm = ['--checkpoints.every', '2', '--evaluation.every', String(STEPS), '--output-dir', 'run', '--json'];
  const bin = fileURLToPath(new URL('../bin/attune', import.meta.url));
  const child = spawn(bin, ['train', ...data, ...method, ...length, ...rhythm], {
    cwd: at,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let peakBytes = 0;
  const watch = setInterval(() => {
    for (const pid of childrenOf(child.pid!)) peakBytes = Math.max(peakBytes, peakOf(pid));
  }, 100);
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  const exitCode = child.exitCode ?? (await new Promise<number | null>((done) => child.once('close', done)));
  clearInterval(watch);
  const { result = null } = JSON.parse(output === '' ? '{}' : output) as { result?: string | null };
  return { exitCode, peakBytes, result };
}

/** The worker is a child process of the command. */
function childrenOf(pid: number): number[] {
  const text = readIfThere(`/proc/${pid}/task/${pid}/children`);
  return text
    .split(' ')
    .filter((part) => part !== '')
    .map(Number);
}

/** Peak memory of a process, pages of mapped files included. */
function peakOf(pid: number): number {
  const peak = /VmHWM:\s+(\d+) kB/.exec(readIfThere(`/proc/${pid}/status`))?.[1];
  return Number(peak ?? 0) * 1024;
}

/** A process may end between two checks. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function readEvents(path: string): Record<string, unknown>[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

function describe(figures: Figures): string {
  const { ok, parameters, peakBytes, limitBytes, losses, checkpointBytes, result, exitCode } = figures;
  const gib = (bytes: number) => `${(bytes / GIB).toFixed(2)} GiB`;
  return [
    `${ok ? 'passed' : 'FAILED'}: exit code ${exitCode}`,
    `  parameters       ${parameters.toLocaleString('en')}`,
    `  peak memory      ${gib(peakBytes)} of at most ${gib(limitBytes)}`,
    `  tokens of steps  ${figures.tokensOfEachStep.join(', ')}`,
    `  seconds of steps ${figures.secondsOfEachStep.map((seconds) => seconds.toFixed(1)).join(', ')}`,
    `  losses           ${losses.map((loss) => loss.toFixed(4)).join(', ')}`,
    `  checkpoint       ${(checkpointBytes / 1e6).toFixed(0)} MB`,
    `  result           ${result ?? 'none'}`,
    '',
  ].join('\n');
}

/**
 * MB per second of processor time for reading, cleaning, redacting, finding near-duplicates, tokenising and splitting;
 * peak memory of a whole pipeline.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { containers } from '../src/data/containers/index.ts';
import { DiskSignatures, linkBuckets } from '../src/data/index.ts';
import { redactRows } from '../src/data/redaction/redact-rows.ts';
import { Redactor } from '@attune/privacy';
import type { DataRow, Item } from '@attune/documents';
import { SplitPlanner } from '../src/preparation/pipeline/split-rows.ts';
import { openSteps, runSteps } from '../src/preparation/run-steps.ts';
import { Tokenizer } from '../src/models/text/index.ts';
import { writeDataRows } from './data-rows.ts';
import { familyOf } from '../tools/stress/process-usage.ts';
import { benchCommands, benchPackages } from './data-rivals.ts';

const ROOT = join(import.meta.dirname, '..');
const options = {
  megabytes: { type: 'string', default: '20' },
  against: { type: 'string' },
  pipeline: { type: 'string' },
  unredacted: { type: 'boolean' },
} as const;

/** @returns the exit code */
export async function benchData(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...words], options });
  const folder = mkdtempSync(join(tmpdir(), 'attune-bench-data-'));
  try {
    if (values.pipeline === undefined) await benchSteps(folder, Number(values.megabytes), values.against);
    else await benchPipeline(folder, Number(values.pipeline), values.unredacted !== true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return 0;
}

async function benchSteps(folder: string, megabytes: number, against: string | undefined): Promise<void> {
  const path = join(folder, 'rows.jsonl');
  const count = writeDataRows(path, megabytes * 1e6);
  const bytes = statSync(path).size;
  console.log(`${count} rows, ${(bytes / 1e6).toFixed(1)} MB: MB in a second of processor time`);
  const rows: DataRow[] = [];
  await rate('read (JSON Lines)', bytes, async () => {
    for await (const { value } of (await containers.load('jsonl')).read(path, path))
      rows.push({ kind: 'row', values: value!, origins: [{ file: path, sha256: '' }] });
  });
  const context = { base: folder, folder, openTokenizer: never, openRecognisers: never };
  const clean = await openSteps([{ step: 'normalise' }, { step: 'quality' }], context);
  await rate('clean (normalise, quality)', bytes, () => drain(runSteps(stream(rows), clean)));
  for (const threads of [0, 2]) {
    const redactor = new Redactor({ style: 'tags', key: new Uint8Array(32) });
    const valuesOf = ({ values }: DataRow): Record<string, unknown> => values;
    const redact = () => drain(redactRows(stream(rows), { redactor, valuesOf }, { threads }));
    await rate(`redact, ${threads === 0 ? 'here' : `${threads} threads`}`, bytes, redact);
  }
  const texts = rows.map(({ values }) => values.text as string);
  await rate('near-duplicates', bytes, async () => {
    using signatures = new DiskSignatures(folder);
    for (const text of texts) signatures.add(text);
    signatures.finish();
    await linkBuckets(signatures, () => undefined, { threshold: 0.8 });
  });
  const tokenizer = await Tokenizer.load(join(ROOT, 'assets', 'attune-base'));
  await rate('tokenise (4,096 pieces)', bytes, async () => {
    for (let at = 0; at < texts.length; at += 256) await tokenizer.encodeBatch(texts.slice(at, at + 256));
  });
  await rate('split', bytes, async () => {
    using planner = new SplitPlanner({ by: 'random', validation: 0.05, test: 0.05, seed: 1 }, { folder });
    for (const row of rows) planner.add(row);
    await planner.plan();
  });
  benchCommands(path, bytes);
  const model = join(ROOT, 'assets', 'attune-base');
  if (against !== undefined) await benchPackages({ folder: against, model }, texts, rate);
}

const never = (): never => {
  throw new Error('no step here opens it');
};

async function* stream<One>(items: readonly One[]): AsyncGenerator<One> {
  yield* items;
}

async function drain(items: AsyncIterable<Item | { item: DataRow }>): Promise<void> {
  for await (const _ of items);
}

async function rate(name: string, bytes: number, work: () => unknown): Promise<void> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  console.log(`${name.padEnd(44)} ${(bytes / (user + system)).toFixed(1)}`);
}

const pipeline = (steps: readonly string[]): string => `sources: [rows.jsonl]
steps: [${steps.map((step) => `{ step: ${step} }`).join(', ')}]
split: { validation: 0.05, test: 0.05 }
`;
const LOOK_MILLISECONDS = 200;

/** Cleans, redacts and splits with the command that users run: processor time and peak memory of all its processes. */
async function benchPipeline(folder: string, megabytes: number, isRedacted: boolean): Promise<void> {
  const path = join(folder, 'rows.jsonl');
  writeDataRows(path, megabytes * 1e6);
  const bytes = statSync(path).size;
  const steps = ['records', 'normalise', 'quality', ...(isRedacted ? ['redact'] : [])];
  writeFileSync(join(folder, 'pipeline.yaml'), pipeline(steps));
  const started = performance.now();
  const child = spawn(
    join(ROOT, 'bin', 'attune'),
    ['data', 'pipeline', join(folder, 'pipeline.yaml'), '--to', join(folder, 'out'), '--no-cache'],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ATTUNE_HOME: join(folder, 'home') } },
  );
  const most = { all: 0, main: 0, ticks: 0 };
  const timer = setInterval(() => look(child.pid!, most), LOOK_MILLISECONDS);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`the pipeline ended with ${String(code)}`);
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${(bytes / 1e6).toFixed(0)} MB: ${(bytes / 1e6 / most.ticks).toFixed(2)} MB in a second of ` +
      `processor time, ${(bytes / 1e6 / seconds).toFixed(2)} in one by the clock (${seconds.toFixed(0)} s)`,
  );
  console.log(
    `memory at most: ${(most.main / 2 ** 20).toFixed(0)} MiB the command, ${(most.all / 2 ** 20).toFixed(0)} MiB with its readers`,
  );
}

/** Processor seconds of processes when they were last seen. */
const seen = new Map<number, number>();

/** Resident bytes and processor time of a process and its descendants. */
function look(root: number, most: { all: number; main: number; ticks: number }): void {
  const family = familyOf(root);
  for (const { id, seconds } of family) seen.set(id, seconds);
  const all = family.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
  most.all = Math.max(most.all, all);
  most.main = Math.max(most.main, family.find(({ id }) => id === root)?.residentBytes ?? 0);
  most.ticks = [...seen.values()].reduce((sum, seconds) => sum + seconds, 0);
}

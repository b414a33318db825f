import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from '../src/base/median.ts';

const options = {
  /** A workload, in place of a model's folder: its shape is filled with random weights. */
  workload: { type: 'string' },
  model: { type: 'string', default: join(import.meta.dirname, '..', 'assets', 'attune-base') },
  dtype: { type: 'string', default: 'bf16' },
  rank: { type: 'string', default: '16' },
  registered: { type: 'string', default: '8' },
  rounds: { type: 'string', default: '9' },
  threads: { type: 'string', default: '1' },
} as const;

type Rates = Record<string, { wall: number[]; cpu: number[] }>;

/**
 * Measures 8 rows on the base, on one adapter and on eight, in alternation, and prints tokens per second. @returns the
 * exit code
 */
export function benchAdapters(words: readonly string[]): number {
  const { values } = parseArgs({ args: [...words], options });
  const { dtype, threads, workload, rank, rounds, registered } = values;
  const temporary = mkdtempSync(join(tmpdir(), 'attune-bench-'));
  const run = (script: string, ...args: string[]) => {
    const env = { ...process.env, ATTUNE_THREADS: threads };
    const path = join(import.meta.dirname, script);
    const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], { encoding: 'utf8', env });
    if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stderr}`);
    return stdout;
  };
  try {
    const folder = workload === undefined ? resolve(values.model) : join(temporary, 'model');
    if (workload !== undefined) run('train.ts', '--workload', workload, '--model', folder, '--make');
    const found = JSON.parse(run('adapters-run.ts', folder, dtype, rounds, rank, registered).trim()) as Rates;
    console.log(`${dtype}, ${threads} threads, rank ${rank}, ${registered} registered: tokens a second of 8 rows`);
    for (const key of ['wall', 'cpu'] as const) {
      console.log(key === 'wall' ? 'by the clock' : "by the processors' time");
      for (const [name, rates] of Object.entries(found)) {
        const [one, base] = ['one adapter', 'base'].map((other) => shareOf(rates[key], found[other][key]));
        const rate = median(rates[key]).toFixed(0).padStart(6);
        console.log(`  ${name.padEnd(20)}${rate}   ${one} of one adapter, ${base} of the base`);
      }
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return 0;
}

/** The median of the ratios per round: a slow minute of the machine affects both sides of a ratio. */
function shareOf(rates: readonly number[], others: readonly number[]): string {
  return `${(100 * median(rates.map((rate, round) => rate / others[round]))).toFixed(0)} %`;
}

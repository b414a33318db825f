import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exportRun } from '../src/app/export.ts';
import { fillerTokenizer } from '../tools/stress/large-model.ts';
import type { Rate } from './generation-cases.ts';
import { readWorkload } from './workload.ts';
import { median } from '../src/base/median.ts';

const options = {
  /** A workload, in place of a model's folder: its shape is filled with random weights. */
  workload: { type: 'string' },
  model: { type: 'string', default: join(import.meta.dirname, '..', 'assets', 'attune-base') },
  dtype: { type: 'string', default: 'f32' },
  rounds: { type: 'string', default: '3' },
  threads: { type: 'string', default: '1' },
  against: { type: 'string' },
  'llama-cpp': { type: 'string' },
} as const;

/**
 * Measures generation, alternating with another checkout or llama.cpp if requested, and prints tokens per second.
 * @returns the exit code
 */
export async function benchGeneration(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...words], options });
  const { dtype, threads, workload } = values;
  const temporary = mkdtempSync(join(tmpdir(), 'attune-bench-'));
  try {
    const model = workload === undefined ? resolve(values.model) : await makeModel(workload, join(temporary, 'model'));
    const scripts = new Map([['attune', [join(import.meta.dirname, 'generate.ts'), model, dtype]]]);
    if (values.against !== undefined)
      scripts.set('against', [join(resolve(values.against), 'bench', 'generate.ts'), model, dtype]);
    if (values['llama-cpp'] !== undefined) {
      const folder = join(temporary, 'gguf');
      await exportRun(model, { to: 'gguf', dtype: dtype as 'f32' | 'bf16', output: folder });
      const script = join(import.meta.dirname, 'llama-cpp.ts');
      scripts.set('llama.cpp', [script, join(folder, 'model.gguf'), values['llama-cpp']]);
    }
    const found = measureInTurns(scripts, Number(values.rounds), threads);
    console.log(`${dtype}, ${threads} threads: tokens a second, by the clock and by the processors' time`);
    for (const [key, rates] of found)
      console.log(`${key.padEnd(48)} ${shown(rates.map(({ wall }) => wall))} ${shown(rates.map(({ cpu }) => cpu))}`);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return 0;
}

/** Writes random bf16 weights of the workload's shape and a tokenizer of as many tokens. @returns the folder */
export async function makeModel(workload: string, folder: string): Promise<string> {
  const script = join(import.meta.dirname, 'train.ts');
  const { status } = spawnSync(process.execPath, [script, '--workload', workload, '--model', folder, '--make'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`no model of ${workload} could be made`);
  const { vocab_size: tokens } = readWorkload(workload).model;
  (await fillerTokenizer('random tokens\n'.repeat(1000), tokens)).save(folder);
  return folder;
}

/** Each round runs everything once, so that a slow minute of the machine affects all alike; medians are reported. */
function measureInTurns(
  scripts: ReadonlyMap<string, readonly string[]>,
  rounds: number,
  threads: string,
): Map<string, Rate[]> {
  const found = new Map<string, Rate[]>();
  for (let round = 0; round < rounds; round++) {
    for (const [engine, script] of scripts) {
      for (const rate of measure(script, threads)) {
        const key = `${engine.padEnd(9)} ${rate.name}`;
        found.set(key, [...(found.get(key) ?? []), rate]);
      }
    }
  }
  return found;
}

/** A rate comes from a difference of two times: the best of several would be the one with the largest error. */
function shown(values: readonly number[]): string {
  return median(values).toFixed(0).padStart(7);
}

function measure(script: readonly string[], threads: string): Rate[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...script], {
    encoding: 'utf8',
    env: { ...process.env, ATTUNE_THREADS: threads },
  });
  if (status !== 0) throw new Error(`${script[0]} ended with ${status}:\n${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Rate[];
}

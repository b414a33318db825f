import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exportRun } from '../src/app/export.ts';
import type { Rate } from './generation-cases.ts';

const options = {
  model: { type: 'string', default: join(import.meta.dirname, '..', 'assets', 'attune-base') },
  dtype: { type: 'string', default: 'f32' },
  rounds: { type: 'string', default: '3' },
  threads: { type: 'string', default: '1' },
  against: { type: 'string' },
  'llama-cpp': { type: 'string' },
} as const;

/** Measures generation, in turns with another checkout or llama.cpp where asked, and prints tokens a second. @returns the exit code */
export async function benchGeneration(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...words], options });
  const { dtype, threads } = values;
  const model = resolve(values.model);
  const scripts = new Map([['attune', [join(import.meta.dirname, 'generate.ts'), model, dtype]]]);
  if (values.against !== undefined)
    scripts.set('against', [join(resolve(values.against), 'bench', 'generate.ts'), model, dtype]);
  const temporary = mkdtempSync(join(tmpdir(), 'attune-bench-'));
  try {
    if (values['llama-cpp'] !== undefined) {
      const folder = join(temporary, 'gguf');
      await exportRun(model, { to: 'gguf', dtype: dtype as 'f32' | 'bf16', folder });
      const script = join(import.meta.dirname, 'llama-cpp.ts');
      scripts.set('llama.cpp', [script, join(folder, 'model.gguf'), values['llama-cpp']]);
    }
    const found = measureInTurns(scripts, Number(values.rounds), threads);
    console.log(`${dtype}, ${threads} threads: tokens a second, by the clock and by the processors' time`);
    for (const [key, rates] of found)
      console.log(`${key.padEnd(48)} ${median(rates.map(({ wall }) => wall))} ${median(rates.map(({ cpu }) => cpu))}`);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return 0;
}

/** Each round runs everything once, so that a slow minute of the machine meets all alike; medians count. */
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

/** A rate is a difference of two times, so that the best of several would be the one with the largest error. */
function median(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)].toFixed(0).padStart(7);
}

function measure(script: readonly string[], threads: string): Rate[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...script], {
    encoding: 'utf8',
    env: { ...process.env, ATTUNE_THREADS: threads },
  });
  if (status !== 0) throw new Error(`${script[0]} ended with ${status}:\n${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Rate[];
}

import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Rate } from './generate.ts';

/** Measures generation, in turns with another checkout where one is named, and prints tokens a second. @returns the exit code */
export function benchGeneration(words: readonly string[]): number {
  const { values } = parseArgs({
    args: [...words],
    options: {
      model: { type: 'string', default: join(import.meta.dirname, '..', 'assets', 'attune-base') },
      dtype: { type: 'string', default: 'f32' },
      rounds: { type: 'string', default: '2' },
      threads: { type: 'string', default: '1' },
      against: { type: 'string' },
    },
  });
  const folders = new Map([['attune', import.meta.dirname]]);
  if (values.against !== undefined) folders.set('against', join(resolve(values.against), 'bench'));
  const best = new Map<string, Rate>();
  // Each round runs everything once, so that a slow minute of the machine meets all alike.
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [engine, folder] of folders) {
      for (const { name, wall, cpu } of measure(folder, values)) {
        const key = `${engine.padEnd(8)} ${name}`;
        const before = best.get(key) ?? { wall: 0, cpu: 0 };
        best.set(key, { name, wall: Math.max(wall, before.wall), cpu: Math.max(cpu, before.cpu) });
      }
    }
  }
  console.log(`${values.dtype}, ${values.threads} threads: tokens a second, by the clock and by the processors' time`);
  for (const [key, { wall, cpu }] of best)
    console.log(`${key.padEnd(48)} ${wall.toFixed(0).padStart(7)} ${cpu.toFixed(0).padStart(7)}`);
  return 0;
}

function measure(folder: string, { model, dtype, threads }: { model: string; dtype: string; threads: string }): Rate[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'generate.ts'), resolve(model), dtype], {
    encoding: 'utf8',
    env: { ...process.env, ATTUNE_THREADS: threads },
  });
  if (status !== 0) throw new Error(`${folder} ended with ${status}:\n${stderr}`);
  return JSON.parse(stdout) as Rate[];
}

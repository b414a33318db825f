import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { listCheckpoints } from '../../src/store/checkpoints.ts';

/** Number of parameters that a run with AdamW trains: those with a moment in its last checkpoint. */
export function trainedNumbers(folder: string): number {
  const last = listCheckpoints(folder).at(-1);
  if (last === undefined) throw new Error(`${folder} has no checkpoint`);
  const tensors = Object.entries(headerOf(join(last.folder, 'optimizer.safetensors')));
  return tensors
    .filter(([name]) => name.endsWith('.exp_avg'))
    .reduce((sum, [, { shape }]) => sum + shape.reduce((product, side) => product * side, 1), 0);
}

/** The header of a safetensors file, read without the engine. */
function headerOf(path: string): Record<string, { shape: number[] }> {
  const file = openSync(path, 'r');
  try {
    const length = Buffer.alloc(8);
    readSync(file, length, 0, 8, 0);
    const text = Buffer.alloc(Number(length.readBigUInt64LE()));
    readSync(file, text, 0, text.length, 8);
    return JSON.parse(text.toString('utf8')) as Record<string, { shape: number[] }>;
  } finally {
    closeSync(file);
  }
}

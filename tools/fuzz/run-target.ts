/** Folders of runs. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { findRuns, showRun } from '../../src/app/find-runs.ts';
import { mutateBytes, mutateJson } from './mutate.ts';
import { place, requireSound, type Target } from './target.ts';

const EVENTS = [
  { at: 1e12, type: 'run-started', run: 'r', recipe: { model: 'm', data: { train: [{ path: 'a.jsonl' }] } } },
  {
    at: 1e12,
    type: 'data-prepared',
    format: 'messages',
    rows: { train: 3, validation: 1, test: 1 },
    hashes: { train: 'h' },
  },
  { at: 1e12, type: 'step-finished', step: 1, steps: 2, epoch: 1, loss: 2, grad_norm: 1, learning_rate: 1 },
  { at: 1e12, type: 'evaluation-finished', step: 1, epoch: 1, split: 'validation', metrics: { loss: 1 } },
  { at: 1e12, type: 'run-finished', step: 2, result: 'runs/r/adapter', metrics: { eval_loss: 1 }, choice: { step: 2 } },
];

export const run: Target = {
  seeds: () => [Buffer.from(EVENTS.map((event) => JSON.stringify(event)).join('\n'))],
  damage: (whole, chance) => {
    if (chance.draw(4) === 0) return mutateBytes(whole, chance);
    const lines = String(whole)
      .split('\n')
      .map((line) => (chance.draw(2) === 0 ? JSON.stringify(mutateJson(JSON.parse(line), chance)) : line));
    return Buffer.from(lines.join('\n'));
  },
  async read(bytes, folder) {
    place(folder, 'runs/r/events.jsonl', `${bytes.toString('latin1')}\n`);
    place(folder, 'runs/r/comparison.json', bytes.subarray(0, 100));
    place(folder, 'runs/sound/events.jsonl', `${JSON.stringify(EVENTS[0])}\n`);
    const runs = await findRuns({ folders: [join(folder, 'runs')] });
    requireSound(
      runs.some((one) => one.folder === join(folder, 'runs/sound')),
      'a damaged run hides a sound one',
    );
    rmSync(join(folder, 'runs/r/comparison.json'));
    await showRun(join(folder, 'runs/r'));
  },
};

/** Runs trials of one target, one after another, in a process that may be killed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AttuneError } from '../../src/base/errors.ts';
import { Chance } from './mutate.ts';
import { targets } from './targets.ts';

/** Result of one trial: accepted, refused with a code, or a problem. */
export interface Outcome {
  trial: number;
  code?: string;
  problem?: string;
}

export interface Work {
  target: string;
  seed: number;
  from: number;
  count: number;
}

process.on('message', (work: Work) => void tryAll(work));
process.on('disconnect', () => process.exit(0));
// Commands also end on an unhandled rejection, so it counts as a failure.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    if (current === -1) {
      process.stderr.write(String(error), () => process.exit(1));
      return;
    }
    process.send?.({
      type: 'outcome',
      outcome: { trial: current, problem: `not caught: ${String((error as Error)?.stack ?? error)}` },
    });
  });
}
let current = -1;

async function tryAll({ target: name, seed, from, count }: Work): Promise<void> {
  const target = targets[name];
  const seeds = await target.seeds();
  for (current = from; current < from + count; current++) {
    const folder = mkdtempSync(join(tmpdir(), 'attune-fuzz-'));
    process.send?.({ type: 'begun', trial: current });
    const chance = new Chance(seed, name, current);
    const outcome: Outcome = { trial: current };
    try {
      await target.read(target.damage(chance.of(seeds), chance), folder);
    } catch (error) {
      if (error instanceof AttuneError) outcome.code = error.code;
      else outcome.problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    rmSync(folder, { recursive: true, force: true });
    process.send?.({ type: 'outcome', outcome });
  }
  process.send?.({ type: 'done' });
}

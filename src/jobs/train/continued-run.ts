import { entryOf } from '../../base/table.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { sha256File } from '../../files/hash.ts';
import { readEarlier, readTensors } from '../../training/trainer-state.ts';
import type { TrainingRun } from './training-run.ts';

/**
 * Loads weights and moments of the run that this one continues, if any.
 * @throws AttuneError E_CONTINUED_GONE, E_CONTINUED_CHANGED
 */
export async function beginWhereOtherEnded(run: TrainingRun): Promise<void> {
  const { rows, parts, trainer } = run;
  const { context, loaded } = rows;
  const { continued_from: from } = context.recipe;
  if (from === null) return;
  const { checkpoint, hashes, data } = from;
  const changes = await fileChanges(checkpoint, hashes);
  for (const [split, hash] of Object.entries(loaded.report.hashes)) {
    if (entryOf(data, split) === hash) continue;
    changes.push({ field: `data.${split}`, message: 'the rows differ from those of the earlier run' });
  }
  if (changes.length > 0) throw changed(checkpoint, changes);
  readTensors(checkpoint, parts);
  run.origin = checkpoint;
  const before = readEarlier(checkpoint);
  trainer.continueFrom(before);
  const message = `continuing from ${checkpoint}, after ${before.steps} steps`;
  context.emit({ type: 'phase-started', phase: 'engine', message });
}

async function fileChanges(checkpoint: string, hashes: Readonly<Record<string, string>>): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const [name, hash] of Object.entries(hashes)) {
    const file = join(checkpoint, name);
    if (!existsSync(file)) throw gone(checkpoint);
    if ((await sha256File(file)) !== hash) problems.push({ file, message: 'has changed since this run began' });
  }
  return problems;
}

function gone(checkpoint: string): AttuneError {
  return new AttuneError('E_CONTINUED_GONE', {
    what: 'The checkpoint to continue from is missing',
    got: checkpoint,
    fix: 'restore it, or train from the base model: attune train RECIPE',
  });
}

function changed(checkpoint: string, problems: Problem[]): AttuneError {
  return new AttuneError('E_CONTINUED_CHANGED', {
    what: `This differs from what the run of ${checkpoint} was trained with`,
    problems,
    fix: 'restore the old rows; for other rows train from the base model, because test rows may have been trained on',
  });
}

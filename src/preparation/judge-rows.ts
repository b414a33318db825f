import { z } from 'zod';
import type { DataRow, Item } from '@attune/documents';
import { withFlag } from './row-texts.ts';
import type { RunStep, StepNotes } from './step.ts';

/** Action on rows that a step objects to. */
export const actionOption = (usual: 'drop' | 'flag') =>
  z.enum(['drop', 'flag']).default(usual).describe('drop: leave such rows out; flag: name it in attune_flags');

export type Action = 'drop' | 'flag';

/** A step that looks at one row at a time and says what it objects to in it: nothing, or each thing by its name. */
export function judgeRows(action: Action, objections: (row: DataRow, notes: StepNotes) => readonly string[]): RunStep {
  return async function* run(items, notes) {
    for await (const item of items) if (item.kind === 'row') yield* judged(item, action, { notes, objections });
  };
}

interface Judge {
  notes: StepNotes;
  objections: (row: DataRow, notes: StepNotes) => readonly string[];
}

function judged(row: DataRow, action: Action, { notes, objections }: Judge): Item[] {
  const found = objections(row, notes);
  if (found.length === 0) return [row];
  if (action === 'flag') return [flagRow(row, found, notes)];
  notes.leaveOut(row, found.join(', '));
  return [];
}

/** The row with each of the names as a flag, counted. */
export function flagRow(row: DataRow, names: readonly string[], notes: StepNotes): DataRow {
  for (const name of names) notes.find(row, name);
  return names.reduce(withFlag, row);
}

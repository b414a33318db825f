import { z } from 'zod';
import type { DataRow, Item } from '@attune/documents';
import { withFlag } from './row-texts.ts';
import type { RunStep, StepNotes } from './preparation-step.ts';

/** Action on objectionable rows. */
export const actionOption = (usual: 'drop' | 'flag') =>
  z.enum(['drop', 'flag']).default(usual).describe('drop: leave such rows out; flag: name it in attune_flags');

export type Action = 'drop' | 'flag';

/** Defines a step that examines rows one by one and returns the names of its objections. */
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

/** Adds each name to the row's flags, and counts it. */
export function flagRow(row: DataRow, names: readonly string[], notes: StepNotes): DataRow {
  for (const name of names) notes.find(row, name);
  return names.reduce(withFlag, row);
}

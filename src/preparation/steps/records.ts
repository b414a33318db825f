import { entryOf } from '../../base/table.ts';
import { z } from 'zod';
import { defineStep, eachItem, rowOf } from '../preparation-step.ts';

const options = z.strictObject({
  columns: z
    .record(z.string(), z.string())
    .nullable()
    .default(null)
    .describe('new name → column; other columns are dropped'),
});

export const step = defineStep<z.output<typeof options>>({
  summary: 'table rows unchanged, or chosen columns under new names',
  takes: ['record', 'row'],
  version: 1,
  perItem: true,
  options,
  open({ columns }) {
    return eachItem((item, notes) => {
      if (item.kind !== 'record' && item.kind !== 'row') return [];
      if (columns === null) return [rowOf(item.values, item.origins)];
      const values = Object.entries(columns).map(([name, column]) => [name, item.values[column]] as const);
      const lacking = values.find(([, value]) => value === undefined || value === null || value === '');
      if (lacking === undefined) return [rowOf(Object.fromEntries(values), item.origins)];
      notes.leaveOut(item, `no value in column "${entryOf(columns, lacking[0])}"`);
      return [];
    });
  },
});
